"""Weights to a model folder: one ONNX graph in float32 and in int8, tokenizer and configuration.

The graph is written node by node: the character filters depend on the piece alone and fold into
the piece table, which becomes int8 with one scale a row; the BiLSTM and the last product are
quantised dynamically by onnxruntime.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from models.training.network import TAGS, Layer, Shape, Tagger
from models.training.recipe import Recipe

OPSET = 17
MADE = ("model.onnx", "config.json")
LIMIT, OVERLAP = 256, 64
"""Pieces of the longest stretch that is read at once, and what two of them share."""

Floats = npt.NDArray[np.float32]


def export(tagger: Tagger, recipe: Recipe, run: Path, folder: Path, *, int8: bool = True) -> None:
    """Write model.onnx and config.json to `folder`, and copy the other files from the run.

    Raises:
        FileNotFoundError: the run lacks one of them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in copied(marked=tagger.shape.marks > 0):
        if run != folder:
            shutil.copyfile(run / name, folder / name)
    model = graph(tagger, int8=int8)
    if int8:
        with tempfile.TemporaryDirectory() as scratch:
            raw = Path(scratch) / "raw.onnx"
            onnx.save(model, raw)
            quantize_dynamic(
                raw,
                folder / "model.onnx",
                op_types_to_quantize=["LSTM", "MatMul"],
                weight_type=QuantType.QInt8,
            )
    else:
        onnx.save(model, folder / "model.onnx")
    table = {
        "heads": list(recipe.heads),
        "transitions": _rounded(_array(tagger.transitions)),
        "join": recipe.join,
        "limit": LIMIT,
        "overlap": OVERLAP,
        "thresholds": {},
    }
    (folder / "config.json").write_text(json.dumps(table, indent=1) + "\n", "utf-8")


def copied(*, marked: bool) -> tuple[str, ...]:
    """Files that a model has from its run; one that reads marks needs the dictionary of them."""
    return ("tokenizer.json", "dictionary.npz") if marked else ("tokenizer.json",)


def _rounded(values: Floats) -> list[Any]:
    listed: list[Any] = np.round(values.astype(np.float64), 5).tolist()
    return listed


def graph(tagger: Tagger, *, int8: bool) -> onnx.ModelProto:
    """Write the graph of a trained tagger; with `int8` the piece table is quantised."""
    encoder, shape = tagger.encoder, tagger.shape
    with torch.no_grad():
        table = encoder.table(torch.arange(shape.pieces)).numpy()
    weights: dict[str, npt.NDArray[Any]] = {
        "letters": _array(encoder.letters.weight),
        "emit": _array(tagger.emit.weight).T.copy(),
        "emit_bias": _array(tagger.emit.bias),
        "zero": np.array(0, np.int64),
        "axis": np.array([1], np.int64),
        "flat": np.array([0, 0, -1], np.int64),
        "tags": np.array([0, 0, shape.heads, TAGS], np.int64),
    }
    nodes, extra = _pieces(table, int8=int8)
    features = ["piece_features", "letter_features"]
    if shape.marks:
        nodes += [helper.make_node("Cast", ["marks"], ["mark_features"], to=TensorProto.FLOAT)]
        features.append("mark_features")
    nodes += [
        helper.make_node("Gather", ["letters", "shape_ids"], ["letter_features"]),
        helper.make_node("Concat", features, ["features"], axis=2),
        helper.make_node("Transpose", ["features"], ["by_time"], perm=[1, 0, 2]),
        helper.make_node("Greater", ["input_ids", "zero"], ["real"]),
        helper.make_node("Cast", ["real"], ["ones"], to=TensorProto.INT32),
        helper.make_node("ReduceSum", ["ones", "axis"], ["lengths"], keepdims=0),
    ]
    given = "by_time"
    for number, layer in enumerate(encoder.layers):
        recurrent, parameters = _layer(number, layer, given, shape.hidden)
        nodes += recurrent
        weights |= parameters
        given = f"encoded{number}"
    nodes += [
        helper.make_node(
            "Concat", [f"encoded{number}" for number in range(shape.layers)], ["encoded"], axis=2
        ),
        helper.make_node("MatMul", ["encoded", "emit"], ["product"]),
        helper.make_node("Add", ["product", "emit_bias"], ["scores"]),
        helper.make_node("Reshape", ["scores", "tags"], ["emissions"]),
    ]
    return _model(nodes, weights | extra, shape)


