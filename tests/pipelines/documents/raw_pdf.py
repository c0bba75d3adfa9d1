"""A PDF written glyph by glyph: which character stands where, and in which order it is drawn, is up to the test."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["WIDTH", "raw_pdf"]

WIDTH = 0.5  # of the font size: every glyph is that wide

Run = tuple[float, float, float, Sequence[str]]  # x, y, size, glyphs from left to right; a glyph may be several letters


def raw_pdf(*pages: Iterable[Run], extra: str = "", crop: str = "") -> bytes:
    """A file whose pages show the runs. `extra` is drawn first on each page; `crop` is a CropBox's content."""
    letters: dict[str, int] = {}
    contents = [extra + "".join(_draw(run, letters) for run in page) for page in pages]
    kids = " ".join(f"{6 + 2 * at} 0 R" for at in range(len(contents)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /Sample /Encoding /Identity-H"
        " /DescendantFonts [4 0 R] /ToUnicode 5 0 R >>",
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Sample"
        " /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity)"
        " /Supplement 0 >> /DW 500 /FontDescriptor << /Type /FontDescriptor /FontName /Sample /Flags 4 /ItalicAngle 0"
        " /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 /FontBBox [0 -200 500 800] >> >>",
        _stream(_to_unicode(letters)),
    ]
    for at, content in enumerate(contents):
        box = f" /CropBox [{crop}]" if crop else ""
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800]{box} /Contents {7 + 2 * at} 0 R"
            " /Resources << /Font << /F 3 0 R >> >> >>"
        )
        objects.append(_stream(content))
    return _assemble(objects)


def _draw(run: Run, letters: dict[str, int]) -> str:
    x, y, size, glyphs = run
    codes = "".join(f"{letters.setdefault(glyph, len(letters) + 1):04x}" for glyph in glyphs)
    return f"BT /F {size} Tf 1 0 0 1 {x} {y} Tm <{codes}> Tj ET\n"


def _to_unicode(letters: dict[str, int]) -> str:
    lines = [f"<{code:04x}> <{text.encode('utf-16-be').hex()}>" for text, code in letters.items()]
    chunks = [lines[at : at + 100] for at in range(0, len(lines), 100)]
    body = "\n".join(f"{len(chunk)} beginbfchar\n" + "\n".join(chunk) + "\nendbfchar" for chunk in chunks)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /S def /CMapType 2 def\n"
        f"1 begincodespacerange <0000> <ffff> endcodespacerange\n{body}\nendcmap end end"
    )


def _stream(content: str) -> str:
    return f"<< /Length {len(content.encode())} >>\nstream\n{content}\nendstream"


def _assemble(objects: Sequence[str]) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, text in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{text}\nendobj\n".encode()
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)
