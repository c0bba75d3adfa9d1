"""Memory runs out while texts are embedded (HAZARDS P5): nothing is published by halves, and nothing embedded twice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from flows.texts import Texts
from pipelines.store import publishing
from tests.flows.conftest import Run

pytestmark = pytest.mark.hazard("P5")


def test_p5_memory_that_ends_in_mid_embedding_fails_the_run_and_the_next_embeds_the_rest(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was served is served, the message says why, and the texts already embedded are kept."""
    pages = {name: folder / "docs" / f"{name}.md" for name in ("warranty", "towing", "hours", "parts")}
    (folder / "docs").mkdir()
    (folder / "sources" / "docs.toml").write_text('kind = "files"\npaths = ["docs"]\n', encoding="utf-8")
    _write(pages, "first")
    assert run("sync").code == 0
    before = run("search", "first words", "--json").document["hits"]

    _write(pages, "second")
    with monkeypatch.context() as patched:
        patched.setattr(publishing, "_BATCH", 2)
        given = _failing_encoder(patched, after=1)
        ran = run("sync", "--json")
    (told,) = ran.document["runs"]
    assert (ran.code, told["state"]) == (1, "failed")
    assert "memory" in told["problems"][0]["message"]
    assert "Traceback" not in ran.err
    assert [hit["body"] for hit in run("search", "first words", "--json").document["hits"]] == [
        hit["body"] for hit in before
    ]
    assert run("db", "check").code == 0

    again = run("sync", "--json")
    assert again.code == 0, again.err
    assert again.document["runs"][0]["chunks"]["embedded"] == 4 - len(given)


def _write(pages: dict[str, Path], said: str) -> None:
    for name, file in pages.items():
        file.write_text(f"# {name}\n\nThe {said} words of {name}.\n", encoding="utf-8")


def _failing_encoder(monkeypatch: pytest.MonkeyPatch, *, after: int) -> list[str]:
    """Let the model run out of memory after so many batches; the texts it was given until then."""
    given: list[str] = []
    real = Texts.encode
    batches = iter(range(after))

    def encode(self: Texts, texts: Sequence[str]) -> NDArray[np.float32]:
        if next(batches, None) is None:
            raise MemoryError
        given.extend(texts)
        return real(self, texts)

    monkeypatch.setattr(Texts, "encode", encode)
    return given
