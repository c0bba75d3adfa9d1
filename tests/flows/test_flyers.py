"""Offers printed in documents, end to end: found in a folder and behind a link, served until their end, with page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fpdf import FPDF

from tests.badsite import BadSite, document
from tests.flows.conftest import Run
from tests.postgres import TestDatabase

ZONE = ZoneInfo("Asia/Riyadh")


def day(days: int) -> datetime:
    """Midnight in Riyadh at the end of the day so many days from now."""
    today = datetime.now(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=days + 1)


def written(end: datetime) -> str:
    """The last day before that midnight, as a flyer says it."""
    return f"{end - timedelta(days=1):%d %B %Y}"


def flyer(*pages: list[str]) -> bytes:
    """Each page: lines, the first larger than the others; a line in capitals begins an offer."""
    pdf = FPDF()
    for lines in pages:
        pdf.add_page()
        for at, line in enumerate(lines):
            size = 22 if at == 0 else 16 if line.isupper() else 11
            pdf.set_font("Helvetica", "B" if size > 11 else "", size)
            pdf.multi_cell(0, 9, line, new_x="LMARGIN", new_y="NEXT")
            pdf.ln(3)
    return bytes(pdf.output())


def two_pages() -> bytes:
    """Three offers on two pages, one of them over since yesterday."""
    return flyer(
        ["Offers of the season", f"All offers valid until {written(day(10))}.",
         "CLUTCH CHECK", "Now SAR 50, was SAR 90.",
         "ROOF RACK", f"SAR 140 until {written(day(-1))}."],
        ["More offers", "GEARBOX OIL", "With a new seal.", "SAR 210",
         "How to find us", "Olaya street, next to the mosque."],
    )  # fmt: skip


@pytest.fixture
def site() -> Iterator[BadSite]:
    with BadSite() as started:
        yield started


def live(database: TestDatabase, at: datetime) -> set[str]:
    """The titles of what the predicate behind kb.offers lets through at an instant."""
    with database.connect() as conn:
        rows = conn.execute(
            "select v.title from kb_store.served_entry e join kb_store.version v using (version_id)"
            " where e.kind = 'offer' and kb_store.is_live(e.valid, e.ttl, e.verified_at, %s)",
            (at,),
        )
        return {title for (title,) in rows}


def entry(database: TestDatabase, title: str) -> dict[str, Any]:
    """One offer whole, as a bot gets it."""
    with database.connect() as conn:
        row = conn.execute(
            "select w.url, w.text, w.price, w.valid_until, w.evidence"
            " from kb.offers() o cross join kb.entry(o.entry_id) w where o.title = %s",
            (title,),
        ).fetchone()
    assert row is not None
    return dict(zip(("url", "text", "price", "valid_until", "evidence"), row, strict=True))


def test_offers_of_a_folder_of_flyers(run: Run, folder: Path, database: TestDatabase) -> None:
    """Each offer is served with the page it stands on until the instant its document names; the rest is a document."""
    docs = folder / "docs"
    docs.mkdir()
    (docs / "season.pdf").write_bytes(two_pages())
    (docs / "offer.md").write_text(
        f"# خصم ٢٠٪ على تلميع المصابيح\n\nساري حتى {day(4) - timedelta(days=1):%d/%m/%Y}\n", "utf-8"
    )
    (folder / "sources" / "docs.toml").write_text('kind = "files"\npaths = ["docs"]\ndate_order = "DMY"\n', "utf-8")
    report = run("sync", "--json").document["runs"][0]
    assert report["state"] == "published"
    served = {offer["title"]: offer for offer in run("offers", "--json").document["offers"]}
    assert set(served) == {"CLUTCH CHECK", "GEARBOX OIL", "خصم ٢٠٪ على تلميع المصابيح"}  # the roof rack is over
    assert {offer["validity"] for offer in served.values()} == {"stated"}

    whole = entry(database, "GEARBOX OIL")
    assert (whole["url"], whole["price"], whole["valid_until"]) == (
        "file:docs/season.pdf",
        210,
        day(10).astimezone(UTC),
    )
    assert {one["page"] for one in whole["evidence"] if one["field"] == "price"} == {2}
    assert {one["page"] for one in whole["evidence"] if one["field"] == "window"} == {1}
    assert "CLUTCH" not in whole["text"]

    instant = timedelta(milliseconds=1)
    assert live(database, day(10) - instant) == {"CLUTCH CHECK", "GEARBOX OIL"}
    assert live(database, day(10)) == set()
    assert live(database, day(4) - instant) > live(database, day(4))

    hits = run("search", "where is the branch, which street", "--json").document["hits"]
    assert "Olaya street" in " ".join(hit["body"] for hit in hits if hit["kind"] == "document")
    assert not any("SAR" in hit["body"] for hit in hits if hit["kind"] == "document")


def test_offers_of_a_flyer_behind_a_link(run: Run, folder: Path, database: TestDatabase, site: BadSite) -> None:
    """A page links a flyer: its offers are served; when the flyer is changed, they are too."""
    site.page("/en/", '<main><h1>AutoCare</h1><p>Our branch is in Olaya.</p><a href="/en/season.pdf">Flyer</a></main>')
    changed = flyer(
        [
            "Offers of the season",
            f"All offers valid until {written(day(10))}.",
            "CLUTCH CHECK",
            "Now SAR 45, was SAR 90.",
        ]
    )
    site.script("/en/season.pdf", document(two_pages(), "application/pdf"), document(changed, "application/pdf"))
    (folder / "sources" / "shop.toml").write_text(
        f'kind = "site"\nstart_urls = ["{site.url("/en/")}"]\nallow_private = ["{site.pair}"]\ndelay = 0.0\n', "utf-8"
    )
    assert run("sync", "--json").document["runs"][0]["state"] == "published"
    assert {offer["title"] for offer in run("offers", "--json").document["offers"]} == {"CLUTCH CHECK", "GEARBOX OIL"}
    assert entry(database, "CLUTCH CHECK")["url"] == site.url("/en/season.pdf")
    run("sync", "--full", "--json")
    assert entry(database, "CLUTCH CHECK")["price"] == 45
