"""Frames between Freshet and the child that reads documents: a length, then JSON; nothing in them is ever executed.

The child has parsed hostile bytes, so what it sends back is hostile too: every value is
checked here before it becomes a record.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO

from pipelines.documents.results import DocumentContent
from pipelines.records import Block, Finding
from pipelines.web.characters import fold, tidy

__all__ = ["HEADER", "content_from_wire", "content_to_wire", "frame", "read_frame"]

HEADER = struct.Struct(">I")  # the length of the JSON that follows, bytes
_KINDS = frozenset({"heading", "paragraph", "list_item", "table_row", "preformatted"})
_LARGEST_NUMBER = 2**31 - 1  # pages and lines; as large as a database integer


def frame(message: Mapping[str, Any]) -> bytes:
    """One message as bytes; lone surrogates, which UTF-8 lacks, become question marks."""
    payload = json.dumps(message, ensure_ascii=False).encode("utf-8", "replace")
    return HEADER.pack(len(payload)) + payload


def read_frame(stream: BinaryIO) -> Any | None:
    """The next message of a blocking stream; None at its end."""
    head = stream.read(HEADER.size)
    if len(head) < HEADER.size:
        return None
    return json.loads(stream.read(HEADER.unpack(head)[0]))


def content_to_wire(content: DocumentContent) -> dict[str, Any]:
    """A content as plain JSON values."""
    return {
        "title": content.title,
        "language": content.language,
        "blocks": [[b.kind, b.text, b.level, b.page, b.line] for b in content.blocks],
        "findings": [[f.rule, f.message, f.quote] for f in content.findings],
    }


def content_from_wire(message: Mapping[str, Any]) -> DocumentContent:
    """A checked content: known kinds, clean text, sane numbers. Raises ValueError on anything else."""
    blocks = (_block(raw) for raw in _list(message.get("blocks")))
    findings = (Finding(*(fold(_text(part)) for part in raw)) for raw in _list(message.get("findings")))
    return DocumentContent(
        title=fold(_text(message.get("title"))),
        language=_text(message.get("language")),
        blocks=tuple(block for block in blocks if block.text),
        findings=tuple(findings),
    )


def _block(raw: object) -> Block:
    kind, text, level, page, line = _list(raw)
    if kind not in _KINDS:
        raise ValueError(f"unknown kind of block {kind!r}")
    text = tidy(_text(text)) if kind == "preformatted" else fold(_text(text))
    return Block(kind, text, level=min(_number(level) or 0, 6), page=_number(page), line=_number(line))


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError("a list was expected")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("a text was expected")
    return value


def _number(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or not 0 <= value <= _LARGEST_NUMBER:
        raise ValueError("a small number was expected")
    return value
