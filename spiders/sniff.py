"""What bytes are, by looking at them: servers mislabel, and a wrong reader is worse than none.

Follows the WHATWG MIME Sniffing Standard where it speaks (HTML, PDF, images, archives) and adds
the office formats. The declared type is believed only between kinds of text, which bytes cannot tell apart.
"""

from __future__ import annotations

import re
from io import BytesIO
from zipfile import BadZipFile, ZipFile

__all__ = ["DOCUMENTS", "PAGES", "READABLE", "document_type_of", "sniff"]

_OFFICE = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"

PAGES = frozenset({"text/html", "application/xhtml+xml"})
_BY_EXTENSION = {
    "csv": "text/csv",
    "doc": "application/msword",
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "eml": "message/rfc822",
    "epub": "application/epub+zip",
    "md": "text/markdown",
    "msg": "application/vnd.ms-outlook",
    "odp": f"{_ODF}.presentation",
    "ods": f"{_ODF}.spreadsheet",
    "odt": f"{_ODF}.text",
    "org": "text/org",
    "pdf": "application/pdf",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": f"{_OFFICE}.presentationml.presentation",
    "rst": "text/x-rst",
    "rtf": "application/rtf",
    "tsv": "text/tab-separated-values",
    "txt": "text/plain",
    "xls": "application/vnd.ms-excel",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
}
DOCUMENTS = frozenset(_BY_EXTENSION.values())
READABLE = PAGES | DOCUMENTS  # the allow-list: whatever else arrives is refused as bad_content

_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"{\\rtf", "application/rtf"),
    (b"\x1f\x8b", "application/gzip"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"MZ", "application/x-msdownload"),
    (b"\x7fELF", "application/x-executable"),
    (b"\xca\xfe\xba\xbe", "application/java-vm"),
    (b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"\x00\x00\x01\x00", "image/x-icon"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"OggS", "application/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"wOFF", "font/woff"),
    (b"wOF2", "font/woff2"),
    (b"%!PS-Adobe-", "application/postscript"),
    (b"SQLite format 3\x00", "application/vnd.sqlite3"),
)
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_XML_HEAD = re.compile(rb"\s*(<\?xml\b|<(rss|feed|urlset|sitemapindex|svg)[\s>:])", re.IGNORECASE)
_HTML_TAG = re.compile(
    rb"<(!doctype\s+html|html|head|body|title|script|iframe|h[1-6]|div|font|table|style|b|br|p|a|meta|link|section|main"
    rb"|article|header|footer|nav|ul|ol|form|span|img|noscript|base|center|strong|em|i)[\s>/]",
    re.IGNORECASE,
)
_COMMENTS = re.compile(rb"\s*(<!--.*?-->\s*)*", re.DOTALL)
# Control bytes that no text encoding in use on the web holds; NUL is judged apart because UTF-16 is full of it.
_BINARY = bytes(set(range(0x20)) - set(b"\t\n\x0b\x0c\r\x1b") - {0})
_MAIL = re.compile(
    rb"(?:(?:received|return-path|from|to|subject|date|message-id|mime-version|delivered-to)[ \t]*:.*\r?\n)", re.I
)


def sniff(body: bytes, declared: str | None = None, url: str = "") -> str:
    """Return the media type of bytes: lower case, no parameters; `application/octet-stream` when unknown.

    `declared` is the Content-Type header, which decides only between kinds of text;
    `url` lends its extension where neither tells.
    """
    if not body:
        return "application/x-empty"
    head = body[:1024]
    known = _by_magic(body, head, _declared_type(declared), url)
    return known or _text_type(body, head, _declared_type(declared), url)


def document_type_of(url: str) -> str | None:
    """Return the media type a document's file extension stands for, None for any other address."""
    return _BY_EXTENSION.get(_extension(url))


def _declared_type(declared: str | None) -> str:
    return (declared or "").partition(";")[0].strip().lower()


def _extension(url: str) -> str:
    name = url.partition("?")[0].rpartition("/")[2]
    return name.rpartition(".")[2].lower() if "." in name else ""


