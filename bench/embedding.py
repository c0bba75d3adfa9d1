"""Embedding side by side with sentence-transformers as it comes: throughput, share of the peak, one query, start-up.

    python bench/embedding.py [--texts 1000] [--threads N]

Every slice of 50 texts goes to each contender in turn, so that other load on the machine falls on
all alike; ratios are medians over slices. The peak is what torch's matrix product reaches on the
model's own shapes, in fp32 and in bf16.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from pipelines.embedding import open_encoder
from pipelines.vectors.backends import candidates, open_backend, processor
from pipelines.vectors.calibrate import agreement
from pipelines.vectors.calibration_texts import calibration_texts
from pipelines.vectors.models import DEFAULT_MODEL, ModelEntry, resolve_model
from pipelines.vectors.tokens import token_counter

DATA = Path(__file__).resolve().parent.parent.parent / "shared/data/retrieval/scifact-en/corpus.jsonl"
TOKENS = 130
SLICE = 50
QUERIES = ("how long is the warranty on a new battery", "is the branch open on friday", "oil change offers this week")
START = {
    "sentence-transformers": """
from sentence_transformers import SentenceTransformer
vector = SentenceTransformer({path!r}, device="cpu").encode("how long is the warranty")
""",
    "freshet": """
from pathlib import Path
from pipelines.embedding import open_encoder
from pipelines.vectors.models import resolve_model
vector = open_encoder(resolve_model({name!r}), cache_dir=Path({cache!r})).encode_query("how long is the warranty")
""",
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    arguments = parser.parse_args()
    model = resolve_model(DEFAULT_MODEL)
    texts = _texts(model, arguments.texts)
    print(f"{processor()[0]}; bf16 multiplied: {processor()[1]}; {arguments.threads} threads")
    with tempfile.TemporaryDirectory() as cache:
        contenders = _contenders(model, Path(cache), arguments.threads)
        _throughput(model, contenders, texts)
        _one_query(contenders)
        contenders.clear()
        open_encoder(model, cache_dir=Path(cache)).encode_query("converts the model")
        _start_up(model, cache)


def _texts(model: ModelEntry, wanted: int) -> list[str]:
    """Return texts of about 130 tokens: real abstracts where they lie beside the project, else calibration texts."""
    if DATA.is_file():
        words = [json.loads(line)["text"].split() for line in DATA.read_text("utf-8").splitlines()[: wanted * 2]]
    else:
        sources = calibration_texts()
        words = [" ".join(sources[(i * k) % len(sources)] for k in (1, 3, 5, 7)).split() for i in range(1, wanted + 1)]
    count = token_counter(model)
    cut = [_cut(text, count) for text in words if len(text) > 40]
    return cut[:wanted]


def _cut(words: list[str], count: Callable[[str], int]) -> str:
    """Return the first words that make up about 130 tokens, 100 to 160 by the text's own length."""
    wanted = TOKENS - 30 + len(words) % 60
    each = count(" ".join(words)) / len(words)
    return " ".join(words[: int(wanted / each)])


def _contenders(model: ModelEntry, cache: Path, threads: int) -> dict[str, Callable[[list[str]], Any]]:
    """Return what is compared: the library as it comes, then each of Freshet's backends."""
    import torch
    from sentence_transformers import SentenceTransformer

    library = SentenceTransformer(str(model.path), device="cpu")
    torch.set_num_threads(threads)
    contenders: dict[str, Callable[[list[str]], Any]] = {
        "sentence-transformers": lambda texts: library.encode(texts, batch_size=32)
    }
    for variant in candidates(model)[1:]:
        contenders[variant] = open_backend(variant, model, cache, threads)
    return contenders


