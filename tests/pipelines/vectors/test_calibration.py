"""Calibration: the fastest backend that agrees, measured once and kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipelines.embedding import Encoder
from pipelines.vectors import calibration
from pipelines.vectors.backends import Backend, open_backend
from pipelines.vectors.calibrate import agreement
from pipelines.vectors.calibration import Choice, Measured, calibrated, choose, kept_choice
from pipelines.vectors.calibration_texts import calibration_texts
from pipelines.vectors.models import ModelEntry, resolve_model
from tests.pipelines.vectors.tiny_models import tiny_model

TORCH = Measured("torch", 4.0, 0.010, 1.0, 1.0)
EXACT = Measured("openvino", 2.0, 0.004, 1.0, 1.0)
REDUCED = Measured("openvino-bf16", 1.0, 0.003, 0.99998, 0.995)


@pytest.mark.parametrize(
    ("measured", "passages", "query"),
    [
        ([TORCH, EXACT, REDUCED], "openvino-bf16", "openvino-bf16"),
        ([TORCH, EXACT, Measured("openvino-bf16", 1.0, 0.003, 0.9998, 0.995)], "openvino", "openvino"),
        ([TORCH, EXACT, Measured("openvino-bf16", 1.0, 0.003, 0.99998, 0.98)], "openvino", "openvino"),
        ([TORCH, EXACT, Measured("openvino-bf16", 1.0, 0.003, float("nan"), 0.995)], "openvino", "openvino"),
        ([Measured("torch", 1.0, 0.001, 1.0, 1.0), EXACT], "torch", "openvino"),
        ([TORCH], "torch", "torch"),
    ],
)
def test_the_fastest_that_agrees_is_taken(measured: list[Measured], passages: str, query: str) -> None:
    """Cosine and overlap are conditions, speed decides among the rest; a query avoids torch where it can."""
    choice = choose(measured, 300, [])
    assert (choice.passages, choice.query) == (passages, query)


def test_agreement_is_measured_per_text() -> None:
    """Equal vectors agree wholly; shuffled ones neither in direction nor in neighbours."""
    vectors = np.random.default_rng(0).normal(size=(60, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    assert agreement(vectors, vectors)[0] == pytest.approx(1)
    assert agreement(vectors, vectors)[1] == 1.0
    cosine, overlap = agreement(vectors[::-1].copy(), vectors)
    assert cosine < 0.3
    assert overlap < 0.5


def test_texts_are_many_and_different() -> None:
    """About 300 texts, none twice, both languages among any hundred in a row."""
    texts = calibration_texts()
    assert 250 <= len(set(texts)) == len(texts) <= 350
    assert any("ا" in text for text in texts[:100])


def test_a_calibration_is_measured_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Measured in a child process, kept for this machine alone; the encoder follows it."""
    model = resolve_model(str(tiny_model(tmp_path / "tiny")))
    assert kept_choice(model, tmp_path, 1) is None
    choice = calibrated(model, tmp_path, 1)
    assert choice.failed == ()
    assert {one.variant for one in choice.measured} >= {"torch", "openvino", "onnx"}
    assert all(one.cosine > 0.999 for one in choice.measured)
    assert kept_choice(model, tmp_path, 1) == choice
    assert kept_choice(model, tmp_path, 2) is None
    encoder = Encoder(model, "auto", tmp_path, 1)
    assert encoder.backend == choice.passages
    assert encoder.encode_passages(["abc"]).shape == (1, 32)
    monkeypatch.setattr(calibration, "processor", lambda: ("another processor", False))
    calibration._machine.cache_clear()
    assert kept_choice(model, tmp_path, 1) is None
    calibration._machine.cache_clear()


def test_a_failed_calibration_leaves_the_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where measuring fails, the reference encodes, and the reason is kept."""
    model = resolve_model(str(tiny_model(tmp_path / "tiny")))
    monkeypatch.setattr("pipelines.vectors.calibration.sys.executable", "/bin/false")
    choice = calibrated(model, tmp_path, 1)
    assert choice.passages == "torch"
    assert "calibration" in choice.failed[0]
    assert kept_choice(model, tmp_path, 1) == choice


@pytest.mark.parametrize(("packaged", "texts", "measures"), [(True, 255, 0), (True, 256, 1), (False, 1, 1)])
def test_calibration_happens_when_it_is_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packaged: bool, texts: int, measures: int
) -> None:
    """The packaged model, proven exact, is measured when enough passages come; any other before its first."""
    model = resolve_model(str(tiny_model(tmp_path / "tiny")))
    asked: list[str] = []

    def counted(model: ModelEntry, cache_dir: Path, threads: int) -> Choice:
        asked.append(model.name)
        return Choice("openvino", "openvino", 0, ())

    monkeypatch.setattr("pipelines.embedding.calibrated", counted)
    if packaged:
        monkeypatch.setattr("pipelines.embedding.PACKAGED_WEIGHTS", model.weights_sha256)
    assert Encoder(model, "auto", tmp_path, 1).encode_passages(["ab"] * texts).shape == (texts, 32)
    assert len(asked) == measures


def test_a_process_that_answers_loads_one_backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few passages, as of a push, go by the backend for queries; many by the one that is fastest for many."""
    model = resolve_model(str(tiny_model(tmp_path / "tiny")))
    opened: list[str] = []

    def counted(variant: str, *others: Any) -> Backend:
        opened.append(variant)
        return open_backend(variant, *others)

    monkeypatch.setattr("pipelines.embedding.open_backend", counted)
    monkeypatch.setattr("pipelines.embedding.kept_choice", lambda *_: Choice("openvino", "onnx", 0, ()))
    encoder = Encoder(model, "auto", tmp_path, 1)
    encoder.encode_query("oil")
    encoder.encode_passages(["an oil change"])
    assert opened == ["onnx"]
    encoder.encode_passages(["an oil change"] * 100)
    assert opened == ["onnx", "openvino"]
