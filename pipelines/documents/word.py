"""Word documents (DOCX) as they would be printed: insertions accepted, deletions and hidden text gone, nothing lost.

The library `unstructured` reads runs that stand directly in a paragraph; Word also keeps text in
content controls, tracked insertions, fields, text boxes and footnotes. So the file's parts are first
rewritten into their plain form, then read. Runs in the child; the archive was checked before.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from lxml import etree

from pipelines.documents.elements import blocks_of, prepare
from pipelines.documents.readers import title_of
from pipelines.documents.results import DocumentContent, DocumentLimits

__all__ = ["plain_docx", "read_docx"]

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_TEXT_PART = re.compile(r"^word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml$")
# Elements whose whole content is not part of the printed document.
_REMOVED = tuple(
    _W + tag
    for tag in ("del", "moveFrom", "delText", "delInstrText", "instrText", "commentReference", "rPrChange", "pPrChange")
)
# Wrappers whose content is: they are replaced by what they hold.
_UNWRAPPED = tuple(
    _W + tag for tag in ("ins", "moveTo", "smartTag", "customXml", "fldSimple", "sdtContent", "bdo", "dir")
)
_FALSE = ("0", "false", "off", "none")
_PSEUDO_HEADING = 80  # characters; a bold paragraph longer than that is emphasis


def read_docx(body: bytes, name: str, limits: DocumentLimits) -> DocumentContent:
    """A Word document: headings by style (or wholly bold short lines), lists, tables with headers, footnotes last."""
    prepare()
    from unstructured.partition.docx import partition_docx

    elements = partition_docx(file=io.BytesIO(plain_docx(body)), languages=[""], include_page_breaks=False)
    blocks = tuple(blocks_of(_with_pseudo_headings(_without_repeats(elements))))
    return DocumentContent(title_of(blocks, _declared_title(body), name), blocks)


def plain_docx(body: bytes) -> bytes:
    """The same document with tracked changes accepted, hidden runs dropped, wrappers and text boxes opened."""
    source = zipfile.ZipFile(io.BytesIO(body))
    hidden = _hidden_styles(source)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for entry in source.infolist():
            data = source.read(entry)
            if _TEXT_PART.match(entry.filename):
                data = _plain_part(data, hidden, source if entry.filename == "word/document.xml" else None)
            target.writestr(entry.filename, data)
    return packed.getvalue()


def _parse(data: bytes) -> Any:
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))


def _plain_part(data: bytes, hidden: frozenset[str], archive: zipfile.ZipFile | None) -> bytes:
    root = _parse(data)
    for change in (_remove_unseen, _accept_changes, _open_text_boxes, _unwrap):
        change(root)
    _remove_hidden_runs(root, hidden)
    if archive is not None:
        _append_notes(root, archive)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True))


def _remove_unseen(root: Any) -> None:
    for element in list(root.iter(*_REMOVED, f"{_MC}Fallback")):
        parent = element.getparent()
        if parent is not None and not _is_mark(element):
            parent.remove(element)


def _is_mark(element: Any) -> bool:
    """Whether a w:del or w:ins stands in properties, where it says that a mark or row was deleted or inserted."""
    return element.getparent().tag in (f"{_W}rPr", f"{_W}trPr", f"{_W}numPr")


def _accept_changes(root: Any) -> None:
    """Drop rows marked as deleted; join a paragraph whose mark was deleted with the next one."""
    for mark in list(root.iter(f"{_W}del")):
        holder = mark.getparent()
        if holder.tag == f"{_W}trPr":
            row = holder.getparent()
            row.getparent().remove(row)
        elif holder.getparent().tag == f"{_W}pPr":
            _join_with_next(holder.getparent().getparent())


def _join_with_next(paragraph: Any) -> None:
    following = paragraph.getnext()
    if following is None or following.tag != f"{_W}p":
        return
    at = 1 if following.find(f"{_W}pPr") is not None else 0
    for child in [child for child in paragraph if child.tag != f"{_W}pPr"]:
        following.insert(at, child)
        at += 1
    paragraph.getparent().remove(paragraph)


def _open_text_boxes(root: Any) -> None:
    """Put the paragraphs of a text box after the paragraph it is anchored in, where a reader meets them."""
    for box in list(root.iter(f"{_W}txbxContent")):
        host = next((above for above in box.iterancestors(f"{_W}p")), None)
        if host is None:
            continue
        for block in reversed(list(box)):
            host.addnext(block)


def _unwrap(root: Any) -> None:
    for wrapper in list(root.iter(*_UNWRAPPED)):
        if not _is_mark(wrapper):
            _replace_by_children(wrapper)
    for control in list(root.iter(f"{_W}sdt")):
        for properties in list(control.iter(f"{_W}sdtPr", f"{_W}sdtEndPr")):
            properties.getparent().remove(properties)
        _replace_by_children(control)


def _replace_by_children(element: Any) -> None:
    parent = element.getparent()
    at = parent.index(element)
    parent[at : at + 1] = list(element)


def _remove_hidden_runs(root: Any, hidden: frozenset[str]) -> None:
    for run in list(root.iter(f"{_W}r")):
        properties = run.find(f"{_W}rPr")
        if properties is None:
            continue
        style = properties.find(f"{_W}rStyle")
        if _is_on(properties.find(f"{_W}vanish")) or (style is not None and style.get(f"{_W}val") in hidden):
            run.getparent().remove(run)


def _is_on(switch: Any) -> bool:
    return switch is not None and switch.get(f"{_W}val", "true").lower() not in _FALSE


def _hidden_styles(source: zipfile.ZipFile) -> frozenset[str]:
    """The ids of the character styles whose text is hidden."""
    if "word/styles.xml" not in source.namelist():
        return frozenset()
    styles = _parse(source.read("word/styles.xml")).iter(f"{_W}style")
    return frozenset(style.get(f"{_W}styleId", "") for style in styles if _is_on(style.find(f"{_W}rPr/{_W}vanish")))


def _append_notes(root: Any, archive: zipfile.ZipFile) -> None:
    """Foot- and endnotes as paragraphs at the end of the body: conditions of an offer often stand there."""
    body = root.find(f"{_W}body")
    for part, tag in (("word/footnotes.xml", "footnote"), ("word/endnotes.xml", "endnote")):
        if body is None or part not in archive.namelist():
            continue
        notes = _parse(archive.read(part))
        _remove_unseen(notes)
        _unwrap(notes)
        for note in notes.iter(_W + tag):
            if note.get(f"{_W}type", "normal") == "normal":
                _insert_blocks(body, list(note))


def _insert_blocks(body: Any, blocks: Iterable[Any]) -> None:
    last = body.find(f"{_W}sectPr")
    for block in blocks:
        if last is not None:
            last.addprevious(block)
        else:
            body.append(block)


def _with_pseudo_headings(elements: Iterable[Any]) -> Iterator[Any]:
    """Make short, wholly bold paragraphs headings below the last real one: many documents use no styles."""
    from unstructured.documents.elements import Title

    depth = -1
    for element in elements:
        if element.category == "Title":
            depth = element.metadata.category_depth or 0
        elif _is_bold_line(element):
            element.metadata.category_depth = depth + 1
            element = Title(element.text, metadata=element.metadata)
        yield element


def _is_bold_line(element: Any) -> bool:
    text = element.text.strip()
    tags = element.metadata.emphasized_text_tags or []
    bold = [
        part for part, tag in zip(element.metadata.emphasized_text_contents or [], tags, strict=False) if tag == "b"
    ]
    if element.category not in ("UncategorizedText", "NarrativeText") or len(text) > _PSEUDO_HEADING:
        return False
    return not text.endswith((".", ",", ";", "،", "؛")) and _letters("".join(bold)) == _letters(text) != ""


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def _without_repeats(elements: Iterable[Any]) -> Iterator[Any]:
    """Say a header or footer once: each section repeats it. Any other repetition is the author's."""
    seen: set[str] = set()
    for element in elements:
        if element.category in ("Header", "Footer"):
            if element.text in seen or not _letters(element.text):
                continue
            seen.add(element.text)
        yield element


def _declared_title(body: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        if "docProps/core.xml" not in archive.namelist():
            return ""
        found = _parse(archive.read("docProps/core.xml")).find("{http://purl.org/dc/elements/1.1/}title")
    return (found.text or "") if found is not None else ""
