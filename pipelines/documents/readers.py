"""Which reader takes which kind of document. Runs in the child; each reader is imported when first needed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import PurePosixPath
from typing import cast

from pipelines.documents.kinds import kind_of
from pipelines.documents.results import DocumentContent, DocumentLimits, DocumentUnsupported
from pipelines.records import Block
from pipelines.web.characters import fold

__all__ = ["Reader", "read", "title_of"]

Reader = Callable[[bytes, str, DocumentLimits], DocumentContent]

# kind -> module and function
_READERS = {
    "pdf": ("pipelines.documents.pdf", "read_pdf"),
    "docx": ("pipelines.documents.word", "read_docx"),
    "doc": ("pipelines.documents.legacy_office", "read_doc"),
    "odt": ("pipelines.documents.markup", "read_odt"),
    "rtf": ("pipelines.documents.markup", "read_rtf"),
    "epub": ("pipelines.documents.markup", "read_epub"),
    "rst": ("pipelines.documents.markup", "read_rst"),
    "org": ("pipelines.documents.markup", "read_org"),
    "markdown": ("pipelines.documents.markup", "read_markdown"),
    "html": ("pipelines.documents.markup", "read_html"),
    "pptx": ("pipelines.documents.slides", "read_pptx"),
    "ppt": ("pipelines.documents.legacy_office", "read_ppt"),
    "xlsx": ("pipelines.documents.spreadsheets", "read_xlsx"),
    "xls": ("pipelines.documents.spreadsheets", "read_xls"),
    "csv": ("pipelines.documents.plain_text", "read_csv"),
    "text": ("pipelines.documents.plain_text", "read_text"),
    "json": ("pipelines.documents.data_files", "read_json"),
    "xml": ("pipelines.documents.data_files", "read_xml"),
    "mail": ("pipelines.documents.mail", "read_mail"),
    "msg": ("pipelines.documents.mail", "read_msg"),
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
