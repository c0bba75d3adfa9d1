"""Whatever page is seen first, and however many in one run: in the end the same pages carry the same entries."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.postgres.checks import run_checks
from pipelines.records import Draft, Outcome
from tests.postgres import Cluster
from tests.story import Story, offer, page, stated

SITE = "https://shop.test"
EN, AR, LIST, LISTE, PDF = (f"{SITE}/{p}" for p in ("en/o/oil", "ar/o/zait", "en/o", "ar/o", "f.pdf"))
WWW = "https://www.shop.test/en/o/oil"
JEDDAH, TYRES, ABOUT = (f"{SITE}/en/{p}" for p in ("o/oil-jeddah", "o/tyres", "us"))


def _oil(key: str, price: int = 199, **more: Any) -> Draft:
    return offer(key, "Synthetic oil change with filter", title="Synthetic oil change", price=Decimal(price), **more)


def _world(story: Story) -> dict[str, list[Draft]]:
    """Pages that hang together by every kind of mark, and some that only seem to."""
    soon, later = story.clock + timedelta(days=2), story.clock + timedelta(days=5)
    arabic: dict[str, Any] = {"language": "ar", "title": "تغيير زيت تخليقي", "price": Decimal(199)}
    story.alternates = {EN: {"ar": AR}, AR: {"en": EN}}
    leaflet = [_oil(f"{PDF}#oil", url=PDF, window=stated(None, later)), offer(f"{PDF}#t", "Four tyres", code="EID")]
    return {
        EN: [_oil(EN, identifier="sku:7", window=stated(None, later))],
        WWW: [_oil(WWW)],
        AR: [offer(AR, "تغيير زيت تخليقي مع الفلتر", stated(None, soon), **arabic)],
        LIST: [_oil(EN), offer(TYRES, "Four tyres", code="EID"), offer(ABOUT, "Mirror fold", title="Mirror fold")],
        LISTE: [offer(f"{LISTE}#z", "زيت", url=LISTE, identifier="sku:7", **{**arabic, "title": "زيت تخليقي"})],
        PDF: leaflet,
        JEDDAH: [_oil(JEDDAH, 249)],
        TYRES: [page(TYRES, "Four tyres for the price of three")],
        ABOUT: [page(ABOUT, "Our branches in Riyadh")],
    }


def _carried(story: Story) -> set[tuple[str, tuple[tuple[str, int], ...]]]:
    """Each entry's title and end with the drafts that carry it, and no number."""
    rows = story.conn.execute(
        """
        select v.title, upper(v.valid), array_agg(p.url order by p.url, d.ordinal),
            array_agg(d.ordinal order by p.url, d.ordinal)
        from kb_store.served_entry s
        join kb_store.version v using (version_id)
        join kb_store.draft d on d.entry_id = s.entry_id
        join kb_store.page p on p.reading_id = d.reading_id
        group by s.entry_id, v.title, v.valid
        """
    ).fetchall()
    return {(f"{title} until {end}", tuple(zip(urls, ordinals, strict=True))) for title, end, urls, ordinals in rows}


def _told(cluster: Cluster, order: list[str], sizes: list[int], clock: Any) -> set[Any]:
    """What is believed after these pages came in runs of these sizes."""
    with cluster.database() as made, made.connect() as conn:
        story = Story(conn, clock=clock)
        world = _world(story)
        seen: dict[str, Any] = {}
        while order:
            size = sizes.pop() if sizes else len(order)
            now, order = order[:size], order[size:]
            story.sync({**seen, **{url: world[url] for url in now}})
            seen |= dict.fromkeys(now, Outcome.NOT_MODIFIED)
        assert [(r.name, r.offending) for r in run_checks(conn) if not r.holds] == []
        return _carried(story)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_order_and_any_grouping_leads_to_the_same_entries(migrated_cluster: Cluster, data: st.DataObject) -> None:
    """Joining depends on what the pages say, not on when they were found."""
    with migrated_cluster.database() as made, made.connect() as conn:
        story = Story(conn)
        pages = list(_world(story))
        clock = story.clock
    order = data.draw(st.permutations(pages))
    sizes = data.draw(st.lists(st.integers(1, 4), max_size=5))
    at_once = _told(migrated_cluster, pages, [], clock)
    assert len(at_once) == 6
    assert _told(migrated_cluster, list(order), sizes, clock) == at_once
