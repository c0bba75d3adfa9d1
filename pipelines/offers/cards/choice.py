"""Which of a page's repeated parts are offers: by what each says, what its like say, and where they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from pipelines.offers.cards.context import Context, Place, context_of, heads_others
from pipelines.offers.cards.looks import Look, Region, heading_level, is_editorial, look_at

__all__ = ["Chosen", "choose", "choose_alone"]

_MOST_GROUPS = 200  # a page has some twenty; a hostile one as many as it likes
_BODY = frozenset({"html", "body", "main"})
_MOST_WORDS = 150  # of a card on a page that does not speak of offers
_MOST_WORDS_IN_OFFERS = 500
_MOST_LINKS = 5  # distinct addresses; a part with more holds several things
_LONGEST_LABEL = 4  # words of a heading that names a section
_MOST_HEADINGS = 2  # of a card that is the only one of its shape
_MOST_CONTROLS = 3  # labels, choices: more is a form
_MOST_WORDS_OF_A_LINE = 25  # different ones, of a part with nothing but text
_PROSE = 4  # words of a passage that tells something
_FEWEST_WORDS = 3  # of a card; the choices of a filter have fewer


@dataclass(frozen=True)
class Chosen:
    """Parts of one shape that are offers."""

    regions: tuple[Region, ...]
    looks: tuple[Look, ...]
    contexts: tuple[Context, ...]
    score: int = 0


def choose(groups: Sequence[tuple[Region, ...]], place: Place) -> list[Chosen]:
    """The groups of parts that are offers, none within another: the most complete cards first."""
    ranked = sorted(_judged(groups, place), key=lambda found: -found.score)
    taken: set[HtmlElement] = set()  # elements of chosen parts
    around: set[HtmlElement] = set()  # and those that hold them
    kept = []
    for found in ranked:
        free = [at for at, region in enumerate(found.regions) if _is_free(region, taken, around)]
        if free:
            kept.append(_only(found, free))
            for region in kept[-1].regions:
                taken.update(region)
                around.update(holder for part in region for holder in part.iterancestors())
    return sorted(kept, key=lambda found: place.order[found.regions[0][0]])


def choose_alone(titles: Sequence[HtmlElement], place: Place, taken: frozenset[HtmlElement]) -> list[Chosen]:
    """Offers without their like: around each title that stands outside `taken` the smallest part that says enough."""
    found = []
    closed = set(taken)
    for title in titles:
        part = None if not closed.isdisjoint(title.iterancestors()) else _smallest(title, place, closed)
        if part is not None:
            found.append(part)
            closed.update(part.regions[0])
    return found


def _smallest(title: HtmlElement, place: Place, closed: set[HtmlElement]) -> Chosen | None:
    for part in (title, *title.iterancestors()):
        if part.tag in _BODY or not closed.isdisjoint(part.iter()):
            return None
        look = look_at((part,))
        if look.headings > _MOST_HEADINGS:
            return None
        heading = place.heading_over(part, heading_level(title) or 7)
        context = context_of([(part,)], [look], heading, place)
        if not (context.others or context.news) and _is_card(look, context) and _stands_alone(look, context):
            return Chosen(((part,),), (look,), (context,))
    return None


def _judged(groups: Sequence[tuple[Region, ...]], place: Place) -> Iterator[Chosen]:
    """The groups that hold offers; parts of whole cards, one of each, are not looked at: no part is more than all."""
    looks: dict[Region, Look] = {}
    whole: list[set[HtmlElement]] = []
    largest = sorted(groups, key=len, reverse=True)[:_MOST_GROUPS]
    for group in sorted(largest, key=lambda group: sum(1 for _ in group[0][0].iterancestors())):
        if any(len(group) <= len(cards) and _lie_in(group, cards) for cards in whole):
            continue
        found = _judge(group, looks, place)
        if found.regions:
            yield found
        if len(found.regions) == len(group) and all(len(region) == 1 for region in group):
            whole.append({region[0] for region in group})


def _lie_in(group: Sequence[Region], cards: set[HtmlElement]) -> bool:
    return all(not cards.isdisjoint(part.iterancestors()) for region in group for part in region)


def _is_free(region: Region, taken: set[HtmlElement], around: set[HtmlElement]) -> bool:
    return not any(part in taken or part in around or not taken.isdisjoint(part.iterancestors()) for part in region)


def _only(found: Chosen, kept: Sequence[int]) -> Chosen:
    regions, looks, contexts = (
        tuple(values[at] for at in kept) for values in (found.regions, found.looks, found.contexts)
    )
    return Chosen(regions, looks, contexts, found.score)  # type: ignore[arg-type]


# ---------------------------------------------------------------- one group


def _judge(group: Sequence[Region], known: dict[Region, Look], place: Place) -> Chosen:
    """The parts of a group that are offers, judged by the sections of the page in which they stand."""
    looks = [known[region] if region in known else known.setdefault(region, look_at(region)) for region in group]
    accepted: dict[int, Context] = {}
    for heading, parts in place.sections(group):
        inner = [looks[at] for at in parts]
        context = context_of([group[at] for at in parts], inner, heading, place)
        accepted.update((parts[at], context) for at in _accepted(inner, context))
    if len(accepted) == 1 and not all(_stands_alone(looks[at], context) for at, context in accepted.items()):
        accepted = {}
    found = sorted(accepted)
    return Chosen(
        tuple(group[at] for at in found),
        tuple(looks[at] for at in found),
        tuple(accepted[at] for at in found),
        sum(max(0, looks[at].weight - 2) for at in found),
    )


def _accepted(looks: Sequence[Look], context: Context) -> list[int]:
    if context.others or _are_questions(looks):
        return []
    able = [at for at, look in enumerate(looks) if _is_card(look, context)]
    own = [at for at in able if _is_offer(looks[at], context)]
    if context.news:
        return [at for at in own if looks[at].signs >= 2 and looks[at].saving and not is_editorial(looks[at].text)]
    return _with_their_like(own, able, looks, context)


def _is_card(look: Look, context: Context) -> bool:
    """Whether it is no larger than a card and says or leads anything."""
    words = len(look.text.split())
    most = _MOST_WORDS_IN_OFFERS if context.offers else _MOST_WORDS
    built = look.headings or look.images or look.call or look.bold or look.words <= _MOST_WORDS_OF_A_LINE
    small = look.sized and words <= most and len(look.links) <= _MOST_LINKS and look.controls <= _MOST_CONTROLS
    return small and bool(built) and not heads_others(" ".join(look.head.split()[:_LONGEST_LABEL]))


def _is_offer(look: Look, context: Context) -> bool:
    """Whether a part says by itself that it is an offer."""
    acts = bool(look.links) or look.call or look.coded
    built = look.headings > 0 or look.images > 0
    if look.signs >= 2:
        return acts or look.headings > 0 or look.timely
    if look.timely and context.offers and built:
        return True
    if look.saving or look.coded or (look.timely and (look.offering or context.offers)):
        return acts and (context.offers or built or look.call)
    if look.priced:
        return acts and (look.images > 0 or look.call or context.offers)
    return look.offering and context.offers and _is_named(look, context)


def _with_their_like(own: list[int], able: list[int], looks: Sequence[Look], context: Context) -> list[int]:
    """Those that say so themselves; where they are the most, those built like them; among offers, all that lead on."""
    alike: tuple[bool, ...] | None = None
    if len(own) >= 2 and len(own) * 2 >= len(able):
        alike = Counter(_pattern(looks[at]) for at in own).most_common(1)[0][0]
    if len(own) * 2 < len(able):
        own = [at for at in own if looks[at].signs]
    named = _are_named([looks[at] for at in able], context)
    chosen = set(own)
    return [
        at for at in able if at in chosen or _pattern(looks[at]) == alike or (named and _is_named(looks[at], context))
    ]


def _stands_alone(look: Look, context: Context) -> bool:
    """Whether a part without its like is an offer: it must say so twice, or be called one."""
    if look.headings > _MOST_HEADINGS or len(look.text.split()) > _MOST_WORDS:
        return False
    if look.signs >= 2:
        return bool(look.links) or look.call or look.coded
    return look.strong and (context.linked or context.named) and look.headings > 0


def _pattern(look: Look) -> tuple[bool, ...]:
    return (look.headings > 0, bool(look.links), look.images > 0)


def _is_named(look: Look, context: Context) -> bool:
    """Whether, where offers stand, it can be nothing else: it leads somewhere, shows or tells, and is no filter."""
    tells = look.images > 0 or look.prose >= _PROSE or look.headings > 0
    return bool(look.links) and tells and look.words >= _FEWEST_WORDS and (look.headings > 0 or not context.filters)


def _are_named(looks: Sequence[Look], context: Context) -> bool:
    """Whether a group's place says that all of them are offers: each leads to one of its own and shows it."""
    if len(looks) < 2 or context.filters or not (context.linked or context.named or context.headed):
        return False
    links = {look.links[0] for look in looks if look.links}
    wordy = sum(look.words >= _FEWEST_WORDS for look in looks)
    shown = sum(look.images > 0 for look in looks)
    return len(links) == len(looks) and wordy * 2 > len(looks) and (shown * 2 > len(looks) or context.linked)


def _are_questions(looks: Sequence[Look]) -> bool:
    asking = sum("?" in look.text or "؟" in look.text for look in looks)
    return asking * 2 > len(looks)
