"""What stands on a PDF page: glyphs with their places, ruling lines, and what no reader sees. Runs in the child.

pdfium is asked for single characters, not for its text: it reorders right-to-left words
inconsistently, while the places it reports are right (pipelines.documents.bidi puts the letters in order).
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

__all__ = ["Glyph", "Rule", "Sheet", "height_of", "read_sheet"]

_LEVEL = 2  # degrees from level that still count as level
_SMALLEST = 1.5  # points; smaller text is not there for a reader
_THIN = 2.5  # points; a path thinner than that is a ruling line
_TOUCH = 4.0  # points between lines that continue each other: cells drawn as boxes leave spaces
_INVISIBLE_MODES = (3, 7)  # PDF 32000-1, table 106: neither fill nor stroke
_WHITE = 250  # of 255, each channel
_HYPHENS = {2: "-", 0xFFFE: "-"}  # what pdfium reports for a hyphen at the end of a line
_BOLD = ("bold", "black", "heavy", "demi", "medi")
_MOST_OBJECTS = 20_000  # paths and images looked at on one page; drawings have more, and rule no text


class Glyph(NamedTuple):
    """One character as placed: x grows with the reading direction of Latin text, y upwards; points."""

    text: str
    x0: float
    x1: float
    y: float  # of the baseline
    size: float  # of the font as drawn
    bold: bool


class Rule(NamedTuple):
    """A ruling line, or the edge of a box: `at` its place across, from `start` to `end` along."""

    at: float
    start: float
    end: float


@dataclass
class Sheet:
    """One page. Turned text is turned back, so every list of glyphs reads level."""

    box: tuple[float, float, float, float]  # left, bottom, right, top of what is shown of the page
    turned: dict[int, list[Glyph]] = field(default_factory=dict)  # degrees, counterclockwise -> glyphs
    placed: list[int] = field(default_factory=list)  # the key of `turned` that took the last glyph
    verticals: list[Rule] = field(default_factory=list)  # for unturned text only
    horizontals: list[Rule] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)  # characters drawn so that nobody sees them
    unmapped: int = 0  # glyphs whose character the file does not tell
    pictured: bool = False  # whether a picture covers most of the page: hidden text is then a scan's own


class _Style(NamedTuple):
    size: float
    angle: float
    bold: bool
    seen: bool


class _Area(NamedTuple):
    x0: float
    y0: float
    x1: float
    y1: float
    picture: bool


class _Paper:
    """What lies under white letters. Where no drawn area explains them, the page is rendered and looked at."""

    def __init__(self, page: Any, areas: list[_Area]) -> None:
        self._page = page
        self._areas = areas
        self._image: Any = None

    def shows(self, item: Any) -> bool:
        """Whether a text object can be told from the paper around it."""
        left, bottom, right, top = (ctypes.c_float() for _ in range(4))
        pdfium.FPDFPageObj_GetBounds(item, left, bottom, right, top)
        x, y = (left.value + right.value) / 2, (bottom.value + top.value) / 2
        if any(area.x0 <= x <= area.x1 and area.y0 <= y <= area.y1 for area in self._areas):
            return True
        return self._has_ink(left.value, bottom.value, right.value, top.value)

    def _has_ink(self, left: float, bottom: float, right: float, top: float) -> bool:
        if self._image is None:
            self._image = self._page.render(
                scale=1, grayscale=True, rotation=-self._page.get_rotation() % 360
            ).to_numpy()
        box = self._page.get_bbox()
        rows = slice(max(int(box[3] - top), 0), max(int(box[3] - bottom), 0) + 1)
        columns = slice(max(int(left - box[0]), 0), max(int(right - box[0]), 0) + 1)
        seen = self._image[rows, columns]
        return bool(seen.size) and int(seen.min()) < _WHITE


def read_sheet(page: Any) -> Sheet:
    """All of one page of a pypdfium2 document."""
    sheet = Sheet(page.get_bbox())
    width, height = page.get_size()
    areas = list(_areas(page))
    for area in areas:
        _note_rules(sheet, area)
    sheet.verticals, sheet.horizontals = _joined(sheet.verticals), _joined(sheet.horizontals)
    sheet.pictured = any(a.picture and (a.x1 - a.x0) * (a.y1 - a.y0) > width * height / 2 for a in areas)
    text_page = page.get_textpage()
    try:
        _collect(sheet, text_page.raw, _Paper(page, areas))
    finally:
        text_page.close()
    return sheet


# ---------------------------------------------------------------- paths and pictures


def _areas(page: Any) -> Iterator[_Area]:
    """The boxes of the page's paths and pictures, those inside forms not included."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    for index in range(min(pdfium.FPDFPage_CountObjects(page.raw), _MOST_OBJECTS)):
        item = pdfium.FPDFPage_GetObject(page.raw, index)
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind in (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE) and pdfium.FPDFPageObj_GetBounds(
            item, left, bottom, right, top
        ):
            picture = kind == pdfium.FPDF_PAGEOBJ_IMAGE
            yield _Area(left.value, bottom.value, right.value, top.value, picture)


def _note_rules(sheet: Sheet, area: _Area) -> None:
    """Thin paths are lines; the edges of larger ones bound cells as well."""
    if area.picture:
        return
    if area.x1 - area.x0 > _THIN:
        edges = {area.y0, area.y1} if area.y1 - area.y0 > _THIN else {area.y0}
        sheet.horizontals.extend(Rule(y, area.x0, area.x1) for y in edges)
    if area.y1 - area.y0 > _THIN:
        edges = {area.x0, area.x1} if area.x1 - area.x0 > _THIN else {area.x0}
        sheet.verticals.extend(Rule(x, area.y0, area.y1) for x in edges)


