"""Cutting an entry's blocks into chunks that stay the same where the text stays the same.

The rule: units are block elements; a heading starts a chunk; a chunk of 40 to 160 tokens ends after
that of its blocks whose own hash is lowest; nothing overlaps. An edit therefore changes the chunk
it stands in and perhaps the next cut, instead of moving every cut behind it. (Content-defined
cutting: Muthitacharoen, Chen, Mazières, "A low-bandwidth network file system", 2001; the lowest of
a window instead of a fixed mask: Schleimer, Wilkerson, Aiken, "Winnowing", 2003. Against ending at
the first even hash from 60 tokens on, it needs as many chunks and brings a tenth fewer new ones
after an edit; `bench/chunking.py` measures that.)
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipelines.records import Block, FreshetError
from pipelines.shown_urls import short_urls
from pipelines.splitting import split_text
from pipelines.vectors.tokens import encodable

__all__ = ["Chunk", "chunk_blocks", "joined_text", "tokens_by_words"]

_FULL_ENOUGH = 40  # tokens from which a chunk may end
_USUAL = 160  # tokens up to which a chunk may grow
_FULL = 220  # tokens that a block, or a short chunk and the block after it, may have
_LONGEST_PATH = 4  # the heading path gets at most this part of the model's limit
_CHARACTERS_A_TOKEN = 16  # a longer run of characters counts as more tokens, so that no chunk grows without bound

# Per cent of tokens to words in English prose by all-MiniLM-L6-v2 (XQuAD: 1.31); a tokenizer made for a language makes
# about as many of its words.
_TOKENS_OF_WORDS = 130
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\s\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


@dataclass(frozen=True)
class Chunk:
    """One piece of an entry's text, as it is embedded and as it is quoted."""

    ordinal: int  # from 0, in reading order
    heading: str  # "Title > H2 > H3" of its first block
    body: str  # what is quoted; `joined_text` of all gives back the entry's text
    embedded_text: str  # what the model sees, and what the vector is keyed by
    page: int | None  # page, slide or sheet of its first block
    first_block: int  # index into the entry's blocks
    last_block: int  # inclusive


@dataclass(frozen=True)
class _Unit:
    """A block, or a piece of one that is longer than a chunk may be."""

    block: int  # index
    text: str  # pieces of one block join without anything between them
    tokens: int  # without special tokens
    path: tuple[str, ...]  # headings above it, outermost first; its own not among them
    heading: bool  # belongs to a heading


def chunk_blocks(
    blocks: Sequence[Block],
    *,
    title: str,
    count_tokens: Callable[[str], int],
    max_tokens: int,
    whole: bool = False,
) -> tuple[Chunk, ...]:
    """Return the chunks of an entry's blocks, in order; blocks without text have none.

    `count_tokens` is the model's own count of a whole passage, special tokens included
    (`pipelines.vectors.tokens.token_counter`), for a text in a language that it covers; `tokens_by_words` for any
    other, which the model's tokenizer would tear to shreds. No chunk's embedded text exceeds `max_tokens` by it.
    `whole` keeps everything in one chunk where that has room: an offer's price is nothing without its terms.
    Raises FreshetError when a single character does.
    """
    cutter = _Cutter(count_tokens, max_tokens)
    units = list(cutter.units(blocks, encodable(title)))
    groups = cutter.together(units) if whole and cutter.has_room(units) else cutter.groups(units)
    return tuple(cutter.chunk(ordinal, group, blocks) for ordinal, group in enumerate(groups))


def joined_text(chunks: Sequence[Chunk]) -> str:
    """Return the text that the chunks were cut from: their bodies, one block a line."""
    parts: list[str] = []
    last = -1
    for chunk in chunks:
        if parts and chunk.first_block != last:
            parts.append("\n")
        parts.append(chunk.body)
        last = chunk.last_block
    return "".join(parts)


