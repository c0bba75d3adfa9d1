"""What bytes are, whatever their label says."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.sniff import READABLE, document_type_of, sniff


def archive(*names: str) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w") as file:
        for name in names:
            file.writestr(name, "application/epub+zip" if name == "mimetype" else "x")
    return buffer.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
OFFICE = "application/vnd.openxmlformats-officedocument"


@pytest.mark.parametrize(
    ("body", "declared", "url", "expected"),
    [
        (b"<!DOCTYPE html><p>x", "text/plain", "", "text/html"),
        (b"\xef\xbb\xbf  <!-- c -->\n<html>", None, "", "text/html"),
        (b"<!-- " + b"long " * 1000 + b"--><html>", None, "", "text/html"),
        ("<html>عرض".encode("utf-16"), None, "", "text/html"),
        ("<html>offer".encode("utf-16-le"), None, "", "text/html"),
        (b'<?xml version="1.0"?><html xmlns="x">', "text/html", "", "application/xhtml+xml"),
        (b'<?xml version="1.0"?><rss>', "text/html", "", "application/xml"),
        (b"<svg xmlns='x'>", "image/svg+xml", "", "image/svg+xml"),
        (b"just words", "text/html; charset=utf-8", "", "text/html"),
        (b"just words", None, "", "text/plain"),
        ("عرض خاص".encode("windows-1256"), None, "", "text/plain"),
        (b"a,b\n1,2", "text/csv", "", "text/csv"),
        (b"a,b\n1,2", "text/plain", "http://h/x.csv?v=1", "text/csv"),
        (b"# title", None, "http://h/readme.md", "text/markdown"),
        (b'{"a": 1}', "application/json", "", "application/json"),
        (b"%PDF-1.7", "text/html", "", "application/pdf"),
        (b"\n\n%PDF-1.4", None, "", "application/pdf"),
        (b"<html>about %PDF-1.7 files", None, "", "text/html"),
        (archive("word/document.xml"), "application/zip", "", f"{OFFICE}.wordprocessingml.document"),
        (archive("xl/workbook.xml"), None, "", f"{OFFICE}.spreadsheetml.sheet"),
        (archive("ppt/presentation.xml"), None, "", f"{OFFICE}.presentationml.presentation"),
        (archive("mimetype", "x"), None, "", "application/epub+zip"),
        (archive("secret.exe"), f"{OFFICE}.wordprocessingml.document", "http://h/x.docx", "application/zip"),
        (b"PK\x03\x04 broken", None, "", "application/zip"),
        (OLE + "WordDocument".encode("utf-16-le"), None, "", "application/msword"),
        (OLE + "Workbook".encode("utf-16-le"), None, "", "application/vnd.ms-excel"),
        (OLE + "__substg1.0_".encode("utf-16-le"), None, "", "application/vnd.ms-outlook"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), None, "http://h/p.xlsx", f"{OFFICE}.spreadsheetml.sheet"),
        (OLE, "application/msword", "", "application/x-ole-storage"),
        (b"MZ\x90\x00\x03", "application/pdf", "", "application/x-msdownload"),
        (b"BMW offers of the month", None, "", "text/plain"),
        (b"BM\x00\x00\x01\x02", None, "", "image/bmp"),
        (b"\xff\xd8\xff\xe0", "text/html", "", "image/jpeg"),
        (b"\x1f\x8b\x08", None, "", "application/gzip"),
        (b"\x01\x02\x03\x04binary", "text/html", "", "application/octet-stream"),
        (b"", "text/html", "", "application/x-empty"),
    ],
)
def test_bytes_tell(body, declared, url, expected):
    """The type is the bytes' own; the header and the name decide only between kinds of text."""
    assert sniff(body, declared, url) == expected


@given(st.binary(max_size=2000), st.none() | st.text(max_size=30), st.text(max_size=30))
def test_any_bytes_have_a_type(body, declared, url):
    """Nothing raises, and the answer is a plain lower-case type."""
    kind = sniff(body, declared, url)
    assert "/" in kind
    assert ";" not in kind


@given(st.binary(min_size=1, max_size=200))
def test_what_begins_like_a_program_is_never_readable(rest):
    """No label and no tail makes an ELF file readable."""
    assert sniff(b"\x7fELF\x02\x01\x01\x00" + rest, "text/html", "http://h/x.pdf") not in READABLE


def test_documents_are_known_by_their_extension():
    """From the path alone, whatever the case and the query; a page has none."""
    assert document_type_of("http://h/a/Terms.PDF?x=1.html") == "application/pdf"
    assert document_type_of("http://h/a.example/page") is None
    assert document_type_of("http://h/page.html") is None
