"""What a person should look at: each thing once, by source and rule, the gravest first."""

from __future__ import annotations

from datetime import timedelta

from pipelines.database import Connection
from pipelines.records import Evidence, Finding, Outcome, Window
from retrieval.findings import FindingGroup, findings
from tests.story import Story, Told, offer, page, stated

LIST, DETAIL, OTHER = (f"https://shop.test/{name}" for name in ("list", "detail", "other"))
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def _by_rule(conn: Connection) -> dict[str, FindingGroup]:
    return {group.rule: group for group in findings(conn)}


def test_open_and_uncategorised_offers_are_named(db: Connection) -> None:
    """Offers without a stated end, offers without a category; pages need neither."""
    story = Story(db)
    later = stated(None, story.clock + DAY)
    story.sync({LIST: [offer(DETAIL), offer(OTHER, window=later, category=("oil",))], OTHER: [page(LIST, "Hello")]})
    found = _by_rule(db)
    assert {rule: [item["url"] for item in group.items] for rule, group in found.items()} == {
        "no-end": [DETAIL],
        "no-category": [DETAIL],
    }
    assert "served until" in found["no-end"].items[0]["message"]


def test_conflicts_and_doubtful_dates_come_first(db: Connection) -> None:
    """Two places with two ends; a date that reads two ways, also when its readings never agree; in that order."""
    story = Story(db)
    soon, late = stated(None, story.clock + DAY), stated(None, story.clock + 3 * DAY)
    story.sync(
        {
            LIST: [offer(DETAIL, window=late), offer(OTHER, window=Window((), "ambiguous")), offer(LIST)],
            DETAIL: [offer(DETAIL, window=soon)],
        }
    )
    assert [group.rule for group in findings(db)] == ["window-conflict", "ambiguous-date", "no-end", "no-category"]
    found = _by_rule(db)
    assert [item["url"] for item in found["window-conflict"].items] == [DETAIL]
    assert "which is never" in found["ambiguous-date"].items[0]["message"]


def test_what_readers_noted_stands_until_the_page_is_read_anew(db: Connection) -> None:
    """Findings are kept with readings: those of the page as it is now, and one date in doubt only once."""
    story = Story(db)
    doubt = Finding("ambiguous-date", "«03/04» reads two ways", "03/04")
    window = Window(((None, story.clock + DAY),), "ambiguous", (Evidence("window", "03/04", "text:until-date"),))
    story.sync({LIST: [offer(DETAIL, window=window)]})
    db.execute(
        """update kb_store.reading set findings =
            jsonb_build_array(jsonb_build_object('rule', %s::text, 'message', %s::text, 'quote', %s::text))""",
        (doubt.rule, doubt.message, doubt.quote),
    )
    (item,) = _by_rule(db)["ambiguous-date"].items
    assert (item["url"], item["message"], item["entry_id"]) == (LIST, doubt.message, None)
    story.sync({LIST: [offer(DETAIL, window=stated(None, story.clock + DAY))]})
    assert "ambiguous-date" not in _by_rule(db)


def test_a_page_that_gives_less_than_half_of_what_it_gave_is_named(db: Connection) -> None:
    """More is missing than is left, and not by its own end; what other pages still carry is not missing."""
    story = Story(db)
    keys = [f"https://shop.test/{n}" for n in range(6)]
    ended = offer("https://shop.test/ended", window=stated(None, story.clock + timedelta(milliseconds=1)))
    story.sync({LIST: [*map(offer, keys), ended], OTHER: [page(OTHER, "Our branches")]})
    story.sync({LIST: [*map(offer, keys[:4])]}, after=HOUR)
    assert "yield-fell" not in _by_rule(db)
    story.sync({LIST: [*map(offer, keys[:2])], DETAIL: [offer(keys[4])]}, after=HOUR)
    (item,) = _by_rule(db)["yield-fell"].items
    assert (item["url"], item["message"]) == (LIST, "gives 2 offers, 3 that it gave before are missing")


def test_a_page_that_gives_nothing_any_more_is_named(db: Connection) -> None:
    """While it is doubted its offers stay, and a person is told since when."""
    story = Story(db)
    story.sync({LIST: [offer(DETAIL), offer(OTHER)]})
    story.sync({LIST: [page(LIST, "A new layout")]}, after=HOUR)
    (item,) = _by_rule(db)["yield-fell"].items
    assert item["url"] == LIST
    assert item["message"].startswith("no offer is read from it since")


def _unmatched(story: Story) -> list[str]:
    """The pages told to have no match, when the selectors match nothing on any page that gives no offer now."""
    story.conn.execute(
        """update kb_store.reading r
            set findings = '[{"rule": "no-offer-matched", "message": "matched 0 nodes", "quote": ".card"}]'
            where not exists (
                select from kb_store.draft d where d.reading_id = r.reading_id and d.content ->> 'kind' = 'offer'
            )"""
    )
    group = _by_rule(story.conn).get("no-offer-matched")
    return [item["url"] for item in group.items] if group else []


def test_pages_that_never_gave_offers_are_not_told_that_selectors_match_nothing_there(db: Connection) -> None:
    """The selectors are the list's: the pages its cards lead to are of another kind."""
    story = Story(db)
    details = [f"{LIST}/{n}" for n in "abc"]
    story.sync({LIST: [offer(url) for url in details], **{url: [page(url, f"More of {url}")] for url in details}})
    assert _unmatched(story) == []


def test_a_page_whose_kind_gave_offers_is_told_when_selectors_match_nothing_there(db: Connection) -> None:
    """One that gave them itself, and a new one among pages that do."""
    story = Story(db)
    details = [f"{LIST}/{n}" for n in "abcd"]
    told: dict[str, Told] = {url: [offer(url)] for url in details[:3]}
    story.sync({LIST: [page(LIST, "All offers")], OTHER: [page(OTHER, "About us")], **told})
    told |= {details[0]: [page(details[0], "New layout")], details[3]: [page(details[3], "New layout, too")]}
    changed = {LIST: Outcome.NOT_MODIFIED, OTHER: Outcome.NOT_MODIFIED, **told}
    for after in (HOUR, DAY, DAY):
        story.sync(changed, after=after)
    assert _unmatched(story) == [details[0], details[3]]


def test_selectors_that_match_on_no_page_at_all_are_told_everywhere(db: Connection) -> None:
    """Which of the pages they are for, nobody can know."""
    story = Story(db)
    story.sync({LIST: [page(LIST, "All offers")], OTHER: [page(OTHER, "About us")]})
    assert _unmatched(story) == [LIST, OTHER]


def test_nothing_to_look_at_is_an_empty_list(db: Connection) -> None:
    """A page that failed is the run's matter, not a finding."""
    story = Story(db)
    story.sync({LIST: [page(LIST, "Hello")], OTHER: Outcome.SERVER_ERROR})
    assert findings(db) == []
