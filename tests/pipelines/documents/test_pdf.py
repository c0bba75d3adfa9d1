"""PDF text comes in reading order with its pages, and Arabic dates are right or marked: never wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fpdf import FPDF
from fpdf.enums import AccessPermission

from pipelines.documents.pdf import read_pdf
from pipelines.documents.results import (
    DocumentBroken,
    DocumentContent,
    DocumentEmpty,
    DocumentEncrypted,
    DocumentLimits,
    DocumentTooLarge,
)
from tests.pipelines.documents.raw_pdf import WIDTH, raw_pdf

LEFT = "Oil changes are done while you wait and take less than half an hour at every branch of the city. "
RIGHT = "Tyres are fitted by trained people only and may be stored with us over the summer for a small fee. "


def read(body: bytes, limits: DocumentLimits | None = None) -> DocumentContent:
    return read_pdf(body, "offer.pdf", limits or DocumentLimits())


def made(*pages: Callable[[FPDF], object]) -> bytes:
    pdf = FPDF()
    pdf.set_auto_page_break(False)
    pdf.set_font("Helvetica", size=11)
    for page in pages:
        pdf.add_page()
        page(pdf)
    return bytes(pdf.output())


def texts(body: bytes) -> list[str]:
    return [block.text for block in read(body).blocks]


def line(x: float, y: float, text: str, size: float = 12) -> tuple[float, float, float, list[str]]:
    return (x, y, size, list(text))


def from_right(x: float, y: float, text: str, size: float = 12) -> tuple[float, float, float, list[str]]:
    """A line as seen whose right end stands at x."""
    return line(x - len(text) * WIDTH * size, y, text, size)


def test_headings_paragraphs_lists_and_pages() -> None:
    """Size makes a heading, a gap a paragraph, a bullet an item; each block knows its page."""

    def first(pdf: FPDF) -> None:
        pdf.set_font("Helvetica", "B", 22)
        pdf.cell(0, 12, "Warranty terms", new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("Helvetica", size=11)
        pdf.multi_cell(0, 6, LEFT + RIGHT, new_x="LMARGIN", new_y="NEXT")
        pdf.ln(6)
        pdf.multi_cell(0, 6, "1. Bring the coupon\n2. One coupon a car", new_x="LMARGIN", new_y="NEXT")

    content = read(made(first, lambda pdf: pdf.cell(0, 10, "Valid until 31 March 2025.")))
    assert content.title == "Warranty terms"
    assert [(block.kind, block.page) for block in content.blocks] == [
        ("heading", 1),
        ("paragraph", 1),
        ("list_item", 1),
        ("list_item", 1),
        ("paragraph", 2),
    ]
    assert content.blocks[1].text == (LEFT + RIGHT).strip()


def test_two_columns_are_read_one_after_the_other() -> None:
    """The left column comes whole before the right one, under the title over both."""

    def page(pdf: FPDF) -> None:
        pdf.set_font("Helvetica", "B", 20)
        pdf.cell(0, 12, "Two services and what they cost", new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("Helvetica", size=11)
        for x, text in ((10, LEFT * 3), (110, RIGHT * 3)):
            pdf.set_xy(x, 40)
            pdf.multi_cell(88, 6, text, align="L")

    joined = " ".join(texts(made(page)))
    assert joined == f"Two services and what they cost {LEFT * 3}{RIGHT * 3}".strip()


def test_words_broken_at_line_ends_are_whole() -> None:
    """A hyphen before a small letter on the next line goes; one that the text also writes within a line stays."""
    lines = [
        "The air-conditioning is checked free of charge and cannot be com-",
        "bined with an air-",
        "conditioning refill.",
    ]
    body = raw_pdf([line(50, 700 - 14 * at, text) for at, text in enumerate(lines)])
    assert texts(body) == [
        "The air-conditioning is checked free of charge and cannot be combined with an air-conditioning refill."
    ]


def test_sentence_over_a_page_is_one_paragraph() -> None:
    """A sentence that runs over a page's end is joined, under the page it begins on."""
    body = raw_pdf(
        [line(50, 700, "All offers of this spring are valid at every branch until the end of")],
        [line(50, 740, "the month in which they were bought.")],
    )
    found = read(body).blocks
    assert [(block.text[-30:], block.page) for block in found] == [("month in which they were bought."[-30:], 1)]