def tokens_by_words(text: str) -> int:
    """Return about how many tokens a model that covers the text's language would read; an ideograph is a word."""
    return -(-len(_WORD.findall(text)) * _TOKENS_OF_WORDS // 100)


class _Outline:
    """The title and the headings that stand above the block being read."""

    def __init__(self, title: str) -> None:
        self._title = " ".join(title.split())
        self._open: list[tuple[int, str]] = []

    def above(self, block: Block, text: str) -> tuple[str, ...]:
        """Return the path above a block, each text once; a heading is not above itself, nor is the title it repeats."""
        if block.kind != "heading":
            return self._path()
        self._open = [known for known in self._open if known[0] < block.level]
        path = tuple(part for part in self._path() if part != text)
        self._open.append((block.level, text))
        return path

    def _path(self) -> tuple[str, ...]:
        parts = (self._title, *(text for _, text in self._open))
        return tuple(dict.fromkeys(part for part in parts if part))


class _Cutter:
    """Chunking under one model's limit."""

    def __init__(self, count_tokens: Callable[[str], int], max_tokens: int) -> None:
        self._whole = count_tokens
        self._limit = max_tokens
        self._around = count_tokens("")  # special tokens and prompt, which every passage pays
        self._paths: dict[tuple[str, ...], tuple[str, int]] = {}
        if max_tokens - self._around < 8:
            raise FreshetError(
                f"a model limit of {max_tokens} tokens leaves no room for text: choose a model that takes more."
            )

    def units(self, blocks: Sequence[Block], title: str) -> Iterator[_Unit]:
        """Yield the blocks, long ones in pieces, each with the headings above it."""
        outline = _Outline(title)
        for index, block in enumerate(blocks):
            text = encodable(block.text).strip()
            if not text:
                continue
            path = outline.above(block, " ".join(text.split()))
            for piece, tokens in self._pieces(block, text, path):
                yield _Unit(index, piece, tokens, path, block.kind == "heading")

    def has_room(self, units: Sequence[_Unit]) -> bool:
        """Return whether one chunk holds all of them."""
        return bool(units) and sum(unit.tokens for unit in units) <= self._room(units[0].path)

    def together(self, units: list[_Unit]) -> Iterator[list[_Unit]]:
        """Yield all units as one chunk."""
        return self._fitting(units)

    def groups(self, units: Iterable[_Unit]) -> Iterator[list[_Unit]]:
        """Yield the units of each chunk."""
        for section in _sections(units):
            start = 0
            while start < len(section):
                end = self._end(section, start)
                yield from self._fitting(section[start:end])
                start = end

    def chunk(self, ordinal: int, group: Sequence[_Unit], blocks: Sequence[Block]) -> Chunk:
        """Return the chunk made of these units."""
        first, last = group[0].block, group[-1].block
        path = group[0].path
        return Chunk(
            ordinal=ordinal,
            heading=" > ".join((*path, group[0].text.strip()) if group[0].heading else path),
            body=_body(group),
            embedded_text=self._embedded(group),
            page=blocks[first].page,
            first_block=first,
            last_block=last,
        )

    def _end(self, section: Sequence[_Unit], start: int) -> int:
        """Return where the chunk that begins at `start` ends: after the unit of lowest hash that it may end after.

        The lowest of a window is the same for two chunks that begin at different places nearby, so cuts
        fall together again soon after an edit.
        """
        room = self._room(section[start].path)
        tokens = 0
        places: list[tuple[bytes, int]] = []
        for end in range(start, len(section)):
            unit = section[end]
            most = min(_USUAL, room) if tokens >= _FULL_ENOUGH else room
            if end > start and tokens + unit.tokens > most:
                return min(places)[1] if places else end
            tokens += unit.tokens
            if tokens >= _FULL_ENOUGH and not unit.heading:
                places.append((_strength(unit.text), end + 1))
        return len(section)

    def _room(self, path: tuple[str, ...]) -> int:
        """Return how many tokens of body a chunk below these headings may hold."""
        return min(_FULL, self._limit - self._around - self._path(path)[1] - 2)

    def _path(self, path: tuple[str, ...]) -> tuple[str, int]:
        """Return the heading path as it is embedded, cut to a part of the limit, middle levels first; its tokens."""
        if path not in self._paths:
            allowed = (self._limit - self._around) // _LONGEST_PATH
            kept = list(path)
            while len(kept) > 1 and self._count(" > ".join(kept)) > allowed:
                del kept[1 if len(kept) > 2 else 0]
            text = next(split_text(" > ".join(kept), "paragraph", self._count, allowed)).strip()
            self._paths[path] = text, self._count(text)
        return self._paths[path]

    def _pieces(self, block: Block, text: str, path: tuple[str, ...]) -> Iterator[tuple[str, int]]:
        """Yield a block whole, or in pieces where it is longer than a chunk may be, with their tokens."""
        tokens = self._count(text)
        room = self._room(path)
        if tokens <= room:
            yield text, tokens
            return
        for piece in split_text(text, block.kind, self._count, room):
            yield piece, self._count(piece)

    def _fitting(self, group: list[_Unit]) -> Iterator[list[_Unit]]:
        """Yield a group, halved where the whole is more than its parts: not every tokenizer is additive."""
        if len(group) == 1 or self._surely_fits(group) or self._whole(self._embedded(group)) <= self._limit:
            yield group
            return
        middle = len(group) // 2
        yield from self._fitting(group[:middle])
        yield from self._fitting(group[middle:])

    def _surely_fits(self, group: Sequence[_Unit]) -> bool:
        """Return whether the parts add up to so little that the whole need not be counted."""
        joints = len(group) + 1
        parts = sum(unit.tokens for unit in group) + self._path(group[0].path)[1]
        return 4 * (parts + joints + self._around) <= 3 * self._limit

    def _embedded(self, group: Sequence[_Unit]) -> str:
        """Return what the model sees: the heading path, then the body, web addresses cut to their hosts."""
        parts = (self._path(group[0].path)[0], _body(group).strip())
        return "\n".join(short_urls(part) for part in parts if part)

    def _count(self, text: str) -> int:
        """Return the tokens of a text as the model sees it, without what every passage pays."""
        text = short_urls(text)
        least = len(text) // _CHARACTERS_A_TOKEN
        if least > self._limit:
            return least  # too long in any case
        return max(self._whole(text) - self._around, least)


def _body(group: Sequence[_Unit]) -> str:
    """Return the units' text: blocks on lines of their own, pieces of one block joined as they were."""
    parts = [group[0].text]
    for before, unit in pairwise(group):
        parts.append(unit.text if unit.block == before.block else "\n" + unit.text)
    return "".join(parts)


def _sections(units: Iterable[_Unit]) -> Iterator[list[_Unit]]:
    """Yield the units below each heading, it included; headings directly below one another stay together."""
    section: list[_Unit] = []
    for unit in units:
        if section and unit.heading and not section[-1].heading:
            yield section
            section = []
        section.append(unit)
    if section:
        yield section


def _strength(text: str) -> bytes:
    """Return how good a place to cut is after a unit, lowest best: chance, but the same chance each time."""
    return hashlib.blake2b(short_urls(text).encode(), digest_size=8).digest()
