"""What accuses a page, what acquits it, and what no page can be taken for: the pure judgement."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.judging import Knowledge, Seen, judge_page
from pipelines.likeness import SKETCH, PageFeatures, Profile, alike, shared_profile, sketch_of
from pipelines.records import Outcome

HOUSE = PageFeatures(
    titles=("offers", "dune garage"),
    anchors=tuple(range(10)),
    classes=tuple(range(100, 120)),
    types=("Offer",),
    script="latn",
    words=200,
    links=12,
    sketch=sketch_of([f"word{n}" for n in range(200)]),
    ended=True,
)
STRANGER = PageFeatures(
    titles=("elsewhere",), words=20, sketch=sketch_of(["just", "a", "stranger", "here"]), ended=True
)
PROFILE = shared_profile([HOUSE] * 5)
assert PROFILE is not None
KNOWN = Knowledge((PROFILE,))
NOTHING = Knowledge()
PAGE = Seen("https://x.test/en/a", "garage", now=HOUSE, before=HOUSE, path="/en/a", known=True)
CHALLENGED = replace(STRANGER, marks=("Cloudflare",))

hashes = st.lists(st.integers(0, 2**32 - 1), max_size=SKETCH, unique=True).map(lambda found: tuple(sorted(found)))
names = st.lists(st.sampled_from(["Cloudflare", "Akamai"]), max_size=2, unique=True).map(tuple)
words = st.sampled_from(["", "just a moment", "offer not found"])
features = st.builds(
    PageFeatures,
    titles=st.lists(st.sampled_from(["offers", "dune garage", "x"]), max_size=3).map(tuple),
    anchors=hashes, classes=hashes, types=st.sampled_from([(), ("Offer",)]),
    script=st.sampled_from(["", "arab", "latn"]),
    words=st.integers(0, 5000), links=st.integers(0, 300), sketch=hashes, marks=names, widgets=names, asks=words,
    refuses=words, password=st.booleans(), ended=st.booleans(), cut=st.booleans(),
)  # fmt: skip
counts = st.integers(0, 12)
pages = st.builds(
    Seen, st.just("https://x.test/a"), st.just("s"), now=features | st.none(), before=features | st.none(),
    new_bytes=st.booleans(), given=counts, live=counts, kept=counts, said=counts, known=st.booleans(),
    start=st.booleans(), says_empty=st.booleans(), lasting=st.booleans(), twins=counts,
    expected=counts,
)  # fmt: skip
knowledge = st.builds(
    Knowledge, st.lists(st.just(PROFILE), max_size=2).map(tuple), features | st.none(), st.just("/no-such-page")
)


@given(pages, knowledge)
def test_every_page_has_one_outcome_and_a_reason(seen: Seen, known: Knowledge) -> None:
    """Whatever a page is like: believed, or one of four outcomes, with words that name it."""
    verdict = judge_page(seen, known)
    if verdict is None:
        return
    outcome, message = verdict
    assert outcome in {Outcome.TRUNCATED, Outcome.CHALLENGE, Outcome.SOFT_404, Outcome.EMPTY_EXTRACTION}
    assert seen.url in message
    assert judge_page(seen, known) == verdict, "the same evidence gives the same verdict"


@given(pages, knowledge)
def test_a_page_like_itself_is_no_stranger(seen: Seen, known: Knowledge) -> None:
    """The page that says what it said before, closed as before, is no challenge and not missing."""
    if seen.now is None or not seen.now.sketch or not seen.now.ended:
        return
    verdict = judge_page(replace(seen, before=seen.now), known)
    assert verdict is None or verdict[0] is Outcome.EMPTY_EXTRACTION


@given(pages, knowledge)
def test_doubts_end_where_a_day_has_passed(seen: Seen, known: Knowledge) -> None:
    """What rests on comparison alone is believed once it has lasted: no page is doubted for ever."""
    verdict = judge_page(replace(seen, lasting=True), known)
    assert verdict is None or verdict[0] is not Outcome.EMPTY_EXTRACTION


@given(pages, knowledge)
def test_offers_that_are_still_there_acquit(seen: Seen, known: Knowledge) -> None:
    """A whole page that gives all it gave is believed, whatever scripts and words it carries."""
    if seen.now is None or not seen.live:
        return
    whole = replace(seen, now=replace(seen.now, ended=True), given=seen.live, kept=seen.live, said=0)
    assert judge_page(whole, known) is None


@given(pages, knowledge, st.integers(1, 12))
def test_nothing_is_ever_lost_in_silence(seen: Seen, known: Knowledge, live: int) -> None:
    """No offer from a page that gave some is never believed at once, unless the source says so in its own words."""
    emptied = replace(seen, given=0, kept=0, live=live, says_empty=False, lasting=False)
    assert judge_page(emptied, known) is not None


@pytest.mark.parametrize("known", [KNOWN, NOTHING], ids=["profile", "none"])
@pytest.mark.parametrize("before", [HOUSE, None], ids=["known", "new"])
def test_a_stranger_with_a_mark_is_a_challenge(known: Knowledge, before: PageFeatures | None) -> None:
    """Marks accuse, and nothing of the house is on the page to acquit it."""
    verdict = judge_page(replace(PAGE, now=CHALLENGED, before=before, known=before is not None), known)
    assert verdict is not None
    assert verdict[0] is Outcome.CHALLENGE


def test_a_page_of_the_house_with_a_mark_is_accepted() -> None:
    """The fingerprint acquits: anchors, classes and titles that the source's pages share."""
    other = replace(HOUSE, marks=("Cloudflare",), asks="just a moment", sketch=sketch_of(["something", "new"] * 40))
    assert judge_page(replace(PAGE, now=other, before=None, known=False), KNOWN) is None
    assert judge_page(replace(PAGE, now=other), NOTHING) is None, "by the page's own past, when it is all there is"


