"""Main text against the known text of article pages, offers and prices kept on list pages, processor time a page.

    python bench/reading.py [DATA]

DATA holds article-pages, promo-pages-ph and kanbkam-sa; the default is ../shared/data from the project's root.

F1 as in scrapinghub/article-extraction-benchmark: multisets of word shingles, precision and recall averaged over
the pages, then their harmonic mean; it gives trafilatura the published 0.958 to 0.960. Shingles of one word are
token F1. The pages fall into two halves by name, to show how far the figures depend on the pages chosen.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from trafilatura import extract

from pipelines.records import Page, ReadingRules
from pipelines.web.blocks import read_blocks
from pipelines.web.characters import fold
from pipelines.web.decoding import decode_html
from pipelines.web.html import HtmlContent, parse_html, read_html

_RULES = ReadingRules("bench", ZoneInfo("Asia/Riyadh"))
_SEEN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class _Article:
    name: str
    url: str
    body: bytes
    truth: str


def main() -> None:
    """Measure and print."""
    data = _data_folder()
    print(
        f"{'F1 on articles':24} {'half':>5} {'precision':>10} {'recall':>8} {'F1 4-gram':>10} {'F1 token':>9} {'ms':>6}"
    )
    articles = list(_articles(data / "article-pages"))
    for label, method in (("freshet", _freshet), ("trafilatura", _trafilatura), ("all visible text", _plain)):
        _print_articles(label, method, articles)
    print(f"\n{'kept of list pages':24} {'field':>12} {'found':>12} {'ms':>6}")
    for page, wanted in _list_pages(data):
        _print_kept(page, wanted)


def _data_folder() -> Path:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = Path(__file__).resolve().parent.parent.parent / "shared/data"
    parser.add_argument("data", nargs="?", type=Path, default=default)
    return parser.parse_args().data  # type: ignore[no-any-return]  # argparse's Namespace is untyped


def _read(body: bytes, url: str = "https://bench.test/") -> HtmlContent:
    page = Page(url, body, "text/html", _SEEN, _RULES)
    return read_html(page, parse_html(decode_html(body)))


# ---------------------------------------------------------------- articles


def _articles(folder: Path) -> Iterator[_Article]:
    truth = json.loads((folder / "ground-truth.json").read_text())
    for name, entry in sorted(truth.items()):
        body = gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes())
        yield _Article(name, entry["url"], body, entry["articleBody"])


def _freshet(article: _Article) -> str:
    return "\n".join(block.text for block in _read(article.body, article.url).blocks)


def _trafilatura(article: _Article) -> str:
    return extract(article.body, include_comments=False) or ""


def _plain(article: _Article) -> str:
    shown = _read(article.body, article.url).visible
    return "\n".join(placed.block.text for placed in read_blocks(shown))


def _print_articles(label: str, method: Callable[[_Article], str], articles: Sequence[_Article]) -> None:
    began = time.process_time()
    texts = [(article, method(article)) for article in articles]
    milliseconds = (time.process_time() - began) * 1000 / len(articles)
    for half in ("A", "B", "A+B"):
        chosen = [(article.truth, text) for article, text in texts if _half(article.name) in half]
        precision, recall, shingled = _scores(chosen, 4)
        token = _scores(chosen, 1)[2]
        time_taken = f"{milliseconds:6.0f}" if half == "A+B" else ""
        print(f"{label:24} {half:>5} {precision:10.4f} {recall:8.4f} {shingled:10.4f} {token:9.4f} {time_taken}")


def _half(name: str) -> str:
    return "AB"[int(name[0], 16) % 2]


def _scores(pairs: Sequence[tuple[str, str]], size: int) -> tuple[float, float, float]:
    """Mean precision, mean recall and their harmonic mean."""
    counts = [_overlap(truth, text, size) for truth, text in pairs]
    precision = sum(both / got if got else 0.0 for both, got, _ in counts) / len(counts)
    recall = sum(both / wanted if wanted else 0.0 for both, _, wanted in counts) / len(counts)
    return precision, recall, 2 * precision * recall / (precision + recall)


def _overlap(truth: str, text: str, size: int) -> tuple[int, int, int]:
    wanted, got = _shingles(truth, size), _shingles(text, size)
    return (wanted & got).total(), got.total(), wanted.total()


def _shingles(text: str, size: int) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[i : i + size]) for i in range(max(1, len(words) - size + 1)))


# ---------------------------------------------------------------- lists of offers


def _list_pages(data: Path) -> Iterator[tuple[Path, dict[str, list[str]]]]:
    folder = data / "promo-pages-ph"
    offers = [json.loads(line) for line in (folder / "expected_offers.jsonl").read_text().splitlines()]
    for name in sorted({offer["page"] for offer in offers}):
        own = [offer for offer in offers if offer["page"] == name]
        yield folder / name, {field: [offer[field] for offer in own] for field in ("title", "description")}
    products = json.loads((data / "kanbkam-sa" / "expected.json").read_text())
    fields = ("title", "price", "old_price")
    yield data / "kanbkam-sa" / "page.html", {field: [product[field] for product in products] for field in fields}


def _print_kept(path: Path, wanted: dict[str, list[str]]) -> None:
    began = time.process_time()
    content = _read(path.read_bytes())
    milliseconds = (time.process_time() - began) * 1000
    text = "\n".join(block.text for block in content.blocks)
    for field, values in wanted.items():
        stated = [fold(value) for value in values if value]
        found = sum(value in text for value in stated)
        label = f"{path.parent.name}/{path.name}"
        print(f"{label:24} {field:>12} {f'{found}/{len(stated)}':>12} {milliseconds:6.0f}")


if __name__ == "__main__":
    main()