def _layer(
    number: int, layer: Layer, given: str, hidden: int
) -> tuple[list[onnx.NodeProto], dict[str, npt.NDArray[Any]]]:
    """One LSTM from (time, rows, features) to (time, rows, 2H), and its weights."""
    parameters = {
        f"W{number}": _gates(_array(layer.project)),
        f"R{number}": _gates(_array(layer.recur)),
        f"B{number}": _bias(_array(layer.bias)),
    }
    nodes = [
        helper.make_node(
            "LSTM",
            [given, *parameters, "lengths"],
            [f"states{number}"],
            hidden_size=hidden,
            direction="bidirectional",
        ),
        helper.make_node("Transpose", [f"states{number}"], [f"by_row{number}"], perm=[0, 2, 1, 3]),
        helper.make_node("Reshape", [f"by_row{number}", "flat"], [f"encoded{number}"]),
    ]
    return nodes, parameters


def _array(weight: torch.Tensor) -> Floats:
    values: Floats = weight.detach().numpy()
    return values


def _pieces(table: Floats, *, int8: bool) -> tuple[list[onnx.NodeProto], dict[str, Any]]:
    if not int8:
        node = helper.make_node("Gather", ["pieces", "input_ids"], ["piece_features"])
        return [node], {"pieces": table}
    scales = np.maximum(np.abs(table).max(1, keepdims=True), 1e-8).astype(np.float32) / 127
    rounded = np.clip(np.round(table / scales), -127, 127).astype(np.int8)
    nodes = [
        helper.make_node("Gather", ["pieces", "input_ids"], ["small"]),
        helper.make_node("Cast", ["small"], ["wide"], to=TensorProto.FLOAT),
        helper.make_node("Gather", ["scales", "input_ids"], ["scale"]),
        helper.make_node("Mul", ["wide", "scale"], ["piece_features"]),
    ]
    return nodes, {"pieces": rounded, "scales": scales}


def _model(
    nodes: list[onnx.NodeProto], weights: dict[str, npt.NDArray[Any]], shape: Shape
) -> onnx.ModelProto:
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["rows", "time"])
        for name in ("input_ids", "shape_ids")
    ]
    if shape.marks:
        sizes = ["rows", "time", shape.marks]
        inputs.append(helper.make_tensor_value_info("marks", TensorProto.UINT8, sizes))
    output = helper.make_tensor_value_info(
        "emissions", TensorProto.FLOAT, ["time", "rows", shape.heads, TAGS]
    )
    initializers = [numpy_helper.from_array(value, name) for name, value in weights.items()]
    body = helper.make_graph(nodes, "tagger", inputs, [output], initializers)
    model = helper.make_model(
        body, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="chartloom"
    )
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model


def _order(blocks: npt.NDArray[Any], axis: int) -> npt.NDArray[Any]:
    """Gates i, f, o, g become i, o, f, c as ONNX has them."""
    i, f, o, g = np.split(blocks, 4, axis)
    return np.concatenate([i, o, f, g], axis)


def _gates(weight: Floats) -> Floats:
    turned: Floats = np.ascontiguousarray(_order(weight.transpose(0, 2, 1), 1), np.float32)
    return turned


def _bias(bias: Floats) -> Floats:
    whole: Floats = np.concatenate([_order(bias, 1), np.zeros_like(bias)], 1)
    return whole