def test_one_page_in_the_place_of_three_is_none_of_them() -> None:
    """A wall without any known mark is known by standing before many doors."""
    verdict = judge_page(replace(PAGE, now=STRANGER, twins=2), KNOWN)
    assert verdict is not None
    assert verdict[0] is Outcome.CHALLENGE
    assert "2 other addresses" in verdict[1]


def test_what_any_address_answers_is_missing_unless_it_is_a_start_page() -> None:
    """The answer to a made-up address is no page; but a site may show its start page for one."""
    lost = replace(HOUSE, sketch=sketch_of([f"lost{n}" for n in range(12)]), words=12)
    known = replace(KNOWN, impossible=lost, impossible_path="/en/offers/no-such-page-x")
    seen = replace(PAGE, now=lost)
    verdict = judge_page(seen, known)
    assert verdict is not None
    assert verdict[0] is Outcome.SOFT_404
    assert judge_page(replace(seen, start=True), known) is None
    assert judge_page(replace(seen, path="/en/offers"), known) is None
    assert judge_page(replace(seen, before=lost), known) is None


def test_a_page_that_lost_its_end_and_nothing_else_is_whole() -> None:
    """A template may stop closing its pages; a page that stops inside a tag is cut whatever it was."""
    assert judge_page(replace(PAGE, now=replace(HOUSE, ended=False)), KNOWN) is None
    shorter = replace(HOUSE, ended=False, words=150)
    for now in (shorter, replace(HOUSE, ended=False, cut=True)):
        verdict = judge_page(replace(PAGE, now=now), KNOWN)
        assert verdict is not None
        assert verdict[0] is Outcome.TRUNCATED
    never = replace(HOUSE, ended=False, cut=True)
    assert judge_page(replace(PAGE, now=never, before=never), KNOWN) is None, "it always came so"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"said": 8}, "still stand on it"),
        ({"now": replace(HOUSE, types=())}, "declares no Offer"),
        ({"now": replace(HOUSE, classes=tuple(range(500, 520)))}, "its layout is another"),
        ({}, ""),
    ],
)  # fmt: skip
def test_a_fall_is_doubted_by_what_tells_of_a_broken_reading(change: dict[str, object], said: str) -> None:
    """Three of twelve: doubted when the others' titles, or another layout, say that reading failed; else believed."""
    fallen = replace(PAGE, given=3, kept=3, live=12, **change)  # type: ignore[arg-type]  # the test names its fields
    verdict = judge_page(fallen, KNOWN)
    assert (verdict is not None) is bool(said)
    assert verdict is None or said in verdict[1]
    assert judge_page(replace(fallen, given=7, kept=7), KNOWN) is None, "half and more may well be an end of offers"


@given(st.lists(st.integers(0, 10_000), max_size=60).map(lambda found: [str(n) for n in found]))
def test_a_text_is_like_itself_and_likeness_has_no_order(words: list[str]) -> None:
    """1 with itself, 0 with nothing, and the same whichever comes first."""
    mine, other = sketch_of(words), sketch_of(words[::-1])
    assert alike(mine, mine) == float(bool(words))
    assert alike(mine, ()) == 0.0
    assert alike(mine, other) == alike(other, mine)


def test_a_profile_is_what_most_pages_share() -> None:
    """What three of five pages have belongs to the house; two pages share no more than themselves."""
    other = replace(HOUSE, anchors=(1, 2), titles=("x",))
    profile = shared_profile([HOUSE, HOUSE, HOUSE, other, other])
    assert profile is not None
    assert profile.titles == {"offers", "dune garage"}
    assert {1, 2} <= profile.anchors
    assert shared_profile([HOUSE, other]) is None
    assert Profile().pages == 0


def test_a_page_that_moved_is_judged_by_what_its_new_address_gives() -> None:
    """Its offers are there, or it is doubted; a page that was there before and has none of them is no new place."""
    moved = replace(PAGE, moved_to="https://x.test/en/b", live=1)
    assert judge_page(replace(moved, given=1), KNOWN) is None
    outcome, message = judge_page(moved, KNOWN) or (None, "")
    assert outcome is Outcome.EMPTY_EXTRACTION
    assert "/en/b" in message
    assert judge_page(replace(moved, lasting=True), KNOWN) is None
    settled = replace(moved, given=3, settled=True)
    assert (judge_page(settled, KNOWN) or (None,))[0] is Outcome.SOFT_404
    assert judge_page(replace(settled, kept=1), KNOWN) is None


def test_a_new_page_is_judged_by_what_pages_like_it_gave() -> None:
    """Three of its kind gave offers and none does any more: it is doubted unless it gives one."""
    new = replace(PAGE, before=None, known=False, expected=3)
    assert (judge_page(new, KNOWN) or (None,))[0] is Outcome.EMPTY_EXTRACTION
    assert judge_page(replace(new, given=1), KNOWN) is None
    assert judge_page(replace(new, expected=2), KNOWN) is None
