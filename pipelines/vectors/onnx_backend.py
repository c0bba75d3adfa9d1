"""Embedding through ONNX Runtime: a BERT-like model's weights as a graph of its own, in fp32.

The graph is built from the safetensors file alone, so neither torch nor an exporter is needed.
It uses the runtime's fused operations (domain com.microsoft: Attention, SkipLayerNormalization,
BiasGelu), which its optimiser would otherwise have to recognise.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.vectors.bert import Bert, read_bert
from pipelines.vectors.converted import load_converted
from pipelines.vectors.models import ModelEntry, verify_weights

__all__ = ["OnnxRunner", "save_graph"]

_OPSET = 17  # the first with LayerNormalization; every ONNX Runtime since 1.12 reads it
_IR = 8
_FUSED = "com.microsoft"


class OnnxRunner:
    """The loaded model; calls must not overlap."""

    def __init__(self, model: ModelEntry, cache_dir: Path, threads: int) -> None:
        load: Callable[[Path], Any] = partial(_session, threads=threads)
        self._session = load_converted(model, cache_dir, "onnx/model.onnx", save_graph, load)

    def __call__(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return (n, d) float32, unit length, for (n, tokens) ids and mask (1 token, 0 padding)."""
        vectors = self._session.run(None, {"ids": ids, "mask": mask.astype(np.int32)})[0]
        return np.asarray(vectors, np.float32)


def save_graph(model: ModelEntry, folder: Path) -> None:
    """Write model.onnx into a folder: ids int64 and mask int32 (n, tokens) to (n, d) float32, unit length."""
    import onnx

    verify_weights(model)
    onnx.save_model(_Graph(onnx, read_bert(model)).model(), str(folder / "model.onnx"))


def _session(file: Path, threads: int) -> Any:
    """Return an inference session over a converted file. Raises RuntimeError when the file is damaged."""
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # the cores are shared
    try:
        return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the library's own classes derive from Exception alone
        raise RuntimeError(f"{file}: {error}") from error


class _Graph:
    """A BERT as ONNX operations, gathered one by one."""

    def __init__(self, onnx: Any, bert: Bert) -> None:
        self._onnx = onnx
        self._bert = bert
        self._nodes: list[Any] = []
        self._constants: dict[str, Any] = {}

    def model(self) -> Any:
        """Return the whole model."""
        helper, kinds = self._onnx.helper, self._onnx.TensorProto
        state = self._embedded()
        for layer in range(self._bert.layers):
            state = self._layer(state, f"encoder.layer.{layer}.")
        self._node("LpNormalization", [self._pooled(state)], axis=-1, p=2, output="vectors")
        graph = helper.make_graph(
            self._nodes,
            "bert",
            [
                helper.make_tensor_value_info("ids", kinds.INT64, ["n", "tokens"]),
                helper.make_tensor_value_info("mask", kinds.INT32, ["n", "tokens"]),
            ],
            [helper.make_tensor_value_info("vectors", kinds.FLOAT, ["n", self._bert.hidden])],
            list(self._constants.values()),
        )
        domains = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_FUSED, 1)]
        return helper.make_model(graph, opset_imports=domains, ir_version=_IR, producer_name="freshet")

    def _embedded(self) -> str:
        """Return (n, tokens, hidden): words plus places, normalised."""
        words, places = self._bert.embeddings()
        word = self._node("Gather", [self._constant("words", words), "ids"])
        tokens = self._node("Gather", [self._node("Shape", ["ids"]), self._numbers("one", 1)])
        place = self._node("Slice", [self._constant("places", places), self._numbers("zero", 0), tokens])
        name = "embeddings.LayerNorm"
        parts = [self._node("Add", [word, place]), self._weight(f"{name}.weight"), self._weight(f"{name}.bias")]
        return self._node("LayerNormalization", parts, axis=-1, epsilon=self._bert.epsilon)

    def _layer(self, state: str, name: str) -> str:
        """Return the state after one layer: attention, then the feed-forward pair, each added and normalised."""
        projection = self._joined_projection(f"{name}attention.self.")
        mixed = self._node("Attention", [state, *projection, "mask"], _FUSED, num_heads=self._bert.heads)
        state = self._added(mixed, state, f"{name}attention.output.")
        wide = self._product(state, f"{name}intermediate.dense.weight")
        wide = self._node("BiasGelu", [wide, self._weight(f"{name}intermediate.dense.bias")], _FUSED)
        return self._added(wide, state, f"{name}output.")

    def _joined_projection(self, name: str) -> tuple[str, str]:
        """Return query, key and value weights side by side, (hidden, 3 · hidden), and their biases."""
        weights = [self._bert.weights[f"{name}{part}.weight"].T for part in ("query", "key", "value")]
        biases = [self._bert.weights[f"{name}{part}.bias"] for part in ("query", "key", "value")]
        return (
            self._constant(f"{name}weight", np.concatenate(weights, axis=1)),
            self._constant(f"{name}bias", np.concatenate(biases)),
        )

    def _added(self, change: str, state: str, name: str) -> str:
        """Return the state with a projected change added, normalised."""
        norm = f"{name}LayerNorm"
        parts = [self._product(change, f"{name}dense.weight"), state]
        parts += [self._weight(f"{norm}.weight"), self._weight(f"{norm}.bias"), self._weight(f"{name}dense.bias")]
        return self._node("SkipLayerNormalization", parts, _FUSED, epsilon=self._bert.epsilon)

    def _product(self, state: str, weight: str) -> str:
        """Return state · weightᵀ."""
        return self._node("MatMul", [state, self._constant(weight, self._bert.weights[weight].T)])

    def _pooled(self, state: str) -> str:
        """Return (n, hidden): the mean over real tokens, or the first token's state."""
        if self._bert.pooling == "cls":
            first = self._node("Gather", [state, self._numbers("zero", 0)], axis=1)
            return self._node("Squeeze", [first, self._numbers("one", 1)])
        present = self._node("Cast", ["mask"], to=self._onnx.TensorProto.FLOAT)
        weight = self._node("Unsqueeze", [present, self._numbers("two", 2)])
        axis = self._numbers("one", 1)
        total = self._node("ReduceSum", [self._node("Mul", [state, weight]), axis], keepdims=0)
        return self._node("Div", [total, self._node("ReduceSum", [weight, axis], keepdims=0)])

    def _node(self, kind: str, inputs: list[str], domain: str = "", *, output: str = "", **settings: Any) -> str:
        """Add an operation; return its output's name."""
        output = output or f"{kind}_{len(self._nodes)}"
        self._nodes.append(self._onnx.helper.make_node(kind, inputs, [output], domain=domain, **settings))
        return output

    def _weight(self, name: str) -> str:
        return self._constant(name, self._bert.weights[name])

    def _numbers(self, name: str, *values: int) -> str:
        return self._constant(name, np.array(values, np.int64))

    def _constant(self, name: str, value: NDArray[Any]) -> str:
        """Keep an array under a name, once; return the name."""
        if name not in self._constants:
            self._constants[name] = self._onnx.numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name
