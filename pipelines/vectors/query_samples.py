"""Short texts like those that are asked, made from a base's own: its sentences and headings, and fragments of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

__all__ = ["short_texts"]

_END = re.compile(r"(?<=[.!?؟。])\s+|\n+")
_SHORTEST, _LONGEST = 8, 300  # characters; the model's own view of a longer one is of a passage, not of a question
_FRAGMENT = (2, 12)  # words, as people ask


def short_texts(passages: Sequence[str], sentences: int, fragments: int) -> list[str]:
    """At most that many sentences and fragments of sentences, each text once: the same of the same passages."""
    chance = Random(0)  # noqa: S311  # a sample, no secret
    whole = list(dict.fromkeys(found for passage in passages for found in _sentences(passage)))
    chance.shuffle(whole)
    cut = [_fragment(chance.choice(whole), chance) for _ in range(min(fragments, len(whole) // 2))]
    return list(dict.fromkeys(whole[:sentences] + cut))


def _sentences(passage: str) -> list[str]:
    parts = (part.strip() for part in _END.split(passage))
    return [part for part in parts if _SHORTEST <= len(part) <= _LONGEST]


def _fragment(sentence: str, chance: Random) -> str:
    words = sentence.split()
    length = min(chance.randint(*_FRAGMENT), len(words))
    start = chance.randint(0, len(words) - length)
    return " ".join(words[start : start + length])
