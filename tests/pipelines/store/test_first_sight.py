"""What is reckoned from first sight is reckoned once, however the page's bytes change around the words."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from pipelines.database import Connection
from pipelines.records import Draft
from pipelines.store.pieces import PlannedChunk
from pipelines.windows.stated import block_windows
from tests.story import Story, offer, page

A, B = "https://shop.test/a", "https://shop.test/b"
DAY = timedelta(days=1)


@pytest.fixture
def story(db: Connection) -> Story:
    """A source whose texts are read as texts are."""
    return Story(db)


def _today_only(story: Story, text: str = "Wash for 20 SAR. Today only") -> Draft:
    """An offer as the reading of a page seen now would give it."""
    from pipelines.windows.stated import read_window

    reading = read_window(
        text, observed_at=story.clock, zone=story.source.zone, date_order=None, languages=("en",),
        max_window=story.source.max_window, context="offer",
    )  # fmt: skip
    assert reading is not None
    return offer(A, text, reading.window)


def _ends(story: Story, url: str = A) -> list[datetime | None]:
    rows = story.conn.execute(
        "select upper(v.valid) from kb_store.version v join kb_store.entry e using (entry_id)"
        " where e.key = %s order by v.version_id",
        (url,),
    ).fetchall()
    return [end for (end,) in rows]


def test_today_only_is_over_the_next_day_though_a_token_changes_daily(story: Story) -> None:
    """The page's bytes are new each day, the offer's words are not: one version, one end."""
    story.clock -= 4 * DAY
    for day in range(4):
        story.clock += DAY
        story.sync({A: [_today_only(story), page(f"{A}?nonce", f"token {day}")]})
    assert len(_ends(story)) == 1
    assert A not in story.served()


def test_words_that_change_are_seen_for_the_first_time(story: Story) -> None:
    """Another price is another offer of today."""
    story.sync({A: [_today_only(story)]})
    first = _ends(story)[0]
    story.clock += DAY
    story.sync({A: [_today_only(story, "Wash for 15 SAR. Today only")]})
    last = _ends(story)[-1]
    assert first is not None
    assert last == first + DAY


def test_what_another_rule_reads_stands_for_itself(story: Story) -> None:
    """A window that the same text states without «today» is what the reading says it is."""
    story.sync({A: [_today_only(story)]})
    story.sync({A: [offer(A, "Wash for 20 SAR. Today only")]}, after=DAY)
    assert _ends(story)[-1] is None


def test_a_paragraph_that_says_today_limits_its_chunk_by_the_day_it_was_first_seen(story: Story) -> None:
    """Its neighbour may change: the paragraph is the same."""

    def cut(draft: Draft, observed_at: datetime) -> list[PlannedChunk]:
        windows = block_windows(draft.blocks, story.source.rules(), observed_at)
        return [
            PlannedChunk(draft.title, block.text, block.text, window=window)
            for block, window in zip(draft.blocks, windows, strict=True)
        ]

    story.chunker = cut
    for visits in range(3):
        story.sync(
            {B: [page(B, "Our news", "The car wash is half price today only.", f"{visits} visitors")]}, after=DAY
        )
    rows = story.conn.execute(
        "select distinct c.valid from kb_store.chunk c where c.body like 'The car%' and c.valid is not null"
    ).fetchall()
    assert len(rows) == 1
