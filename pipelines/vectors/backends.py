"""The backends there are for a model on this machine, by the names a calibration keeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipelines.records import FreshetError
from pipelines.vectors.models import ModelEntry

__all__ = ["Backend", "candidates", "default_variant", "open_backend", "processor"]

# texts, prompts included -> (n, d) float32, unit length
Backend = Callable[[Sequence[str]], NDArray[np.float32]]


def candidates(model: ModelEntry) -> tuple[str, ...]:
    """Return the variants worth trying for a model here, the reference first.

    Torch in bf16 is one only where no graph is to be had: OpenVINO multiplies with the same kernels
    and pads less (272 texts a second to 224 on a processor with AMX).
    """
    graphs = [library for library, module in _GRAPH_LIBRARIES.items() if find_spec(module)]
    if not _graph_fits(model):
        graphs = []
    reduced = ["openvino-bf16"] if "openvino" in graphs else ["torch-bf16"]
    return ("torch", *graphs, *(reduced if processor()[1] else []))


def default_variant(model: ModelEntry) -> str:
    """Return the variant taken before any calibration: exact, and without torch where that can be."""
    return next((variant for variant in ("openvino", "onnx") if variant in candidates(model)), "torch")


def open_backend(variant: str, model: ModelEntry, cache_dir: Path, threads: int) -> Backend:
    """Return a variant, loaded. Raises FreshetError where this model or machine has no such backend."""
    library, _, reduced = variant.partition("-")
    precision: Literal["f32", "bf16"] = "bf16" if reduced else "f32"
    if library == "torch":
        from pipelines.vectors.torch_backend import TorchBackend

        return TorchBackend(model, threads, precision)
    if not _graph_fits(model):
        raise FreshetError(
            f"model {model.name} is not of the kind that runs through {library} (a BERT-like encoder with mean or "
            'cls pooling, float32 safetensors): set backend = "auto" or "torch" under [embedding].'
        )
    from pipelines.vectors.batches import GraphBackend

    if library == "openvino":
        from pipelines.vectors.openvino_backend import OpenvinoRunner

        return GraphBackend(model, OpenvinoRunner(model, cache_dir, threads, precision))
    from pipelines.vectors.onnx_backend import OnnxRunner

    return GraphBackend(model, OnnxRunner(model, cache_dir, threads))


@lru_cache(maxsize=1)
def processor() -> tuple[str, bool]:
    """Return the processor's name, and whether it multiplies bf16 (AVX-512 BF16 or AMX) by itself."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        return "unknown", False
    facts = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    flags = facts.get("flags", "").split()
    name = "/".join(facts.get(key, "") for key in ("vendor_id", "cpu family", "model", "stepping", "model name"))
    return name, "avx512_bf16" in flags or "amx_bf16" in flags


_GRAPH_LIBRARIES = {"openvino": "openvino", "onnx": "onnxruntime"}


@lru_cache(maxsize=8)
def _graph_fits(model: ModelEntry) -> bool:
    """Return whether the model can run without torch."""
    from pipelines.vectors.bert import is_bert

    return is_bert(model)
