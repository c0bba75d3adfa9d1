"""What an edit costs: texts embedded anew after one changed paragraph, side by side with other splitters.

    python bench/chunking.py [--pages N]

Pages are those of ../shared/data/streams/terms (Markdown, their largest version) and of article-pages
(true texts). One sentence is added to one paragraph of each, chosen with a fixed seed, at ten places
a page; then every real edit of the stream is replayed, its link and markup noise included.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from pipelines.chunking import chunk_blocks, joined_text
from pipelines.records import Block
from pipelines.vectors.models import DEFAULT_MODEL, resolve_model
from pipelines.vectors.tokens import token_counter

DATA = Path(__file__).resolve().parent.parent.parent / "shared/data"
MODEL = resolve_model(DEFAULT_MODEL)
COUNT = lru_cache(maxsize=None)(token_counter(MODEL))  # most texts come many times here
ADDED = " This sentence was added by the editor on a later day."
Splitter = Callable[[list[Block]], set[str]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=60)
    wanted = parser.parse_args().pages
    versions = _versions()
    terms = [max(texts, key=len) for texts in versions.values()][:wanted]
    articles = _articles()[:wanted]
    for label, pages in (("terms pages", [_blocks(text) for text in terms]), ("article pages", articles)):
        _edits(f"one edited paragraph, {len(pages)} {label}", pages)
    _moved([_blocks(text) for text in terms])
    _replayed(versions)


def _edits(label: str, pages: list[list[Block]]) -> None:
    """Print the cost of one added sentence, ten places a page."""
    print(f"\n{label}: new texts, mean / 95th percentile / worst (chunks before)")
    for name, split in SPLITTERS.items():
        chance = random.Random(20)
        new, total = [], 0
        for page in pages:
            known = split(page)
            total += len(known)
            places = [i for i, block in enumerate(page) if block.kind == "paragraph"]
            new += [len(split(_edited(page, chance.choice(places))) - known) for _ in range(10) if places]
        _print(name, new, total)


def _moved(pages: list[list[Block]]) -> None:
    """Print the cost of the same page at another URL: chunks know no URL."""
    new = [len(_freshet(page) - _freshet(list(page))) for page in pages]
    print(f"\na moved page: {max(new)} new texts at most")


def _replayed(versions: dict[str, list[str]]) -> None:
    """Print the cost of the stream's own edits; as in the database, a text seen before on the page costs nothing."""
    edits = sum(len(texts) - 1 for texts in versions.values())
    print(f"\n{edits} real edits of the stream: new texts, mean / 95th percentile / worst (all of the pages)")
    for name, split in {**SPLITTERS, "Freshet without heading paths": _bodies}.items():
        new, tokens, total = [], 0, 0
        for pages in versions.values():
            known: set[str] = set()
            for page in pages:
                texts = split(_blocks(page))
                new += [len(texts - known)] if known else []
                tokens += sum(map(COUNT, texts - known)) if known else 0
                total += len(texts)
                known |= texts
        _print(name, new, total, f", {tokens / len(new):.0f} tokens embedded an edit")


def _print(name: str, new: list[int], total: int, more: str = "") -> None:
    ranked = sorted(new)
    mean, high = sum(new) / len(new), ranked[int(len(ranked) * 0.95)]
    print(f"  {name:34} {mean:5.2f} / {high:3} / {ranked[-1]:3}   ({total}){more}", flush=True)


def _edited(page: list[Block], place: int) -> list[Block]:
    """Return the page with a sentence added to one block."""
    return [*page[:place], Block(page[place].kind, page[place].text + ADDED), *page[place + 1 :]]


def _freshet(page: list[Block]) -> set[str]:
    """Return Freshet's texts, after checking that they fit the model and give back the page."""
    chunks = chunk_blocks(page, title="Terms of service", count_tokens=COUNT, max_tokens=MODEL.max_tokens)
    assert joined_text(chunks) == "\n".join(block.text.strip() for block in page if block.text.strip())
    assert all(COUNT(chunk.embedded_text) <= MODEL.max_tokens for chunk in chunks)
    return {chunk.embedded_text for chunk in chunks}


def _bodies(page: list[Block]) -> set[str]:
    """Return Freshet's chunks as they would be embedded without headings above them."""
    chunks = chunk_blocks(page, title="Terms of service", count_tokens=COUNT, max_tokens=MODEL.max_tokens)
    return {chunk.body for chunk in chunks}


def _recursive(page: list[Block]) -> set[str]:
    """Return what a recursive character splitter gives: paragraphs, lines, words, packed up to 1,000 characters."""
    return set(_packed("\n\n".join(block.text for block in page), ["\n\n", "\n", " ", ""], 1000))


def _packed(text: str, separators: list[str], size: int) -> list[str]:
    """Split at the first separator, pack neighbours while they fit, go on inside what does not."""
    if len(text) <= size:
        return [text]
    first, *rest = separators
    parts = text.split(first) if first else [text[i : i + size] for i in range(0, len(text), size)]
    packed: list[str] = []
    run = ""
    for part in parts:
        if len(part) > size:
            packed += [*filter(None, [run]), *_packed(part, rest, size)]
            run = ""
        elif run and len(run) + len(first) + len(part) > size:
            packed, run = [*packed, run], part
        else:
            run = f"{run}{first}{part}" if run else part
    return [*packed, *filter(None, [run])]


def _windows(page: list[Block]) -> set[str]:
    """Return fixed windows of 160 words, 20 of them shared with the one before."""
    words = " ".join(block.text for block in page).split()
    return {" ".join(words[start : start + 160]) for start in range(0, len(words), 140)}


SPLITTERS: dict[str, Splitter] = {
    "Freshet": _freshet,
    "recursive, 1,000 characters": _recursive,
    "fixed windows, 160 words": _windows,
}


def _versions() -> dict[str, list[str]]:
    """Return each page's texts in the order of the stream."""
    versions: dict[str, list[str]] = {}
    with gzip.open(DATA / "streams/terms/events.jsonl.gz", "rt", encoding="utf-8") as lines:
        for event in map(json.loads, lines):
            if event["op"] != "D":
                versions.setdefault(event["path"], []).append(event["text"])
    return versions


def _articles() -> list[list[Block]]:
    """Return the articles' true texts, a paragraph a line."""
    truth = json.loads((DATA / "article-pages/ground-truth.json").read_text("utf-8"))
    texts = [page["articleBody"] for page in truth.values()]
    return [[Block("paragraph", line.strip()) for line in text.splitlines() if line.strip()] for text in texts]


def _blocks(markdown: str) -> list[Block]:
    """Return the blocks of a Markdown page, links reduced to their words."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", markdown)
    text = re.sub(r"^(.+)\n(=+|-{3,})$", lambda m: ("# " if m[2][0] == "=" else "## ") + m[1], text, flags=re.MULTILINE)
    return [block for part in re.split(r"\n\s*\n", text) for block in _part(part.strip())]


def _part(part: str) -> list[Block]:
    """Return the blocks of a part between blank lines."""
    if heading := re.match(r"(#{1,6}) +(.+)", part):
        return [Block("heading", heading[2].strip(), level=len(heading[1]))]
    if re.match(r"([*+-]|\d+\.) ", part):
        items = re.split(r"\n(?=\s*(?:[*+-]|\d+\.) )", part)
        return [Block("list_item", " ".join(item.strip(" *+-\n").split())) for item in items]
    return [Block("paragraph", " ".join(part.split()))] if part else []


if __name__ == "__main__":
    main()
