"""What a document gives, what reading it may cost, and the few ways in which reading it can fail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pipelines.records import Block, Finding, FreshetError, Outcome

__all__ = [
    "DocumentBomb",
    "DocumentBroken",
    "DocumentContent",
    "DocumentEmpty",
    "DocumentEncrypted",
    "DocumentError",
    "DocumentGarbled",
    "DocumentKilled",
    "DocumentLimits",
    "DocumentTimedOut",
    "DocumentTooLarge",
    "DocumentUnsafe",
    "DocumentUnsupported",
    "error_for",
]


@dataclass(frozen=True)
class DocumentLimits:
    """Bounds on what reading one document may cost; each is enforced from outside the parser."""

    body: int = 50 * 2**20  # bytes of the file
    seconds: float = 120.0  # wall time from request to answer
    cpu_seconds: int = 120  # processor time of the reading process
    memory: int = 2 * 2**30  # bytes of address space; the office libraries alone take 0.5 GB
    expanded: int = 300 * 2**20  # bytes of all parts of an archive after inflating
    entries: int = 10_000  # parts of an archive
    pages: int = 2_000  # pages of a PDF
    text: int = 10_000_000  # characters of all blocks
    written: int = 256 * 2**20  # bytes of one temporary file
    open_files: int = 128
    documents: int = 200  # documents read by one child before it is replaced, so that leaks end


@dataclass(frozen=True)
class DocumentContent:
    """What one document says, in reading order."""

    title: str  # the document's own, its first heading, or the file's name
    blocks: tuple[Block, ...]
    language: str = "und"  # BCP 47 primary tag when the format declares one
    findings: tuple[Finding, ...] = ()


class DocumentError(FreshetError):
    """A document cannot be read; `outcome` says how the attempt ends."""

    reason: ClassVar[str] = "failed"  # short and stable
    outcome: ClassVar[Outcome] = Outcome.PARSE_FAILED


class DocumentEncrypted(DocumentError):
    """Protected with a password or a key."""

    reason = "encrypted"
    outcome = Outcome.BAD_CONTENT


class DocumentEmpty(DocumentError):
    """Well formed, but without text: an empty file, a scan, a drawing."""

    reason = "no_text"
    outcome = Outcome.EMPTY_EXTRACTION


class DocumentBroken(DocumentError):
    """Truncated, damaged, or not what its first bytes say."""

    reason = "broken"


class DocumentGarbled(DocumentError):
    """Text in an encoding that nobody can tell; mojibake is never stored."""

    reason = "bad_encoding"
    outcome = Outcome.BAD_CONTENT


class DocumentUnsupported(DocumentError):
    """A kind of file that holds no readable text here, or needs a program that is not installed."""

    reason = "unsupported"
    outcome = Outcome.BAD_CONTENT


class DocumentTooLarge(DocumentError):
    """More bytes, pages or text than the limits allow."""

    reason = "too_large"
    outcome = Outcome.TOO_LARGE


class DocumentBomb(DocumentError):
    """An archive that expands to far more than it may."""

    reason = "bomb"
    outcome = Outcome.TOO_LARGE


class DocumentUnsafe(DocumentError):
    """Built to mislead its parser: overlapping parts, paths that climb, document type declarations."""

    reason = "unsafe"
    outcome = Outcome.BAD_CONTENT


class DocumentTimedOut(DocumentError):
    """Its parser did not end in time and was killed."""

    reason = "timed_out"


class DocumentKilled(DocumentError):
    """Its parser crashed, or took more memory than it may."""

    reason = "killed"


_ERRORS: dict[str, type[DocumentError]] = {
    error.reason: error
    for error in (
        DocumentEncrypted,
        DocumentEmpty,
        DocumentBroken,
        DocumentGarbled,
        DocumentUnsupported,
        DocumentTooLarge,
        DocumentBomb,
        DocumentUnsafe,
        DocumentTimedOut,
        DocumentKilled,
    )
}


def error_for(reason: str, message: str) -> DocumentError:
    """The error of that reason; an unknown reason is a broken document."""
    return _ERRORS.get(reason, DocumentBroken)(message)
