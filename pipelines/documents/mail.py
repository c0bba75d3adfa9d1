"""Electronic mail (EML, MSG): subject, body, and which files are attached; attachments are not opened.

Addresses and dates of the envelope are personal data or would pass for validity, so they are not text.
HTML bodies are read as web pages are. Runs in the child.
"""

from __future__ import annotations

import email
import email.policy
import io
from collections.abc import Iterable
from email.message import EmailMessage, MIMEPart
from typing import Any

from pipelines.documents.markup import html_blocks
from pipelines.documents.plain_text import text_blocks
from pipelines.documents.results import DocumentBroken, DocumentContent, DocumentEncrypted, DocumentLimits
from pipelines.records import Block, Finding
from pipelines.web.characters import fold
from pipelines.web.decoding import BadContent, decode_text

__all__ = ["read_mail", "read_msg"]

_Said = tuple[tuple[Block, ...], tuple[Finding, ...]]
_ENCRYPTED_TYPES = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")


def read_mail(body: bytes, name: str, limits: DocumentLimits) -> DocumentContent:
    """An e-mail message as RFC 5322 has it, in UTF-8 or, against the rules, UTF-16."""
    message = _parsed(body)
    if not message.keys():
        raise DocumentBroken(f"{name}: no mail headers; if it is plain text, name it .txt")
    if message.get_content_type() in _ENCRYPTED_TYPES and message.get_param("smime-type") != "signed-data":
        raise DocumentEncrypted(f"{name}: an encrypted message; publish it in clear")
    part = message.get_body(("html", "plain"))
    said = _part_blocks(part) if part is not None else ((), ())
    attached = [(_file_name(item), item.get_content_type()) for item in message.iter_attachments()]
    return _content(_header(message, "subject"), said, attached, name)


def read_msg(body: bytes, name: str, limits: DocumentLimits) -> DocumentContent:
    """An Outlook message."""
    from oxmsg import Message

    message: Any = Message.load(io.BytesIO(body))
    if "encrypted" in message.message_headers.get("Content-Type", ""):
        raise DocumentEncrypted(f"{name}: an encrypted message; publish it in clear")
    said = html_blocks(message.html_body) if message.html_body else (tuple(text_blocks(message.body or "")), ())
    attached = [(item.file_name or "unnamed", item.mime_type or "") for item in message.attachments]
    return _content(message.subject or "", said, attached, name)


def _content(subject: str, said: _Said, attached: Iterable[tuple[str, str]], name: str) -> DocumentContent:
    opening = (Block("heading", fold(subject), level=1),) if fold(subject) else ()
    listed = tuple(
        Block("list_item", f"Attachment: {file} ({kind})" if kind else f"Attachment: {file}") for file, kind in attached
    )
    blocks, findings = said
    title = fold(subject) or name.rpartition(".")[0] or name
    return DocumentContent(title, (*opening, *blocks, *listed), findings=findings)


def _parsed(body: bytes) -> EmailMessage:
    if body[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in body[:200]:
        body = decode_text(body).encode()
    return email.message_from_bytes(body, policy=email.policy.default)


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name, ""))
    except (ValueError, LookupError, IndexError):  # headers that break the parser of the standard library
        return ""


def _file_name(part: EmailMessage) -> str:
    try:
        return fold(part.get_filename() or "") or "unnamed"
    except (ValueError, LookupError):
        return "unnamed"


def _part_blocks(part: MIMEPart) -> _Said:
    text = _part_text(part)
    return html_blocks(text) if part.get_content_type() == "text/html" else (tuple(text_blocks(text)), ())


def _part_text(part: MIMEPart) -> str:
    """The part's text: as its bytes read, else strictly by the charset its sender declares."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    charset = part.get_content_charset()
    try:
        return decode_text(payload, charset)
    except BadContent:
        if charset is None:
            raise
        try:
            return payload.decode(charset)
        except (LookupError, UnicodeDecodeError):
            pass
        raise
