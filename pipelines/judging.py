"""What a page that answered 200 really is: a pure judgement over its features, its source's profile and its past.

Known marks of challenges and refusals accuse a page; what acquits it is positive: offers that could be read, the
anchors, classes and titles that the source's pages share, or what the page itself said before. Of a source that was
never read there is no profile: there known marks count where there is hardly any content.

A judgement that rests on comparison alone (a fall, a strange page) is a doubt: it is believed once it has lasted
for a day. One that rests on what a page is (a challenge, a cut in the middle of a tag) never is.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.likeness import PageFeatures, Profile, alike, profile_of, recognised
from pipelines.records import Outcome

__all__ = ["SAME", "Knowledge", "Seen", "judge_page"]

SAME = 0.7  # alike from which two texts are one
_COPY = 0.8  # alike from which a page is the answer to any impossible address
_LITTLE = 150  # words; less is hardly content
_SHORT = 80  # words of a page that only says that something is not there
_FEW_LINKS = 3
_MOST_SHARED = 0.5  # of its class names; a page that keeps less of them has another layout
_LEFT = 0.95  # of the words; a page that lost its end and no more than this lost nothing
_PROFILED = 3  # pages from which a profile counts

_Verdict = tuple[Outcome, str] | None


@dataclass(frozen=True)
class Knowledge:
    """What is known of a source's pages when one of them is judged."""

    profiles: tuple[Profile, ...] = ()  # one a language
    impossible: PageFeatures | None = None  # how the site answered a made-up address with 200
    impossible_path: str = ""  # that address's path

    @property
    def is_profiled(self) -> bool:
        """Whether there were pages enough to know others by."""
        return sum(profile.pages for profile in self.profiles) >= _PROFILED


@dataclass(frozen=True)
class Seen:
    """One page as a run saw it, beside what is believed of it."""

    url: str
    source: str
    now: PageFeatures | None = None  # None: no HTML
    before: PageFeatures | None = None  # of the reading that is believed; None: there is none, or an older one
    path: str = "/"
    new_bytes: bool = True  # False: the same bytes read anew
    given: int = 0  # offers read from it now
    live: int = 0  # offers it gave before that are not over by their own end
    kept: int = 0  # of those, how many it still gives
    said: int = 0  # of the others, how many titles still stand in its text
    known: bool = False  # something is believed of it
    start: bool = False  # one of the source's start URLs
    says_empty: bool = False  # it says in the source's own words that there is nothing now
    lasting: bool = False  # it has been in doubt for a day
    twins: int = 0  # other known addresses that say the very same in this run, and did not before
    expected: int = 0  # it is new: how many pages like it gave offers until now, where none of the kind does any more
    moved_to: str = ""  # where it stands now; `now`, `given` and `kept` are of what is found there
    settled: bool = False  # that address was a page of its own already


def judge_page(seen: Seen, knowledge: Knowledge) -> _Verdict:
    """The outcome of a page that is not what it seems, with a message that says why; None: it is believed."""
    if seen.now is not None and seen.new_bytes and not seen.moved_to:
        verdict = (
            _truncated(seen, seen.now, knowledge)
            or _challenge(seen, seen.now, knowledge)
            or _soft_404(seen, seen.now, knowledge)
        )
        if verdict:
            return verdict
    if seen.lasting or seen.says_empty:
        return None
    return _sent_elsewhere(seen) or _emptied(seen) or _fallen(seen) or _unlike_its_kind(seen)


# ---------------------------------------------------------------- cut


def _truncated(seen: Seen, now: PageFeatures, knowledge: Knowledge) -> _Verdict:
    before = seen.before
    if now.ended or (seen.lasting and (before is None or not now.cut)):
        return None
    if now.cut:
        return None if before and before.cut else _cut(seen, "its source stops inside a tag")
    if before is not None:
        lost = seen.kept < seen.live or now.words < before.words * _LEFT
        return _cut(seen, "it has lost its end, which it had before") if before.ended and lost else None
    closed = knowledge.is_profiled and all(profile.ended >= 0.8 for profile in knowledge.profiles)
    own = recognised(now, knowledge.profiles)
    lost_anchors = not any(profile.anchors <= set(now.anchors) for profile in knowledge.profiles)
    return _cut(seen, "it lacks the end that the source's pages have") if closed and own and lost_anchors else None


def _cut(seen: Seen, why: str) -> _Verdict:
    return Outcome.TRUNCATED, f"{seen.url} came cut short: {why}; what it gave stays, and it is asked for again"


# ---------------------------------------------------------------- challenge, login


def _challenge(seen: Seen, now: PageFeatures, knowledge: Knowledge) -> _Verdict:
    if seen.given and (seen.kept or not seen.live):
        return None  # a challenge has no offers
    if _is_own(seen, now, knowledge):
        return None
    accused = _accusation(seen, now, knowledge)
    if accused:
        said = f"{seen.url} answered 200 with {accused} instead of the page; nothing of it was taken. "
        way_out = "Ask the site's owner to let the user agent in, or put credentials in the source's headers"
        return Outcome.CHALLENGE, said + way_out
    return _wall(seen, now)


def _is_own(seen: Seen, now: PageFeatures, knowledge: Knowledge) -> bool:
    """Whether the page is positively known: as one of the source's, or as itself."""
    if now.password and seen.before is not None and not seen.before.password:
        return False  # a login wears the house's colours
    if seen.before is not None and alike(seen.before.sketch, now.sketch) >= SAME:
        return True
    profiles = knowledge.profiles if knowledge.is_profiled else ()
    own = (profile_of(seen.before),) if seen.before is not None else ()
    return recognised(now, (*profiles, *own))


