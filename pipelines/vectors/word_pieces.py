"""The pieces of words by which the database makes a query's vector: those of the model's own vocabulary.

Whether a tokenizer marks where a word begins (sentencepiece, byte-level BPE) or where it goes on (WordPiece), its
vocabulary is a list of words and parts of words, the frequent ones first. How a word is cut into them is ours: the
longest piece that fits, one after the other, as WordPiece does it and `kb_store.word_pieces` repeats it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.vectors.models import ModelEntry
from pipelines.vectors.tokens import load_tokenizer

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["GOES_ON", "Splitter", "VocabularyItem", "known_pieces", "vocabulary"]

GOES_ON = "-"  # stands before a piece that goes on within a word; no word holds one


@dataclass(frozen=True)
class VocabularyItem:
    """One item of a tokenizer's vocabulary."""

    text: str
    goes_on: bool  # within a word; else it begins one


def vocabulary(model: ModelEntry) -> list[VocabularyItem]:
    """What the model's tokenizer knows, the frequent first, without its control tokens. Raises ModelError."""
    tokenizer = load_tokenizer(model)
    control = set(tokenizer.get_added_tokens_decoder())
    numbered = sorted((number, token) for token, number in tokenizer.get_vocab(with_added_tokens=False).items())
    return _read(tokenizer, [(number, token) for number, token in numbered if number not in control])


def known_pieces(items: Sequence[VocabularyItem], words: Sequence[Sequence[str]]) -> list[str]:
    """The pieces that the items are, each once; `words`: what `kb_store.query_words` makes of each item's text.

    An item that is no single word there, as a punctuation mark, is none.
    """
    return list(
        dict.fromkeys(
            (GOES_ON if item.goes_on else "") + found[0]
            for item, found in zip(items, words, strict=True)
            if len(found) == 1
        )
    )


class Splitter:
    """Cuts words into pieces as `kb_store.word_pieces` does; a test holds the two to each other."""

    def __init__(self, pieces: Iterable[str]) -> None:
        self._numbers: Mapping[str, int] = {piece: number for number, piece in enumerate(pieces)}
        self._longest = max((len(piece.removeprefix(GOES_ON)) for piece in self._numbers), default=0)
        self._cut: dict[str, tuple[int, ...]] = {}

    def __call__(self, words: Iterable[str]) -> list[int]:
        """The numbers of the pieces of these words, in order."""
        return [number for word in words for number in self._pieces(word)]

    def _pieces(self, word: str) -> tuple[int, ...]:
        if word not in self._cut:
            self._cut[word] = tuple(self._walk(word))
        return self._cut[word]

    def _walk(self, word: str) -> Iterable[int]:
        place = 0
        while place < len(word):
            number, length = self._longest_at(word, place)
            if number is not None:
                yield number
            place += length

    def _longest_at(self, word: str, place: int) -> tuple[int | None, int]:
        """The longest piece that goes on there, else the longest that begins, and its length; None: there is none."""
        marks = (GOES_ON, "") if place else ("",)
        for mark in marks:
            for end in range(min(len(word), place + self._longest), place, -1):
                number = self._numbers.get(mark + word[place:end])
                if number is not None:
                    return number, end - place
        return None, 1


def _read(tokenizer: Tokenizer, tokens: Sequence[tuple[int, str]]) -> list[VocabularyItem]:
    """The items of a vocabulary, by how it marks words."""
    if any(token.startswith("##") for _, token in tokens):
        return [VocabularyItem(token.removeprefix("##"), token.startswith("##")) for _, token in tokens]
    if any(token.startswith("▁") for _, token in tokens):
        return [VocabularyItem(token.lstrip("▁"), not token.startswith("▁")) for _, token in tokens]
    # byte-level: a token is bytes in an alphabet of their own, Ġ is the blank before a word
    return [VocabularyItem(tokenizer.decode([number]).strip(), not token.startswith("Ġ")) for number, token in tokens]
