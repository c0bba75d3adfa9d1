"""How long reading validity texts takes: 10,000 different sentences in English and Arabic, on one core.

    nice python -m bench.windows

The sentences are made from known dates (`tests/pipelines/windows/sentences.py`), so the share read exactly is printed
too. Time is the process's own, whatever else the machine does.
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from pipelines.windows.sets import end_of
from pipelines.windows.stated import read_window
from tests.pipelines.windows.sentences import Sentence, make_sentences

_ZONE = ZoneInfo("Asia/Riyadh")


def main() -> None:
    """Read them all and print the time and how the ends compare with the truth."""
    unique = {sentence.text: sentence for sentence in make_sentences(14_000, seed=3)}
    sentences = list(unique.values())[:10_000]
    started = time.process_time()
    judged = Counter(_judge(sentence) for sentence in sentences)
    seconds = time.process_time() - started
    characters = sum(len(sentence.text) for sentence in sentences) / len(sentences)
    print(f"{len(sentences)} different texts of {characters:.0f} characters: {seconds:.2f} s of one core")
    print({name: round(count / len(sentences), 4) for name, count in judged.items()})


def _judge(sentence: Sentence) -> str:
    seen = datetime(sentence.seen.year, sentence.seen.month, sentence.seen.day, 9, tzinfo=UTC)
    found = read_window(sentence.text, observed_at=seen, zone=_ZONE)
    end = end_of(found.window) if found else None
    last = (end.astimezone(_ZONE) - timedelta(seconds=1)).date() if end else None
    if last is None:
        return "none"
    return "exact" if last == sentence.last else "late" if last > sentence.last else "early"


if __name__ == "__main__":
    main()