def _accusation(seen: Seen, now: PageFeatures, knowledge: Knowledge) -> str:
    """What the page is accused of, in words; empty when of nothing."""
    little, alone = now.words < _LITTLE, now.links <= _FEW_LINKS
    bare = little and alone
    strange = seen.before is not None or (knowledge.is_profiled and (little or alone))
    if now.marks and (strange or now.asks or bare):
        return f"a challenge of {' and '.join(now.marks)}"
    if now.asks and (bare or now.widgets or seen.before is not None):
        return f"a check of its visitors («{now.asks}»)"
    if now.widgets and (_shrunk(seen, now) or (bare and now.words < 10)):
        return f"a test for humans ({' and '.join(now.widgets)})"
    if now.password and _shrunk(seen, now):
        return "a login form"
    return ""


def _shrunk(seen: Seen, now: PageFeatures) -> bool:
    """Whether the page said something else before, and more."""
    before = seen.before
    return before is not None and alike(before.sketch, now.sketch) < SAME and now.words < max(_SHORT, before.words / 2)


def _wall(seen: Seen, now: PageFeatures) -> _Verdict:
    """One page in the place of many, or one that has nothing of what the page was."""
    if seen.twins >= 2 and _shrunk(seen, now):
        said = f"{seen.url} and {seen.twins} other addresses answered 200 with one and the same page"
        return Outcome.CHALLENGE, f"{said}; nothing of it was taken. Look at the address in a browser"
    strange = seen.before is not None and now.words * 2 < seen.before.words and not seen.lasting and not seen.says_empty
    if strange and not now.refuses and not seen.live:
        said = f"{seen.url} has nothing left of what the source's pages are known by; what it gave stays"
        return Outcome.EMPTY_EXTRACTION, f"{said}. If the site changed, this is believed once it has lasted a day"
    return None


# ---------------------------------------------------------------- not found, told with 200


def _soft_404(seen: Seen, now: PageFeatures, knowledge: Knowledge) -> _Verdict:
    itself = seen.before is not None and alike(seen.before.sketch, now.sketch) >= SAME
    if itself or seen.says_empty or (seen.given and (seen.kept or not seen.known)):
        return None
    if now.refuses and not (seen.before and seen.before.refuses) and now.words <= _SHORT * (2 if seen.known else 1):
        return Outcome.SOFT_404, f"{seen.url} answered 200, and says «{now.refuses}»; it counts as missing"
    if _is_impossible(seen, now, knowledge):
        said = f"{seen.url} answered 200 with what the site answers to an address that cannot exist"
        return Outcome.SOFT_404, f"{said}; it counts as missing"
    return None


def _is_impossible(seen: Seen, now: PageFeatures, knowledge: Knowledge) -> bool:
    """Whether the page is the answer to any address; a start page, or one above the made-up address, may well be it."""
    answer = knowledge.impossible
    above = knowledge.impossible_path.startswith(seen.path.rstrip("/") + "/")
    if answer is None or seen.start or above or not now.words:
        return False
    return alike(answer.sketch, now.sketch) >= _COPY


def _sent_elsewhere(seen: Seen) -> _Verdict:
    """A page that was there already, and carries nothing of what moved, is no new place of it."""
    if not seen.settled or not seen.live or seen.kept:
        return None
    said = f"{seen.url} sends to {seen.moved_to}, another page of the source, which has none of its offers"
    return Outcome.SOFT_404, f"{said}; it counts as missing"


# ---------------------------------------------------------------- emptied, fallen


def _emptied(seen: Seen) -> _Verdict:
    if seen.given or not seen.live:
        return None
    message = (
        f"no offer read from {_place(seen)} ({seen.live} before); what it gave stays until its own end."
        f" If the site changed, look at the selectors of {seen.source}; if it is truly empty, set empty_marker"
    )
    return Outcome.EMPTY_EXTRACTION, message


def _fallen(seen: Seen) -> _Verdict:
    """Fewer than half of what it gave, and its text or its layout tell that reading failed, not that offers ended."""
    lost = seen.live - seen.kept
    if lost < 2 or seen.given * 2 >= seen.live:
        return None
    why = "the titles of others still stand on it" if seen.said * 2 >= lost else _other_layout(seen)
    if not why:
        return None
    place = _place(seen)
    message = (
        f"{seen.given} offers read from {place} ({seen.live} before), and {why}; what it gave stays until its own"
        f" end. If the site changed, look at the selectors of {seen.source}; it is believed once it has lasted a day"
    )
    return Outcome.EMPTY_EXTRACTION, message


def _other_layout(seen: Seen) -> str:
    now, before = seen.now, seen.before
    if now is None or before is None or not seen.new_bytes:
        return ""
    missing = [name for name in before.types if name not in now.types]
    if missing:
        return f"it declares no {missing[0]} any more"
    if before.classes and alike(before.classes, now.classes) < _MOST_SHARED:
        return "its layout is another"
    return ""


def _unlike_its_kind(seen: Seen) -> _Verdict:
    """A new page without offers, where pages of its kind gave them until now and none does any more."""
    if seen.now is None or seen.given or seen.expected < _PROFILED:
        return None
    message = (
        f"no offer read from {seen.url}, which is new, nor from any page like it; {seen.expected} of them gave offers"
        f" before. If the site changed, look at the selectors of {seen.source}; it is believed once it has lasted a day"
    )
    return Outcome.EMPTY_EXTRACTION, message


def _place(seen: Seen) -> str:
    return f"{seen.moved_to}, where {seen.url} stands now," if seen.moved_to else seen.url
