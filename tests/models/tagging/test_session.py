"""The graph has the inputs and the shape that the session promises."""

import numpy as np
import pytest

from models.errors import ModelCorrupt
from models.registry import Registry
from models.tagging.configuration import Configuration
from models.tagging.dictionary import MARKS
from models.tagging.session import Session

FOLDER = Registry.load().of("en").folder


def unmarked(ids):
    return np.zeros((*ids.shape, MARKS), np.uint8)


def test_emissions_are_time_rows_heads_tags():
    heads = Configuration.load(FOLDER / "config.json").heads
    ids = np.array([[5, 6, 7], [8, 0, 0]])
    emissions = Session.load(FOLDER / "model.onnx").run(ids, np.ones_like(ids), unmarked(ids))
    assert emissions.shape == (3, 2, len(heads), 3)
    assert emissions.dtype == np.float32


def test_padding_of_a_neighbour_changes_little():
    """Dynamic quantisation takes its scale from the whole run, so int8 moves by a hair."""
    session = Session.load(FOLDER / "model.onnx")
    ids = np.array([[50, 60, 70, 0, 0, 0], [80, 90, 100, 110, 120, 130]])
    both = session.run(ids, np.ones_like(ids), unmarked(ids))[:3, 0]
    alone = session.run(ids[:1, :3], np.ones((1, 3), np.int64), unmarked(ids[:1, :3]))[:, 0]
    assert np.abs(both - alone).max() < 1.0


@pytest.mark.parametrize(
    ("inputs", "output", "reason"),
    [
        (["x"], "emissions", "lacks the inputs .*input_ids"),
        (["input_ids"], "emissions", "lacks the inputs .*shape_ids"),
        (["input_ids", "shape_ids", "mask"], "emissions", "asks for the inputs .*mask"),
        (["input_ids", "shape_ids", "marks"], "emissions", r"reads marks \[1\], not 24"),
        (["input_ids", "shape_ids"], "logits", "lacks the output 'emissions'"),
    ],
)
def test_another_graph_is_refused(tmp_path, inputs, output, reason):
    onnx = pytest.importorskip("onnx")
    values = [
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1])
        for name in (*inputs, output)
    ]
    node = onnx.helper.make_node("Sum", inputs, [output])
    model = onnx.helper.make_model(
        onnx.helper.make_graph([node], "other", values[:-1], values[-1:]),
        opset_imports=[onnx.helper.make_opsetid("", 17)],
    )
    model.ir_version = 8
    onnx.save(model, tmp_path / "model.onnx")
    with pytest.raises(ModelCorrupt, match=rf"model\.onnx {reason}"):
        Session.load(tmp_path / "model.onnx")


def test_a_missing_graph_is_named(tmp_path):
    with pytest.raises(ModelCorrupt, match=r"model\.onnx is missing"):
        Session.load(tmp_path / "model.onnx")
