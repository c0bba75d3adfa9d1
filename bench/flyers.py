"""Offers in documents whose truth is known by construction: recall, precision, prices and end dates.

python -m bench.flyers [--misses]
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bench.flyer_cases import Case, Truth, flyers, others
from pipelines.documents.reading import DocumentReader
from pipelines.reading import read_page
from pipelines.records import Draft, Page, ReadingRules
from pipelines.windows.sets import end_of

_SEEN = datetime(2026, 3, 3, 9, tzinfo=UTC)
_RULES = ReadingRules("bench", ZoneInfo("Asia/Riyadh"), date_order="DMY")


@dataclass(frozen=True)
class _Score:
    case: Case
    found: tuple[Draft, ...]
    pairs: tuple[tuple[Truth, Draft | None], ...]


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--misses", action="store_true", help="say what was missed, and what was read instead")
    wanted = arguments.parse_args()
    began = time.perf_counter()
    with DocumentReader() as reader:
        scores = [_score(case, reader) for case in flyers()]
        false = [(case.name, draft.title) for case in others() for draft in _read(case, reader)]
    pairs = [pair for score in scores for pair in score.pairs]
    hits = [(truth, draft) for truth, draft in pairs if draft]
    found = sum(len(score.found) for score in scores)
    print(f"{len(scores)} flyers, {len(pairs)} offers in {time.perf_counter() - began:.1f} s")
    print(f"recall {len(hits) / len(pairs):.3f}   precision {len(hits) / max(found, 1):.3f}")
    wrong = Counter(field for truth, draft in hits for field in _differences(truth, draft))
    for field in ("price", "before", "discount", "code", "end"):
        print(f"{field:9} right in {1 - wrong[field] / len(hits):.3f} of the offers found")
    late = sum(_is_late(truth, draft) for truth, draft in hits)
    print(f"ends later than the truth, or none where one is stated: {late}")
    print(f"{len(others())} documents of other kinds: {len(false)} offers read in them {false or ''}")
    if wanted.misses:
        for line in _misses(scores):
            print(line)


def _score(case: Case, reader: DocumentReader) -> _Score:
    found = _read(case, reader)
    left = list(found)
    pairs = []
    for truth in case.offers:
        match = next((draft for draft in left if truth.title.casefold() in draft.title.casefold()), None)
        if match:
            left.remove(match)
        pairs.append((truth, match))
    return _Score(case, found, tuple(pairs))


def _read(case: Case, reader: DocumentReader) -> tuple[Draft, ...]:
    page = Page(f"https://autocare.test/{case.name}", case.body, "", _SEEN, _RULES)
    return tuple(draft for draft in read_page(page, documents=reader).drafts if draft.kind == "offer")


def _differences(truth: Truth, draft: Draft) -> Iterator[str]:
    if truth.price != _shown(draft.price):
        yield "price"
    if truth.before != _shown(draft.price_before):
        yield "before"
    if truth.discount and truth.discount != _shown(draft.discount_percent):
        yield "discount"
    if truth.code != (draft.code or ""):
        yield "code"
    if truth.end != _last_day(draft):
        yield "end"


def _shown(value: object) -> str | None:
    return None if value is None else str(value)


def _last_day(draft: Draft) -> str | None:
    end = end_of(draft.window)
    if not draft.window.ranges:
        return "never"
    return (end - timedelta(seconds=1)).astimezone(_RULES.zone).date().isoformat() if end else None


def _is_late(truth: Truth, draft: Draft) -> bool:
    last = _last_day(draft)
    return truth.end is not None and last != "never" and (last is None or truth.end == "never" or last > truth.end)


def _misses(scores: list[_Score]) -> Iterator[str]:
    for score in scores:
        wrong = [(t.title, list(_differences(t, d)) if d else "missed") for t, d in score.pairs]
        if any(found for _, found in wrong) or len(score.found) != len(score.pairs):
            yield f"\n{score.case.name}: {[pair for pair in wrong if pair[1]]}"
            for draft in score.found:
                yield (
                    f"    «{draft.title}» {draft.price} {draft.price_before} {draft.discount_percent}% "
                    f"{draft.code} until {_last_day(draft)} {draft.window.validity}"
                )


if __name__ == "__main__":
    main()
