"""Flyers as files: printed Arabic and English read to the right day, on their page, whatever the format."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import docx
import pytest
from docx.oxml import parse_xml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.documents.pdf import read_pdf
from pipelines.documents.reading import DocumentReader
from pipelines.documents.results import DocumentLimits
from pipelines.offers.flyers.reading import find_document_offers
from pipelines.reading import read_page
from pipelines.records import Draft, Page, Reading, ReadingRules
from pipelines.windows.sets import end_of
from tests.pipelines.documents.raw_pdf import WIDTH, raw_pdf

ZONE = ZoneInfo("Asia/Riyadh")
RULES = ReadingRules("s", ZONE, date_order="DMY")
SEEN = datetime(2026, 3, 3, 9, tzinfo=UTC)
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@pytest.fixture(scope="module")
def documents() -> Iterator[DocumentReader]:
    with DocumentReader() as reader:
        yield reader


def page(name: str, body: bytes = b"") -> Page:
    return Page(f"https://autocare.test/{name}", body, "", SEEN, RULES)


def right(x: float, y: float, seen: str, size: float = 12) -> tuple[float, float, float, list[str]]:
    """Glyphs as they are seen, the last at x."""
    return (x - len(seen) * WIDTH * size, y, size, list(seen))


def pdf_offers(*pages: list[tuple[float, float, float, list[str]]]) -> tuple[Draft, ...]:
    content = read_pdf(raw_pdf(*pages), "flyer.pdf", DocumentLimits())
    return find_document_offers(content.title, content.blocks, page("flyer.pdf"), "ar", content.findings).drafts


def last_day(draft: Draft) -> str:
    end = end_of(draft.window)
    return (end - timedelta(seconds=1)).astimezone(ZONE).date().isoformat() if end else ""


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("2026 سرام 18 ىتح يراس", "2026-03-18"),
        ("2026 ﺱﺭﺎﻣ 18 ﻲﻬﺘﻨﻳ", "2026-03-18"),  # presentation forms
        ("٢٠٢٦ سرام ١٨ ىتح", "2026-03-18"),
        ("18/03/2026 ىتح ضرعلا", "2026-03-18"),
        ("2026-03-18 ىتح ضرعلا", "2026-03-18"),
        ("18-03-2026 ىتح ضرعلا", "2026-03-18"),
        ("ـه1447 ناضمر 29 ةياغل", "2026-03-18"),
        ("2026 سرام 18 ىلإ 1 نم", "2026-03-18"),
    ],
)
def test_dates_of_printed_arabic(line: str, day: str) -> None:
    """Letters in the order they are seen, in any of their forms and digits, give the day that is meant."""
    (draft,) = pdf_offers(
        [
            right(550, 760, "ةنايصلا ضورع", 24),
            right(550, 700, "زاغلا صحف", 16),
            right(550, 670, "لاير 99"),
            right(550, 640, line),
        ]
    )
    assert (draft.title, str(draft.price), last_day(draft)) == ("فحص الغاز", "99", day)


@settings(max_examples=60, deadline=None)
@given(st.dates(date(2026, 2, 1), date(2026, 12, 31)), st.sampled_from(["/", ".", "-"]))
def test_a_printed_numeric_date_is_right_or_absent(day: date, joint: str) -> None:
    """Whatever the day and its joints: the right day, or none; never a wrong one."""
    shown = f"{day:%d{joint}%m{joint}%Y}"
    (draft,) = pdf_offers(
        [
            right(550, 760, "ضورع", 24),
            right(550, 700, "زاغلا صحف", 16),
            right(550, 670, "لاير 99"),
            right(550, 640, f"{shown} ىتح"),
        ]
    )
    assert last_day(draft) in (f"{day:%Y-%m-%d}", "")


def test_two_languages_side_by_side() -> None:
    """English at the left and Arabic at the right: each offer in its own language, with its own date."""

    def left(x: float, y: float, text: str, size: float = 12) -> tuple[float, float, float, list[str]]:
        return (x, y, size, list(text))

    drafts = pdf_offers([
        left(40, 740, "Tyre offers", 20), right(560, 740, "تاراطإلا ضورع", 20),
        left(40, 690, "Wheel balancing", 14), right(560, 690, "تالجعلا صيصرت", 14),
        left(40, 660, "SAR 60 instead of SAR 90"), right(560, 660, "لاير 90 نم الدب لاير 60"),
        left(40, 630, "Valid until 31 March 2026"), right(560, 630, "2026 سرام 31 ىتح يراس"),
    ])  # fmt: skip
    assert [(d.title, str(d.price), d.language, last_day(d)) for d in drafts] == [
        ("Wheel balancing", "60", "en", "2026-03-31"), ("ترصيص العجلات", "60", "ar", "2026-03-31"),
    ]  # fmt: skip


def test_evidence_names_page_and_text_of_a_pdf() -> None:
    """The second page's offer says so."""
    drafts = pdf_offers(
        [right(550, 760, "عروض الصيانة"[::-1], 24), right(550, 700, "فحص"[::-1], 16), right(550, 670, "لاير 30")],
        [right(550, 700, "غسيل"[::-1], 16), right(550, 670, "لاير 40")],
    )
    prices = [one for draft in drafts for one in draft.evidence if one.field == "price"]
    assert [(one.page, one.text) for one in prices] == [(1, "30 ريال"), (2, "40 ريال")]


