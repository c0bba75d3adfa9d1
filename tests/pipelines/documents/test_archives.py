"""Archives are refused while counting, before any parser sees them, and a refusal is always one of the known errors."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.documents.archives import check_archive
from pipelines.documents.results import (
    DocumentBomb,
    DocumentBroken,
    DocumentEncrypted,
    DocumentError,
    DocumentLimits,
    DocumentUnsafe,
)

LIMITS = DocumentLimits(expanded=30 * 2**20, entries=100)
TYPES = ("[Content_Types].xml", b'<?xml version="1.0" encoding="UTF-8"?><Types/>')
DOCUMENT = ("word/document.xml", b"<document>terms and conditions</document>")


def archive(*entries: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in (TYPES, *entries):
            target.writestr(name, data)
    return packed.getvalue()


def altered(entries: Iterable[tuple[str, bytes]], alter: str, value: int | None = None) -> bytes:
    """An archive whose directory says something else of its last entry than the entry itself."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in (TYPES, *entries):
            target.writestr(name, data)
        setattr(target.filelist[-1], alter, target.filelist[-2].header_offset if value is None else value)
    return packed.getvalue()


def check(body: bytes, limits: DocumentLimits = LIMITS) -> object:
    return check_archive(body, "offer.docx", limits)


def test_honest_archive_is_listed_and_counted() -> None:
    """A good archive tells its entries and the bytes they expand to."""
    listed = check_archive(archive(DOCUMENT), "offer.docx", LIMITS)
    assert listed.names == (TYPES[0], DOCUMENT[0])
    assert listed.expanded == len(TYPES[1]) + len(DOCUMENT[1])


@pytest.mark.hazard("D1")
def test_bomb_is_stopped_at_the_limit() -> None:
    """An entry that expands beyond the limit is refused, whatever it stores."""
    with pytest.raises(DocumentBomb, match=r"word/media"):
        check(archive(("word/media/a.bin", b"\0" * 2_000_000)), replace(LIMITS, expanded=1_000_000))


def test_bombs_are_counted_together() -> None:
    """Many small entries that expand beyond the limit together are refused as one large one is."""
    parts = [(f"word/media/{n}.bin", b"\0" * 300_000) for n in range(4)]
    with pytest.raises(DocumentBomb):
        check(archive(*parts), replace(LIMITS, expanded=1_000_000))


def test_bomb_by_ratio() -> None:
    """A large entry of almost nothing is refused although it stays within the limit."""
    with pytest.raises(DocumentBomb):
        check(archive(("word/media/a.bin", b"\0" * 21 * 2**20)))


@pytest.mark.hazard("D1")
def test_too_many_entries() -> None:
    """The number of entries is limited."""
    with pytest.raises(DocumentBomb, match="entries"):
        check(archive(*((f"word/{n}.xml", b"<a/>") for n in range(101))))


def test_directory_that_lies_about_its_count() -> None:
    """A directory too large for the entries allowed is refused before it is read."""
    body = bytearray(archive(*((f"word/{n}.xml", b"<a/>") for n in range(90))))
    end = body.rfind(b"PK\x05\x06")
    body[end + 12 : end + 16] = (100_000).to_bytes(4, "little")
    with pytest.raises(DocumentBomb):
        check(bytes(body))


@pytest.mark.hazard("D1")
def test_overlapping_entries() -> None:
    """Two entries that share their bytes are refused."""
    with pytest.raises(DocumentUnsafe, match=r"overlaps|appears"):
        check(altered([("a.bin", b"x" * 50), ("b.bin", b"x" * 50)], "header_offset"))


@pytest.mark.hazard("D1")
@pytest.mark.parametrize("size", [1, 10_000])
def test_lying_size(size: int) -> None:
    """An entry that holds more or less than it says is refused."""
    with pytest.raises(DocumentUnsafe, match="says"):
        check(altered([("a.bin", b"x" * 500), ("b.bin", b"y" * 500)], "file_size", size))


@pytest.mark.hazard("D1")
@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/etc/passwd", "word\\..\\..\\x", "C:/x", "a/../../b"])
def test_climbing_names(name: str) -> None:
    """A name that points outside the archive is refused."""
    with pytest.raises(DocumentUnsafe, match="outside"):
        check(archive((name, b"x")))


def test_same_name_twice() -> None:
    """Two entries of one name, of which parsers pick different ones, are refused."""
    with pytest.warns(UserWarning, match="Duplicate"):
        body = archive(DOCUMENT, DOCUMENT)
    with pytest.raises(DocumentUnsafe, match="twice"):
        check(body)


@pytest.mark.hazard("D1")
def test_nested_archive() -> None:
    """An archive inside is refused, except where office files keep embedded objects, which nothing opens."""
    inner = archive(DOCUMENT)
    with pytest.raises(DocumentUnsafe, match="archive inside"):
        check(archive(("word/extra.bin", inner)))
    check(archive(("word/embeddings/sheet.xlsx", inner)))


@pytest.mark.hazard("D2")
@pytest.mark.parametrize(
    "markup",
    [
        b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>',
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE d><d/>'.encode("utf-16"),
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE d><d/>'.encode("utf-16-be"),
        b"<d>" + b" " * 65_531 + b"<!DOCTYPE d></d>",  # across two chunks
        b'<?xml version="1.0" encoding="IBM037"?><d/>',
        '<?xml version="1.0" encoding="IBM037"?><!DOCTYPE d><d/>'.encode("cp037"),
        b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE d+AD4-<d/>',
    ],
)
def test_document_types_and_encodings_that_hide_them(markup: bytes) -> None:
    """A part that declares a document type, or whose encoding could hide one, is refused."""
    with pytest.raises(DocumentUnsafe):
        check(archive(("word/document.xml", markup)))


def test_books_may_say_html_but_declare_no_entity() -> None:
    """The chapters of an EPUB begin with <!DOCTYPE html>; an entity declaration is refused there too."""

    def book(chapter: bytes) -> bytes:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as target:
            target.writestr("mimetype", "application/epub+zip")
            target.writestr("chapter.xhtml", chapter)
        return packed.getvalue()

    assert check_archive(book(b"<!DOCTYPE html><html/>"), "b.epub", LIMITS).mimetype == "application/epub+zip"
    with pytest.raises(DocumentUnsafe):
        check(book(b'<!DOCTYPE html [<!ENTITY a "b">]><html/>'))


def test_encrypted_entry() -> None:
    """An entry marked as encrypted is an encrypted document, not a broken one."""
    with pytest.raises(DocumentEncrypted):
        check(altered([("a.xml", b"<a/>"), ("b.xml", b"<b/>")], "flag_bits", 1))


def test_damaged_entry() -> None:
    """A checksum that does not fit says that the file is damaged."""
    with pytest.raises(DocumentBroken, match="damaged"):
        check(altered([("a.bin", b"x" * 50), ("b.bin", b"y" * 50)], "CRC", 12345))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_damage_is_one_of_the_known_errors(data: st.DataObject) -> None:
    """Whatever is cut off or changed, the answer is a listing or a DocumentError, never another exception."""
    body = bytearray(archive(DOCUMENT, ("word/styles.xml", b"<styles>" + bytes(range(32, 120)) * 9 + b"</styles>")))
    if data.draw(st.booleans()):
        body = body[: data.draw(st.integers(0, len(body)))]
    for _ in range(data.draw(st.integers(0, 4)) if body else 0):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        check(bytes(body))
    except DocumentError as error:
        assert str(error).startswith("offer.docx: ")  # noqa: PT017  # both ends are allowed