def _throughput(model: ModelEntry, contenders: dict[str, Callable[[list[str]], Any]], texts: list[str]) -> None:
    """Print texts a second, the ratio to the library, the agreement with it, and the share of the peak."""
    tokens = token_counter(model).count_all(texts)
    work = _operations(tokens)
    print(f"\n{len(texts)} texts, {sum(tokens) / len(tokens):.0f} tokens on average, {work / 1e9:.0f} GFLOP")
    vectors: dict[str, list[Any]] = {name: [] for name in contenders}
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    peaks: dict[str, list[float]] = {"fp32": [], "bf16": []}
    for encode in contenders.values():
        encode(texts[:SLICE])  # kernels are made for the first shapes
    for start in range(0, len(texts), SLICE):
        for name, encode in contenders.items():
            started = time.perf_counter()
            vectors[name].append(encode(texts[start : start + SLICE]))
            taken[name].append(time.perf_counter() - started)
        for kind, seen in peaks.items():
            seen.append(_peak(kind))
    base, reference = taken["sentence-transformers"], np.concatenate(vectors["sentence-transformers"])
    slices = len(texts) / SLICE
    for name, seconds in taken.items():
        ratio = median(one / other for one, other in zip(base, seconds, strict=True))
        cosine, overlap = agreement(np.concatenate(vectors[name]), reference)
        kind = "bf16" if "bf16" in name else "fp32"
        share = work / slices / median(seconds) / median(peaks[kind])
        print(
            f"  {name:22} {SLICE / median(seconds):6.1f} texts/s  {ratio:5.2f} ×  {share:4.0%} of the {kind} peak"
            f"  cosine {cosine:.6f}  top-10 overlap {overlap:.4f}"
        )
    print("  peak: " + ", ".join(f"{kind} {median(seen) / 1e9:.0f} GFLOP/s" for kind, seen in peaks.items()))


def _operations(tokens: list[int]) -> float:
    """Return the multiplications and additions of MiniLM's six layers: projections, and attention's two products."""
    hidden, wide, layers = 384, 1536, 6
    each = 2 * (4 * hidden * hidden + 2 * hidden * wide)
    return float(layers * sum(each * n + 4 * hidden * n * n for n in tokens))


def _peak(kind: str) -> float:
    """Return operations a second of torch's matrix product on the model's two widest shapes, the best of five."""
    import torch

    dtype = torch.bfloat16 if kind == "bf16" else torch.float32
    state, up, down = (torch.randn(shape).to(dtype) for shape in ((1024, 384), (384, 1536), (1536, 384)))
    best = float("inf")
    for _ in range(5):
        started = time.perf_counter()
        for _ in range(10):
            (state @ up) @ down
        best = min(best, time.perf_counter() - started)
    return 10 * 2 * 2 * 1024 * 384 * 1536 / best


def _one_query(contenders: dict[str, Callable[[list[str]], Any]]) -> None:
    """Print the latency of one query."""
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for query in QUERIES * 15:
        for name, encode in contenders.items():
            encode([query])  # a query follows its own kind, not another library's threads
            started = time.perf_counter()
            encode([query])
            taken[name].append(time.perf_counter() - started)
    base = median(taken["sentence-transformers"])
    print("\none query, milliseconds, and its share of the library's")
    for name, seconds in taken.items():
        print(f"  {name:22} {median(seconds) * 1000:6.2f}  {median(seconds) / base:5.2f}")


def _start_up(model: ModelEntry, cache: str) -> None:
    """Print the time from process start to the first query's vector, and the process's largest size."""
    print("\nprocess start to the first vector of a query, median of three, and peak memory")
    base = 0.0
    for name, code in START.items():
        runs = [_started(code.format(path=str(model.path), name=model.name, cache=cache)) for _ in range(3)]
        seconds = median(seconds for seconds, _ in runs)
        base = base or seconds
        print(f"  {name:22} {seconds:6.2f} s  {seconds / base:5.3f}  {runs[0][1]:5.0f} MB")


def _started(code: str) -> tuple[float, float]:
    """Return seconds and peak megabytes of a process that runs this code."""
    report = (
        "\nprint([int(line.split()[1]) / 1024 for line in open('/proc/self/status') if line.startswith('VmHWM')][0])"
    )
    started = time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run([sys.executable, "-c", code + report], capture_output=True, check=True, env=environment)
    return time.perf_counter() - started, float(np.float64(done.stdout.split()[-1]))


if __name__ == "__main__":
    main()
