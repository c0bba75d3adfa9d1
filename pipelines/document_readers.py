"""Which reader takes which kind of document. Runs in the child; each reader is imported when first needed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import PurePosixPath
from typing import cast

from pipelines.characters import fold
from pipelines.document_kinds import kind_of
from pipelines.document_records import DocumentContent, DocumentLimits, DocumentUnsupported
from pipelines.records import Block

__all__ = ["Reader", "read", "title_of"]

Reader = Callable[[bytes, str, DocumentLimits], DocumentContent]

# kind -> module and function
_READERS = {
    "pdf": ("pipelines.pdf", "read_pdf"),
    "docx": ("pipelines.word", "read_docx"),
    "doc": ("pipelines.legacy_office", "read_doc"),
    "odt": ("pipelines.markup", "read_odt"),
    "rtf": ("pipelines.markup", "read_rtf"),
    "epub": ("pipelines.markup", "read_epub"),
    "rst": ("pipelines.markup", "read_rst"),
    "org": ("pipelines.markup", "read_org"),
    "markdown": ("pipelines.markup", "read_markdown"),
    "html": ("pipelines.markup", "read_html"),
    "pptx": ("pipelines.slides", "read_pptx"),
    "ppt": ("pipelines.legacy_office", "read_ppt"),
    "xlsx": ("pipelines.spreadsheets", "read_xlsx"),
    "xls": ("pipelines.spreadsheets", "read_xls"),
    "csv": ("pipelines.plain_text", "read_csv"),
    "text": ("pipelines.plain_text", "read_text"),
    "json": ("pipelines.data_files", "read_json"),
    "xml": ("pipelines.data_files", "read_xml"),
    "mail": ("pipelines.mail", "read_mail"),
    "msg": ("pipelines.mail", "read_msg"),
}
_UNSUPPORTED = {
    "image": "an image; text in pictures is not read. Publish the text beside it",
    "program": "a program, not a document",
    "archive": "an archive; publish the files in it one by one",
    "recording": "a sound or video recording; publish its transcript",
}
_GENERIC_TITLES = re.compile(
    r"^(microsoft (word|excel|powerpoint)\b.*|powerpoint[- ]pr[eä]sentation|powerpoint presentation|slide \d+"
    r"|untitled.*|document ?\d*|presentation ?\d*|book ?\d*|sheet ?\d*|title|عرض تقديمي.*|مستند.*)$",
    re.IGNORECASE,
)
_TITLE_BLOCKS = 12  # a heading further down names a part, not the whole


def read(body: bytes, name: str, media_type: str, limits: DocumentLimits) -> DocumentContent:
    """What a document says. Raises a DocumentError; any other exception means that the file is damaged."""
    kind = kind_of(body, name, media_type, limits)
    if kind not in _READERS:
        raise DocumentUnsupported(f"{name}: {_UNSUPPORTED.get(kind, f'a file of kind {kind!r}, which is not read')}")
    module, function = _READERS[kind]
    reader = cast(Reader, getattr(import_module(module), function))
    return reader(body, name, limits)


def title_of(blocks: Iterable[Block], declared: str, name: str) -> str:
    """A document's title: the first heading near its beginning, what its properties declare, or its file's name."""
    opening = list(blocks)[:_TITLE_BLOCKS]
    heading = next((block.text for block in opening if block.kind == "heading" and len(block.text) > 2), "")
    declared = fold(declared)
    if _GENERIC_TITLES.match(declared) or PurePosixPath(declared).suffix in (".doc", ".docx", ".pdf", ".xlsx", ".pptx"):
        declared = ""
    return fold(heading)[:300] or declared[:300] or PurePosixPath(name).stem.replace("_", " ").replace("-", " ")
