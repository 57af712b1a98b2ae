"""Networks of `models.training.relating.reader` as one ONNX graph, which averages their answers.

The graph is written node by node. Tables and matrices are int8 with one scale a row; onnxruntime
widens all but the word vectors when it loads the graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from models.relating.reader import INPUTS, OUTPUT, Floats
from models.training.relating.reader import Network

OPSET = 17
Bytes = npt.NDArray[np.int8]


def rounded(vectors: Floats) -> tuple[Bytes, Floats]:
    """Rows as int8, and the scale of each."""
    scales = np.maximum(np.abs(vectors).max(-1, keepdims=True), 1e-8).astype(np.float32) / 127
    return np.round(vectors / scales).astype(np.int8), scales


def graph(networks: Sequence[Network], vectors: Bytes, scales: Floats) -> onnx.ModelProto:
    """Write the graph of networks that share their word vectors."""
    draft = _Draft()
    draft.weights |= {
        "table": vectors,
        "scales": scales,
        "axis": np.array([1], np.int64),
        "first": np.array([0], np.int64),
        "flat": np.array([0, -1], np.int64),
        "count": np.array(len(networks), np.float32),
    }
    draft.add("Gather", ["table", "words"], "small")
    draft.add("Cast", ["small"], "wide", to=TensorProto.FLOAT)
    draft.add("Gather", ["scales", "words"], "scale")
    draft.add("Mul", ["wide", "scale"], "vectors")
    for number, network in enumerate(networks):
        _judge(draft, network, f"n{number}_")
    draft.add("Sum", [f"n{number}_answer" for number in range(len(networks))], "total")
    draft.add("Div", ["total", "count"], OUTPUT)
    return draft.model(networks[0].out.out_features)


class _Draft:
    """Nodes and weights so far."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: dict[str, npt.NDArray[Any]] = {}

    def add(self, kind: str, given: Sequence[str], name: str, **attributes: Any) -> str:
        """Add a node; returns the name of what it gives."""
        self.nodes.append(helper.make_node(kind, list(given), [name], **attributes))
        return name

    def weight(self, name: str, value: torch.Tensor) -> str:
        """Add a weight; a bias stays as it is."""
        if "bias" in name:
            self.weights[name] = value.detach().numpy()
            return name
        self.weights[name + "_small"], self.weights[name + "_scale"] = rounded(
            value.detach().numpy()
        )
        self.add("Cast", [name + "_small"], name + "_wide", to=TensorProto.FLOAT)
        return self.add("Mul", [name + "_wide", name + "_scale"], name)

    def linear(self, name: str, layer: torch.nn.Linear, given: str) -> str:
        """Add a product and a bias."""
        weight = self.weight(name + "_weight", layer.weight.T.contiguous())
        product = self.add("MatMul", [given, weight], name + "_product")
        return self.add("Add", [product, self.weight(name + "_bias", layer.bias)], name)

    def model(self, answers: int) -> onnx.ModelProto:
        """The whole as a model."""
        sizes = {"left": ["pairs"], "right": ["pairs"]}
        sizes |= {name: ["pairs", "units"] for name in ("from_left", "from_right")}
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, sizes.get(name, ["units"]))
            for name in INPUTS
        ]
        output = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["pairs", answers])
        initializers = [numpy_helper.from_array(*each[::-1]) for each in self.weights.items()]
        body = helper.make_graph(self.nodes, "reader", inputs, [output], initializers)
        opsets = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(body, opset_imports=opsets, producer_name="chartloom")
        model.ir_version = 8
        onnx.checker.check_model(model)
        return model


def _judge(draft: _Draft, network: Network, mine: str) -> None:
    """What one network makes of the pairs of a sentence."""
    parts = []
    for name in ("stems", "names", "endings"):
        table = draft.weight(f"{mine}{name}_table", getattr(network, name).weight)
        parts.append(draft.add("Gather", [table, name], f"{mine}{name}"))
    part = draft.add("Sum", parts, f"{mine}part")
    given = draft.add("Concat", ["vectors", part], f"{mine}given", axis=1)
    states = _states(draft, network, given, mine)
    read = draft.add("Concat", [given, states], f"{mine}read", axis=1)
    reactions = draft.linear(f"{mine}reactions", network.react, read)
    ends = [draft.add("Gather", [states, side], f"{mine}{side}") for side in ("left", "right")]
    both = draft.add("Concat", ends, f"{mine}ends", axis=1)
    raised = draft.add("Unsqueeze", [reactions, "first"], f"{mine}raised")
    for side in ("left", "right"):
        table = draft.weight(f"{mine}{side}_table", getattr(network, side).weight)
        place = draft.add("Gather", [table, f"from_{side}"], f"{mine}from_{side}")
        raised = draft.add("Add", [raised, place], f"{mine}raised_{side}")
    best = draft.add("ReduceMax", [raised], f"{mine}best", axes=[1], keepdims=0)
    expected = draft.linear(f"{mine}expected", network.expect, both)
    strongest = draft.add(
        "Relu", [draft.add("Add", [best, expected], f"{mine}sum")], f"{mine}strongest"
    )
    seen = draft.add("Concat", [strongest, both], f"{mine}seen", axis=1)
    middle = draft.add(
        "Relu", [draft.linear(f"{mine}weighed", network.weigh, seen)], f"{mine}middle"
    )
    logits = draft.linear(f"{mine}logits", network.out, middle)
    draft.add("Softmax", [logits], f"{mine}answer", axis=1)


def _states(draft: _Draft, network: Network, given: str, mine: str) -> str:
    """The states (units, 2 * hidden) of the BiLSTM."""
    lstm, hidden = network.lstm, network.settings.hidden
    weights = [
        draft.weight(f"{mine}W", _gates(lstm.weight_ih_l0, lstm.weight_ih_l0_reverse)),
        draft.weight(f"{mine}R", _gates(lstm.weight_hh_l0, lstm.weight_hh_l0_reverse)),
        draft.weight(
            f"{mine}bias",
            torch.cat(
                [
                    _gates(lstm.bias_ih_l0, lstm.bias_ih_l0_reverse),
                    _gates(lstm.bias_hh_l0, lstm.bias_hh_l0_reverse),
                ],
                dim=1,
            ),
        ),
    ]
    row = draft.add("Unsqueeze", [given, "axis"], f"{mine}row")
    attributes = {"hidden_size": hidden, "direction": "bidirectional"}
    states = draft.add("LSTM", [row, *weights], f"{mine}states", **attributes)
    return draft.add("Reshape", [states, "flat"], f"{mine}encoded")


def _gates(forward: torch.Tensor, backward: torch.Tensor) -> torch.Tensor:
    """Gates i, f, g, o of both directions become i, o, f, g as ONNX has them."""
    both = []
    for weight in (forward, backward):
        i, f, g, o = weight.chunk(4)
        both.append(torch.cat([i, o, f, g]))
    return torch.stack(both)
