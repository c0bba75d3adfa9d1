"""Embedding through OpenVINO: a BERT-like model's weights as a graph of its own, in fp32 or bf16.

The graph is built from the safetensors file alone, so neither torch nor an exporter is needed.
Scaled dot product attention and GELU stand in it as single operations, for which the processor
plugin has its own kernels.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pipelines.vectors.bert import Bert, read_bert
from pipelines.vectors.converted import load_converted
from pipelines.vectors.models import ModelEntry, verify_weights

__all__ = ["OpenvinoRunner", "quiet_openvino", "save_graph"]


class OpenvinoRunner:
    """The compiled model; calls must not overlap."""

    def __init__(self, model: ModelEntry, cache_dir: Path, threads: int, precision: Literal["f32", "bf16"]) -> None:
        openvino = quiet_openvino()
        settings = {
            "INFERENCE_PRECISION_HINT": precision,
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": 1,
        }

        def compiled(file: Path) -> Any:
            return openvino.Core().compile_model(str(file), "CPU", settings).create_infer_request()

        self._request = load_converted(model, cache_dir, "openvino/model.xml", save_graph, compiled)

    def __call__(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return (n, d) float32, unit length, for (n, tokens) ids and mask (1 token, 0 padding)."""
        return np.array(self._request.infer([ids, mask])[0], dtype=np.float32)


def quiet_openvino() -> ModuleType:
    """Return the library, without its conversion tool: importing that sends a usage event over the network.

    The library itself treats the tool as optional.
    """
    for tool in ("openvino.tools.ovc", "openvino_telemetry"):
        if tool not in sys.modules:
            sys.modules[tool] = None  # type: ignore[assignment]  # Python's own mark for "cannot be imported"
    import openvino

    return openvino  # type: ignore[no-any-return]  # untyped library


def save_graph(model: ModelEntry, folder: Path) -> None:
    """Write model.xml and model.bin into a folder: (ids, mask) int64 (n, tokens) to (n, d) float32, unit length."""
    openvino = quiet_openvino()
    verify_weights(model)
    openvino.save_model(_Graph(openvino, read_bert(model)).model(), str(folder / "model.xml"), compress_to_fp16=False)


class _Graph:
    """A BERT as OpenVINO operations."""

    def __init__(self, openvino: Any, bert: Bert) -> None:
        self._ov = openvino
        self._op = openvino.opset15
        self._bert = bert

    def model(self) -> Any:
        """Return the whole model."""
        op, shape = self._op, self._ov.PartialShape([-1, -1])
        ids, mask = op.parameter(shape, np.int64, "input_ids"), op.parameter(shape, np.int64, "attention_mask")
        present = op.convert(mask, "f32")
        absent = op.multiply(op.subtract(self._number(1.0), present), self._number(-10000.0))
        bias = op.unsqueeze(absent, self._axes(1, 2))  # (n, 1, 1, tokens)
        state = self._embedded(ids)
        for layer in range(self._bert.layers):
            state = self._layer(state, bias, f"encoder.layer.{layer}.")
        vector = op.normalize_l2(self._pooled(state, present), self._axes(1), 1e-12, "max")
        return self._ov.Model([vector.output(0)], [ids, mask], "bert")

    def _embedded(self, ids: Any) -> Any:
        """Return (n, tokens, hidden): words plus places, normalised."""
        op = self._op
        words, places = self._bert.embeddings()
        tokens = op.gather(op.shape_of(ids, "i64"), self._axis(1), self._axis(0))
        place = op.gather(op.constant(places), op.range(self._axis(0), tokens, self._axis(1), "i64"), self._axis(0))
        state = op.add(op.gather(op.constant(words), ids, self._axis(0)), op.unsqueeze(place, self._axis(0)))
        return self._normalised(state, "embeddings.LayerNorm")

    def _layer(self, state: Any, bias: Any, name: str) -> Any:
        """Return the state after one layer: attention, then the feed-forward pair, each added and normalised."""
        op = self._op
        query, key, value = (
            self._heads(self._linear(state, f"{name}attention.self.{part}")) for part in ("query", "key", "value")
        )
        mixed = op.transpose(op.scaled_dot_product_attention(query, key, value, bias), self._axes(0, 2, 1, 3))
        mixed = op.reshape(mixed, self._axes(0, 0, self._bert.hidden), True)
        mixed = self._linear(mixed, f"{name}attention.output.dense")
        state = self._normalised(op.add(mixed, state), f"{name}attention.output.LayerNorm")
        wide = op.gelu(self._linear(state, f"{name}intermediate.dense"), "erf")
        return self._normalised(op.add(self._linear(wide, f"{name}output.dense"), state), f"{name}output.LayerNorm")

    def _pooled(self, state: Any, present: Any) -> Any:
        """Return (n, hidden): the mean over real tokens, or the first token's state."""
        op = self._op
        if self._bert.pooling == "cls":
            return op.gather(state, self._axis(0), self._axis(1))
        weight = op.unsqueeze(present, self._axis(2))
        total = op.reduce_sum(op.multiply(state, weight), self._axes(1), False)
        return op.divide(total, op.reduce_sum(weight, self._axes(1), False))

    def _heads(self, state: Any) -> Any:
        """Return (n, heads, tokens, size of a head)."""
        heads = self._bert.heads
        parts = self._op.reshape(state, self._axes(0, 0, heads, self._bert.hidden // heads), True)
        return self._op.transpose(parts, self._axes(0, 2, 1, 3))

    def _linear(self, state: Any, name: str) -> Any:
        """Return state · weightᵀ + bias."""
        product = self._op.matmul(state, self._weight(f"{name}.weight"), False, True)
        return self._op.add(product, self._weight(f"{name}.bias"))

    def _normalised(self, state: Any, name: str) -> Any:
        """Return the layer-normalised state."""
        centred = self._op.mvn(state, self._axes(-1), True, self._bert.epsilon, "inside_sqrt")
        return self._op.add(self._op.multiply(centred, self._weight(f"{name}.weight")), self._weight(f"{name}.bias"))

    def _weight(self, name: str) -> Any:
        return self._op.constant(self._bert.weights[name])

    def _number(self, value: float) -> Any:
        return self._op.constant(np.float32(value))

    def _axis(self, value: int) -> Any:
        return self._op.constant(np.int64(value))

    def _axes(self, *values: int) -> Any:
        return self._op.constant(np.array(values, np.int64))