def _by_magic(body: bytes, head: bytes, declared: str, url: str) -> str | None:
    if head.startswith(b"PK\x03\x04"):
        return _zip_type(body)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _ole_type(body, declared, url)
    if head[:4] == b"RIFF":
        return "image/webp" if head[8:12] == b"WEBP" else "audio/wav"
    if head[4:8] == b"ftyp":
        return "video/mp4"
    marked = next((kind for magic, kind in _MAGIC if head.startswith(magic) and not _reads_as_text(magic, head)), None)
    if marked is None and b"%PDF-" in head and not _HTML_TAG.match(head.lstrip()):
        return "application/pdf"  # readers allow junk before the mark (ISO 32000 annex H.3.4.1)
    return marked


def _reads_as_text(magic: bytes, head: bytes) -> bool:
    """Two letters alone are no proof: «BMW offers» is text."""
    return len(magic) < 4 and magic.isalpha() and not _is_binary(head)


def _zip_type(body: bytes) -> str:
    """Name an archive by its entries; only the directory is read, nothing is inflated but a short `mimetype`."""
    if body[30:38] == b"mimetype":
        return re.split(rb"[^a-z0-9.+/-]", body[38:120])[0].decode("ascii") or "application/zip"
    try:
        with ZipFile(BytesIO(body)) as archive:
            names = {info.filename for info in archive.infolist()}
    except (BadZipFile, ValueError, NotImplementedError, OSError):
        return "application/zip"
    for part, extension in (
        ("word/document.xml", "docx"),
        ("xl/workbook.xml", "xlsx"),
        ("ppt/presentation.xml", "pptx"),
    ):
        if part in names:
            return _BY_EXTENSION[extension]
    return "application/zip"


def _ole_type(body: bytes, declared: str, url: str) -> str:
    for stream, extension in (
        ("__substg1.0_", "msg"),
        ("WordDocument", "doc"),
        ("Workbook", "xls"),
        ("PowerPoint Document", "ppt"),
        ("EncryptedPackage", "docx"),
    ):
        if stream.encode("utf-16-le") in body:
            return _ole_named(extension, declared, url)
    return "application/x-ole-storage"


def _ole_named(extension: str, declared: str, url: str) -> str:
    """An encrypted package hides which office format it is: the name says, else the header."""
    if extension != "docx":
        return _BY_EXTENSION[extension]
    named = document_type_of(url) or declared
    return named if named.startswith(_OFFICE) else _BY_EXTENSION["docx"]


def _text_type(body: bytes, head: bytes, declared: str, url: str) -> str:
    wide = head.startswith(_BOMS[1:]) or _looks_utf16(head)
    if not wide and _is_binary(head):
        return "application/octet-stream"
    narrow = head.replace(b"\x00", b"") if wide else head
    for bom in _BOMS:
        narrow = narrow.removeprefix(bom)
    markup = _markup_type(narrow, body)
    return markup or _plain_type(narrow, declared, url)


def _markup_type(head: bytes, body: bytes) -> str | None:
    start = _COMMENTS.match(head)
    opening = head[start.end() :] if start else head
    if opening.startswith(b"<!--"):  # a comment longer than the head
        opening = opening + body[1024:65536]
        opening = opening[opening.find(b"-->") + 3 :].lstrip()
    if _HTML_TAG.match(opening):
        return "text/html"
    if not _XML_HEAD.match(opening):
        return None
    if b"<html" in head.lower():
        return "application/xhtml+xml" if b"<xsl:" not in head else "application/xml"
    return "image/svg+xml" if b"<svg" in head.lower() else "application/xml"


def _plain_type(head: bytes, declared: str, url: str) -> str:
    if declared in PAGES and b"<" in head:
        return "text/html"
    if declared.startswith("text/") and declared in DOCUMENTS and declared != "text/plain":
        return declared
    named = document_type_of(url)
    if named and (named.startswith("text/") or named == "message/rfc822"):
        return named
    if declared == "message/rfc822" and _MAIL.match(head):
        return declared
    if declared in ("application/json", "text/css", "text/javascript", "application/javascript"):
        return declared
    return "text/html" if declared in PAGES else "text/plain"


def _is_binary(head: bytes) -> bool:
    return b"\x00" in head or bool(head.translate(None, delete=bytes(set(range(256)) - set(_BINARY))))


def _looks_utf16(head: bytes) -> bool:
    """UTF-16 without a mark: every second byte of the opening is NUL, the others are not."""
    even, odd = head[0:16:2], head[1:16:2]
    return len(head) >= 8 and ((not any(odd) and all(even)) or (not any(even) and all(odd)))