def _joined(rules: Iterable[Rule]) -> list[Rule]:
    """The lines with those on one place that touch made one: cells drawn as boxes share their edges."""
    joined: list[Rule] = []
    for rule in sorted(Rule(round(rule.at), rule.start, rule.end) for rule in rules):
        last = joined[-1] if joined else None
        if last is not None and last.at == rule.at and rule.start <= last.end + _TOUCH:
            joined[-1] = Rule(last.at, last.start, max(last.end, rule.end))
        else:
            joined.append(rule)
    return joined


def height_of(sheet: Sheet, degrees: int) -> tuple[float, float]:
    """(lowest, highest) y of the page for text turned by so many degrees."""
    left, bottom, right, top = sheet.box
    heights = [_turn(degrees, x, y)[1] for x in (left, right) for y in (bottom, top)]
    return min(heights), max(heights)


# ---------------------------------------------------------------- characters


def _collect(sheet: Sheet, text_page: Any, paper: _Paper) -> None:
    styles: dict[int, _Style] = {}
    left, bottom, right, top = sheet.box
    address = 0
    x, y, box = ctypes.c_double(), ctypes.c_double(), pdfium.FS_RECTF()
    for index in range(pdfium.FPDFText_CountChars(text_page)):
        code = pdfium.FPDFText_GetUnicode(text_page, index)
        item = pdfium.FPDFText_GetTextObject(text_page, index)
        generated = pdfium.FPDFText_IsGenerated(text_page, index) == 1
        if generated and code == 32 and address:
            _space_after(sheet)
        if not item or code in (0, 10, 13) or generated:
            sheet.unmapped += code == 0
            continue
        pdfium.FPDFText_GetCharOrigin(text_page, index, x, y)
        pdfium.FPDFText_GetLooseCharBox(text_page, index, box)
        address = ctypes.addressof(item.contents)
        if address not in styles:
            styles[address] = _style(text_page, index, item, paper)
        inside = left <= x.value <= right and bottom <= y.value <= top
        _place(sheet, _HYPHENS.get(code) or chr(code), styles[address], inside, (x.value, y.value), box)


def _space_after(sheet: Sheet) -> None:
    """Note a space that pdfium infers, just behind the middle of the glyph placed last, so that it sorts after it."""
    if sheet.placed:
        glyphs = sheet.turned[sheet.placed[-1]]
        last = glyphs[-1]
        middle = (last.x0 + last.x1) / 2
        glyphs.append(Glyph(" ", middle, middle, last.y, last.size, last.bold))


def _place(
    sheet: Sheet, text: str, style: _Style, inside: bool, origin: tuple[float, float], box: pdfium.FS_RECTF
) -> None:
    if not (style.seen and inside):
        sheet.hidden.append(text)
        if not (sheet.pictured and inside):
            return
    degrees = round(math.degrees(style.angle)) % 360
    degrees = 0 if min(degrees, 360 - degrees) <= _LEVEL else degrees
    if 0xE000 <= ord(text) <= 0xF8FF:
        sheet.unmapped += 1
    start, level = _turn(degrees, *origin)
    if degrees % 90 == 0:
        corners = (_turn(degrees, box.left, box.bottom)[0], _turn(degrees, box.right, box.top)[0])
        left, right = min(corners), max(corners)
    else:  # the box of a slanted letter stands upright and is too wide: its half is nearer the truth
        left, right = start, start + style.size / 2
    sheet.turned.setdefault(degrees, []).append(Glyph(text, left, right, level, style.size, style.bold))
    sheet.placed[:] = [degrees]


def _turn(degrees: int, x: float, y: float) -> tuple[float, float]:
    """A point after turning the page back by so many degrees."""
    if degrees == 0:
        return x, y
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return x * cosine + y * sine, y * cosine - x * sine


def _style(text_page: Any, index: int, item: Any, paper: _Paper) -> _Style:
    matrix, size = pdfium.FS_MATRIX(), ctypes.c_float()
    pdfium.FPDFText_GetMatrix(text_page, index, matrix)
    pdfium.FPDFTextObj_GetFontSize(item, size)
    drawn = abs(size.value) * math.sqrt(abs(matrix.a * matrix.d - matrix.b * matrix.c))
    seen = drawn >= _SMALLEST and _is_painted(item, paper)
    return _Style(drawn or 1.0, math.atan2(matrix.b, matrix.a), _is_bold(item), seen)


def _is_painted(item: Any, paper: _Paper) -> bool:
    """Whether ink is left: not in an invisible mode, not transparent, not white on bare paper."""
    mode = pdfium.FPDFTextObj_GetTextRenderMode(item)
    if mode in _INVISIBLE_MODES:
        return False
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if mode != 0 or not pdfium.FPDFPageObj_GetFillColor(item, red, green, blue, alpha):
        return True
    if alpha.value == 0:
        return False
    return min(red.value, green.value, blue.value) < _WHITE or paper.shows(item)


def _is_bold(item: Any) -> bool:
    font = pdfium.FPDFTextObj_GetFont(item)
    if not font:
        return False
    name = ctypes.create_string_buffer(128)
    pdfium.FPDFFont_GetBaseFontName(font, name, 128)
    return any(word in name.value.decode("latin-1").lower() for word in _BOLD)
