"""Questions made of a base's own texts, whose answer is known: by which a base measures how sure it may be.

People ask in other words than a page answers in. So of a piece of a sentence some words are left, some are exchanged
for words that stand elsewhere in the base, some for words that stand nowhere; how many differs from probe to probe.
What the piece means, by which its vector is made, loses a word here and there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

__all__ = ["Probe", "make_probes"]

_SENTENCE_END = re.compile(r"(?<=[.!?؟;؛])\s+|\n+")
_FEWEST, _MOST = 5, 12  # words of a piece: about those of a question
_EXCHANGED = (0.2, 0.7)  # share of words asked otherwise
_UNKNOWN = 0.5  # of those, share that the base has no word for
_KEPT = 0.9  # of the words in what is meant


@dataclass(frozen=True)
class Probe:
    """A question made of a text."""

    words: str  # by which it is compared with words
    meaning: str  # of which its vector is made
    passage: int  # the text


def make_probes(texts: Sequence[tuple[int, str]], seed: int) -> list[Probe]:
    """A probe of each text, given with its number, that has a sentence long enough; the same whenever asked."""
    random = Random(seed)  # noqa: S311  # a sample, no secret
    pieces = ((number, _piece(text, random)) for number, text in texts)
    everywhere = [word for _, text in texts for word in text.split()]
    return [_probe(number, words, everywhere, random) for number, words in pieces if words]


def _piece(text: str, random: Random) -> list[str]:
    """Some words that stand together in one of the text's sentences; none if all are too short."""
    sentences = [words for s in _SENTENCE_END.split(text) if len(words := s.split()) >= _FEWEST]
    if not sentences:
        return []
    words = random.choice(sentences)
    length = min(random.randint(_FEWEST, _MOST), len(words))
    start = random.randint(0, len(words) - length)
    return words[start : start + length]


def _probe(passage: int, words: Sequence[str], everywhere: Sequence[str], random: Random) -> Probe:
    asked = " ".join(_asked_otherwise(words, everywhere, random))
    meant = " ".join(word for word in words if random.random() < _KEPT)
    return Probe(asked, meant or asked, passage)


def _asked_otherwise(words: Sequence[str], everywhere: Sequence[str], random: Random) -> Iterator[str]:
    exchanged = random.uniform(*_EXCHANGED)
    for word in words:
        if random.random() >= exchanged:
            yield word
        elif random.random() < _UNKNOWN:
            yield word[::-1]  # in the same script, and hardly ever a word
        else:
            yield random.choice(everywhere)
