"""JSON and XML files as text: each group of values a row, «name: value | name: value». Runs in the child."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree

from pipelines.documents.readers import title_of
from pipelines.documents.results import DocumentBroken, DocumentContent, DocumentLimits, DocumentUnsafe
from pipelines.records import Block
from pipelines.web.decoding import decode_text

__all__ = ["read_json", "read_xml"]

_DOCTYPE = re.compile(r"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_DEPTH = 100  # levels of nesting followed


def read_json(body: bytes, name: str, limits: DocumentLimits) -> DocumentContent:
    """A JSON file, or JSON Lines: plain values of one object form one row, named by their path."""
    text = decode_text(body).lstrip("\ufeff")
    blocks = tuple(Block("table_row", row) for value in _json_values(text, name) for row in _rows(value, ""))
    return DocumentContent(title_of((), "", name), blocks)


def _json_values(text: str, name: str) -> list[Any]:
    try:
        return [json.loads(text)]
    except json.JSONDecodeError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        try:
            return [json.loads(line) for line in lines] if len(lines) > 1 else _raise(error)
        except json.JSONDecodeError:
            raise DocumentBroken(f"{name}: not valid JSON ({error}); publish it whole") from error


def _raise(error: Exception) -> list[Any]:
    raise error


def _rows(value: Any, path: str, depth: int = 0) -> Iterator[str]:
    if depth > _DEPTH:
        raise RecursionError
    if isinstance(value, dict):
        plain = [f"{key}: {_plain(part)}" for key, part in value.items() if _is_plain(part)]
        if plain:
            yield (f"{path} | " if path else "") + " | ".join(plain)
        for key, part in value.items():
            if not _is_plain(part):
                yield from _rows(part, f"{path} › {key}" if path else str(key), depth + 1)
    elif isinstance(value, list):
        for part in value:
            yield from _rows(part, path, depth + 1)
    elif _is_plain(value) and _plain(value):
        yield f"{path}: {_plain(value)}" if path else _plain(value)


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return len(value) < 20 and all(isinstance(part, str | int | float) for part in value)
    return not isinstance(value, dict)


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return "" if value is None else json.dumps(value) if isinstance(value, bool) else str(value)


def read_xml(body: bytes, name: str, limits: DocumentLimits) -> DocumentContent:
    """An XML file: elements that hold only named values are rows, other text paragraphs; `line` is the element's.

    Raises DocumentUnsafe on a document type declaration: its entities may read files or grow without end.
    """
    text = decode_text(body).lstrip("\ufeff")
    if _DOCTYPE.search(text):
        raise DocumentUnsafe(f"{name}: refused, it declares a document type or an entity; publish it without")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(_DECLARATION.sub("", text).encode(), parser)
    except etree.XMLSyntaxError as error:
        raise DocumentBroken(f"{name}: not well-formed XML ({error}); publish it whole") from error
    blocks = tuple(_xml_blocks(root))
    return DocumentContent(title_of((), "", name), blocks)


def _xml_blocks(element: Any) -> Iterator[Block]:
    children = [child for child in element if isinstance(child.tag, str)]
    if children and all(len(child) == 0 for child in children) and not _own_text(element):
        named = [
            f"{etree.QName(child).localname}: {child.text.strip()}" for child in children if (child.text or "").strip()
        ]
        if named:
            yield Block("table_row", " | ".join(named), line=_line(element))
        return
    text = _own_text(element)
    if text:
        yield Block("paragraph", text, line=_line(element))
    for child in children:
        yield from _xml_blocks(child)


def _own_text(element: Any) -> str:
    """The text that stands in the element itself, between its children."""
    parts: Sequence[str | None] = [element.text, *(child.tail for child in element)]
    return " ".join(" ".join(part for part in parts if part).split())


def _line(element: Any) -> int | None:
    return element.sourceline if isinstance(element.sourceline, int) and element.sourceline > 0 else None
