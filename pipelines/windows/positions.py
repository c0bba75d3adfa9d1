"""Walking over tokens: what stands at a position, and where the words end that may stand between two things."""

from __future__ import annotations

from typing import TypeAlias

from pipelines.windows.datetokens import Token

__all__ = ["Tokens", "at_token", "skip", "skip_comma", "skip_words"]

Tokens: TypeAlias = tuple[Token, ...]

_END = Token("end", "", 0, 0)
_BETWEEN = ("filler", "on", "of", "dash", "am", "pm")  # «حتى مساء يوم ٥ يونيو»
_SIGNS = frozenset(":,،(؛;")


def at_token(tokens: Tokens, at: int) -> Token:
    """The token at a position, one of kind "end" beyond the last."""
    return tokens[at] if 0 <= at < len(tokens) else _END


def skip(tokens: Tokens, at: int) -> int:
    """The position after words and signs that may stand between a cue and its date."""
    while at_token(tokens, at).kind in _BETWEEN or at_token(tokens, at).text in _SIGNS:
        at += 1
    return at


def skip_words(tokens: Tokens, at: int) -> int:
    """The position after filler words alone."""
    while at_token(tokens, at).kind in ("filler", "on", "of"):
        at += 1
    return at


def skip_comma(tokens: Tokens, at: int) -> int:
    """The position after a comma, when one stands here."""
    return at + 1 if at_token(tokens, at).text in (",", "،") else at