# ---------------------------------------------------------------- through the whole reading


def read(documents: DocumentReader, name: str, body: bytes) -> Reading:
    return read_page(page(name, body), documents=documents)


def word(*paragraphs: tuple[str, str]) -> docx.document.Document:
    document = docx.Document()
    for style, text in paragraphs:
        document.add_paragraph(text, style=style or None)
    return document


def saved(document: docx.document.Document) -> bytes:
    body = BytesIO()
    document.save(body)
    return body.getvalue()


def test_word_flyer_with_hidden_poison(documents: DocumentReader) -> None:
    """Hidden and deleted runs give no offer; the document keeps the text that is no offer's."""
    document = word(
        ("Heading 1", "Offers in March"),
        ("", "All offers valid until 31 March 2026"),
        ("Heading 2", "Wash"),
        ("", "SAR 20"),
    )
    hidden = f"<w:p {W}><w:r><w:rPr><w:vanish/></w:rPr><w:t>Everything 99% off until 31 December 2026</w:t></w:r></w:p>"
    document.element.body.insert(len(document.element.body) - 1, parse_xml(hidden))
    reading = read(documents, "march.docx", saved(document))
    assert [(draft.kind, draft.title) for draft in reading.drafts] == [
        ("offer", "Wash"),
        ("document", "Offers in March"),
    ]
    assert last_day(reading.drafts[0]) == "2026-03-31"
    assert "99%" not in str(reading.drafts)
    assert [block.text for block in reading.drafts[1].blocks] == [
        "Offers in March",
        "All offers valid until 31 March 2026",
    ]


def test_a_document_that_is_one_offer_has_no_entry_of_its_own(documents: DocumentReader) -> None:
    """Nothing is left of it: the offer alone speaks, and ends."""
    body = "# عرض فحص البطارية\n\nخصم ٢٠٪ حتى ٢٥ مارس ٢٠٢٦\n".encode()
    (draft,) = read(documents, "offer.md", body).drafts
    assert (draft.kind, str(draft.discount_percent), last_day(draft), draft.language) == (
        "offer",
        "20",
        "2026-03-25",
        "ar",
    )


def test_sheet_rows_have_their_line(documents: DocumentReader) -> None:
    """A sheet with one offer a row: each row's number is its evidence."""
    body = b"offer,was,now,valid until\nClutch check,90 SAR,50 SAR,2026-03-20\nDiagnosis,120 SAR,80 SAR,2026-04-05\n"
    drafts = read(documents, "offers.csv", body).drafts
    assert [(d.title, str(d.price), last_day(d)) for d in drafts] == [
        ("Clutch check", "50", "2026-03-20"), ("Diagnosis", "80", "2026-04-05"),
    ]  # fmt: skip
    assert [next(one.line for one in draft.evidence if one.field == "price") for draft in drafts] == [2, 3]


def test_an_ordinary_document_stays_one_entry(documents: DocumentReader) -> None:
    """A price list, whatever discount it mentions."""
    body = b"# Price list\n\n- Oil change SAR 180\n- Wash SAR 40\n\nFleets get a discount of 5%.\n"
    (draft,) = read(documents, "prices.md", body).drafts
    assert (draft.kind, len(draft.blocks)) == ("document", 4)