def test_running_heads_are_said_once_and_page_numbers_not() -> None:
    """What repeats at the edges of the pages is said once: it may be a condition. Page numbers are nothing."""
    pages = [
        [
            line(50, 770, "Valid until 31 March 2025"),
            line(50, 400, f"Branch number {n} is open."),
            line(280, 30, f"Page {n} of 4"),
        ]
        for n in (1, 2, 3, 4)
    ]
    found = texts(raw_pdf(*pages))
    assert found.count("Valid until 31 March 2025") == 1
    assert not any(text.startswith("Page") for text in found)
    assert "Branch number 4 is open." in found


def test_ruled_table() -> None:
    """A table with ruling lines is read cell by cell, a wrapped cell whole, each with its header."""

    def page(pdf: FPDF) -> None:
        with pdf.table(col_widths=(60, 40, 40), width=140) as table:
            for row in (
                ("Service", "Price", "Until"),
                ("Oil change with filter and a check of all the fluids", "120 SAR", "31/03/2025"),
                ("Check", "80 SAR", "15 April 2025"),
            ):
                table.row(row)

    assert texts(made(page)) == [
        "Service: Oil change with filter and a check of all the fluids | Price: 120 SAR | Until: 31/03/2025",
        "Service: Check | Price: 80 SAR | Until: 15 April 2025",
    ]


def test_unruled_table() -> None:
    """Short pieces above one another are a table without lines too."""
    rows = [("Service", "Price", "Until"), ("Oil change", "120 SAR", "31/03/2025"), ("Check", "80 SAR", "30/04/2025")]
    body = raw_pdf(
        [line(x, 700 - 16 * y, text) for y, row in enumerate(rows) for x, text in zip((50, 250, 400), row, strict=True)]
    )
    assert texts(body) == [
        "Service: Oil change | Price: 120 SAR | Until: 31/03/2025",
        "Service: Check | Price: 80 SAR | Until: 30/04/2025",
    ]


# ---------------------------------------------------------------- Arabic


@pytest.mark.hazard("D5")
def test_visual_order_with_presentation_forms_and_mixed_digits() -> None:
    """Glyphs stored as they are seen, in shaped forms, give the right date and plain letters."""
    assert texts(raw_pdf([from_right(550, 700, "2023 ﺮﻳﺎﻨﻳ 18 ﻲﻬﺘﻨﻳ"), from_right(550, 600, "٢٠٢٥ سرام ٣١ ىتح")])) == [
        "ينتهي 18 يناير 2023",
        "حتى ٣١ مارس ٢٠٢٥",
    ]


def test_words_drawn_in_reading_order() -> None:
    """The order in which the file draws does not matter, only where the letters stand."""
    words = ["يهتني", "18", "سرام", "2023"]
    places = [550 - 6.0 * sum(len(word) + 1 for word in words[: at + 1]) for at in range(4)]
    runs = [line(x, 700, word) for x, word in zip(places, words, strict=True)]
    assert texts(raw_pdf(runs)) == texts(raw_pdf(list(reversed(runs)))) == ["ينتهي 18 مارس 2023"]


@pytest.mark.hazard("D5")
def test_arabic_columns_begin_at_the_right() -> None:
    """Two Arabic columns are read from the right one to the left one."""
    right = ["ةليصألا تاراطإلا عيمج ىلع مصخ", "ةنيدملا يف انعورف عيمج يف", "ةنسلا هذه 2025 رياني 18 ىتح يراس"]
    left = ["ةلماك ةيرود ةنايص لك عم اناجم", "عوبسألا مايأ لاوط ليسغلا", "ةنسلا هذه 2025 رياربف 20 ىتح"]
    runs = [
        from_right(x, 700 - 15 * at, text)
        for x, column in ((550, right), (290, left))
        for at, text in enumerate(column)
    ]
    joined = " ".join(texts(raw_pdf(runs)))
    assert (
        joined.index("ساري حتى 18 يناير 2025") < joined.index("مجانا مع كل صيانة") < joined.index("حتى 20 فبراير 2025")
    )


@pytest.mark.hazard("D5")
def test_hyphenated_date_is_marked() -> None:
    """A date whose order on paper is ambiguous is written year first and leaves a finding that quotes it."""
    content = read(raw_pdf([from_right(550, 700, "01-03-2025 ىتح ضرعلا")]))
    assert [block.text for block in content.blocks] == ["العرض حتى 2025-03-01"]
    assert [(finding.rule, finding.quote) for finding in content.findings] == [
        ("date-order-doubtful", "العرض حتى 2025-03-01")
    ]


