"""Documents that are markup underneath: Markdown, and what pandoc turns into HTML (ODT, RTF, EPUB, RST, Org).

Runs in the child. pandoc runs in its sandbox mode: it reads no file but the one it is given.
"""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from lxml import etree

from pipelines.documents.readers import title_of
from pipelines.documents.results import DocumentBroken, DocumentContent, DocumentEncrypted, DocumentLimits
from pipelines.records import Block, Finding
from pipelines.web.blocks import read_blocks
from pipelines.web.decoding import decode_html, decode_text
from pipelines.web.html import parse_html
from pipelines.web.visibility import visible_tree

__all__ = ["html_blocks", "read_epub", "read_html", "read_markdown", "read_odt", "read_org", "read_rst", "read_rtf"]

_FRONT_MATTER = re.compile(r"\A---\r?\n.*?\r?\n(---|\.\.\.)\r?\n", re.DOTALL)
_FRONT_TITLE = re.compile(r"^title:\s*[\"']?(.+?)[\"']?\s*$", re.MULTILINE | re.IGNORECASE)


def read_markdown(body: bytes, name: str, limits: DocumentLimits) -> DocumentContent:
    """A Markdown file; its front matter gives the title and is not text."""
    import markdown  # type: ignore[import-untyped]  # ships no types

    text = decode_text(body)
    front = _FRONT_MATTER.match(text)
    declared = _FRONT_TITLE.search(front[0]) if front else None
    html = markdown.markdown(text[front.end() :] if front else text, extensions=["tables", "fenced_code", "sane_lists"])
    return _content(html, declared[1] if declared else "", name)


def read_html(body: bytes, name: str, limits: DocumentLimits) -> DocumentContent:
    """An HTML page that came as a document, say under the name of a .doc file."""
    html = decode_html(body)
    return _content(html, parse_html(html).findtext(".//title") or "", name)


def read_rtf(body: bytes, name: str, limits: DocumentLimits) -> DocumentContent:
    """A Rich Text file."""
    return _content(_pandoc(body, "rtf", name), "", name)


def read_rst(body: bytes, name: str, limits: DocumentLimits) -> DocumentContent:
    """A reStructuredText file."""
    return _content(_pandoc(decode_text(body).encode(), "rst", name), "", name)


def read_org(body: bytes, name: str, limits: DocumentLimits) -> DocumentContent:
    """An Org mode file."""
    return _content(_pandoc(decode_text(body).encode(), "org", name), "", name)


def read_epub(body: bytes, name: str, limits: DocumentLimits) -> DocumentContent:
    """An EPUB book."""
    if "META-INF/encryption.xml" in zipfile.ZipFile(io.BytesIO(body)).namelist() and _rights_managed(body):
        raise DocumentEncrypted(f"{name}: the book is protected (DRM); publish it without protection")
    return _content(_pandoc(body, "epub", name), _property(body, r"\.opf$", "title"), name)


def read_odt(body: bytes, name: str, limits: DocumentLimits) -> DocumentContent:
    """An OpenDocument text, without what its author deleted or hid."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        if b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise DocumentEncrypted(f"{name}: protected with a password; publish it without one")
    html = _pandoc(_visible_odt(body), "odt", name)
    return _content(html, _property(body, r"^meta\.xml$", "title"), name)


def html_blocks(html: str) -> tuple[tuple[Block, ...], tuple[Finding, ...]]:
    """The visible text of HTML as blocks, and findings on what was hidden in it; read as a web page is."""
    if not html.strip():
        return (), ()
    shown, findings = visible_tree(parse_html(html))
    return tuple(replace(placed.block, path="") for placed in read_blocks(shown)), findings


def _content(html: str, declared: str, name: str) -> DocumentContent:
    blocks, findings = html_blocks(html)
    return DocumentContent(title_of(blocks, declared, name), blocks, findings=findings)


def _pandoc(body: bytes, source: str, name: str) -> str:
    import pypandoc

    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / f"document.{source}"
        path.write_bytes(body)
        try:
            return str(
                pypandoc.convert_file(str(path), "html", format=source, sandbox=True, extra_args=["--wrap=none"])
            )
        except RuntimeError as error:
            cause = " ".join(str(error).split()).partition("error: ")[2] or str(error)
            raise DocumentBroken(f"{name}: pandoc cannot read it ({cause[:200]}); save it again") from error


def _drop(element: Any) -> None:
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        previous = element.getprevious()
        if previous is not None:
            previous.tail = (previous.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


# ---------------------------------------------------------------- OpenDocument and EPUB parts

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_ODT_UNSEEN = (
    f"{_TEXT}tracked-changes",
    f"{_TEXT}hidden-text",
    f"{_TEXT}hidden-paragraph",
    "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}annotation",
)


def _parse_part(data: bytes) -> Any:
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))


def _visible_odt(body: bytes) -> bytes:
    """The same document with its tracked deletions, annotations and hidden spans taken out."""
    source = zipfile.ZipFile(io.BytesIO(body))
    content = _parse_part(source.read("content.xml"))
    hidden = {
        style.get(f"{_STYLE}name")
        for style in content.iter(f"{_STYLE}style")
        if any(part.get(f"{_TEXT}display") == "none" for part in style.iter(f"{_STYLE}text-properties"))
    }
    for element in list(content.iter()):
        if element.tag in _ODT_UNSEEN or (hidden and element.get(f"{_TEXT}style-name") in hidden):
            _drop(element)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            data = etree.tostring(content) if entry.filename == "content.xml" else source.read(entry)
            target.writestr(entry.filename, data)
    return packed.getvalue()


def _property(body: bytes, part: str, wanted: str) -> str:
    """A Dublin Core property of the first part whose name matches; empty when there is none."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        for entry in archive.namelist():
            if re.search(part, entry):
                found = _parse_part(archive.read(entry)).iter("{http://purl.org/dc/elements/1.1/}" + wanted)
                return next((element.text or "" for element in found), "")
    return ""


def _rights_managed(body: bytes) -> bool:
    """Whether more than the fonts is encrypted (OCF 3.2, section 4.2.6)."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        listed = re.findall(rb'URI="([^"]+)"', archive.read("META-INF/encryption.xml"))
    return any(not uri.lower().endswith((b".ttf", b".otf", b".woff", b".woff2")) for uri in listed)