def test_arabic_drawn_from_left_to_right() -> None:
    """A file whose program knew no Arabic stores it in reading order, drawn backwards: taken as stored, and marked."""
    lines = ["العرض الحالي ينتهي 18 يناير 2023", "الخدمة السريعة في المدينة"]
    content = read(raw_pdf([line(50, 700 - 60 * at, text) for at, text in enumerate(lines)]))
    assert [block.text for block in content.blocks] == lines
    assert [finding.rule for finding in content.findings] == ["letters-as-drawn"]


def test_arabic_table_from_the_right() -> None:
    """The first column of an Arabic table is the right one."""
    rows = [("ةمدخلا", "رعسلا"), ("تيزلا رييغت", "لاير 120"), ("صحف", "لاير 80")]
    runs = [
        from_right(x, 700 - 16 * y, text) for y, row in enumerate(rows) for x, text in zip((550, 300), row, strict=True)
    ]
    assert texts(raw_pdf(runs)) == ["الخدمة: تغيير الزيت | السعر: 120 ريال", "الخدمة: فحص | السعر: 80 ريال"]


# ---------------------------------------------------------------- what nobody sees


def test_hidden_text_is_left_out_and_told() -> None:
    """White letters on paper, letters too small to see and letters off the page are not text."""
    body = raw_pdf(
        [line(50, 700, "Ten percent off"), line(50, 650, "tiny poison", 0.5), line(900, 600, "far away")],
    )
    content = read(body)
    assert [block.text for block in content.blocks] == ["Ten percent off"]
    assert [finding.rule for finding in content.findings] == ["hidden-text"]


@pytest.mark.parametrize(("backdrop", "seen"), [("", False), ("0 0 0.6 rg 40 640 300 30 re f ", True)])
def test_white_letters_count_only_on_a_dark_ground(backdrop: str, seen: bool) -> None:
    """White on a coloured bar is a headline, white on paper is hidden."""
    white = "1 1 1 rg BT /F 12 Tf 1 0 0 1 50 650 Tm <0001000200030004> Tj ET 0 0 0 rg "
    body = raw_pdf([line(50, 700, "sale")], extra=backdrop + white)
    assert texts(body).count("sale") == 1 + seen


# ---------------------------------------------------------------- files that are not read


def protected(user: str) -> bytes:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=12)
    pdf.cell(0, 10, "Valid until 31 March 2025.")
    pdf.set_encryption(owner_password="owner", user_password=user, permissions=AccessPermission.none())
    return bytes(pdf.output())


@pytest.mark.hazard("D4")
def test_password_protected() -> None:
    """A file that needs a password is encrypted; one that only forbids copying is read."""
    with pytest.raises(DocumentEncrypted, match="password"):
        read(protected("secret"))
    assert texts(protected("")) == ["Valid until 31 March 2025."]


@pytest.mark.hazard("D6")
def test_page_without_text_says_why() -> None:
    """A page of lines only has no text: an empty extraction, not a broken file."""
    with pytest.raises(DocumentEmpty, match="OCR"):
        read(made(lambda pdf: pdf.rect(10, 10, 100, 100)))


@pytest.mark.hazard("D4")
@pytest.mark.parametrize("body", [b"%PDF-1.7\n", b"%PDF-1.7\nhello", made(lambda pdf: pdf.cell(0, 9, "x"))[:150]])
def test_damaged_file(body: bytes) -> None:
    """A file without its page tree is broken, and the message says what to do."""
    with pytest.raises(DocumentBroken, match="save it again"):
        read(body)


@pytest.mark.hazard("D4")
def test_prefix_before_the_header() -> None:
    """A PDF behind an HTML prefix is read as the PDF it is."""
    assert texts(b"<html>error</html>\n" * 20 + made(lambda pdf: pdf.cell(0, 10, "Open on Fridays"))) == [
        "Open on Fridays"
    ]


@pytest.mark.hazard("D4")
def test_too_many_pages() -> None:
    """The number of pages is limited, and the message names both numbers."""
    with pytest.raises(DocumentTooLarge, match="3 pages; at most 2"):
        read(raw_pdf(*([line(50, 700, "x")] for _ in range(3))), DocumentLimits(pages=2))
