"""One ONNX model: pieces in, emissions of every head out.

The graph takes `input_ids` and `shape_ids`, both int64 (rows, time), padded with 0 at the end, and
`marks`, uint8 (rows, time, features), where a model has a dictionary
(models/tagging/dictionary.py). It gives `emissions`, float32 (time, rows, heads, 3) in the order
O, B, I.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

# The wheels report runs to their maker unless told not to before they are imported. Nothing
# leaves the building.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
import onnxruntime

from models.errors import ModelCorrupt
from models.tagging.dictionary import MARKS as FEATURES
from models.tagging.tokenization import Integers, Marks

Floats = npt.NDArray[np.float32]

INPUTS = ("input_ids", "shape_ids")
MARKS = "marks"
OUTPUT = "emissions"


class Session:
    """A loaded graph; safe to run from several threads at once."""

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session
        self.marked = MARKS in {each.name for each in session.get_inputs()}
        """Whether the graph reads the marks of a dictionary."""

    @classmethod
    def load(cls, path: Path, threads: int = 1) -> Session:
        """Load the graph; CUDA is used when the installed runtime offers it.

        One thread a session is the default because the recurrence gains nothing from two: run
        several notes at once instead.
        """
        session = opened(path, threads)
        _check(session, path)
        return cls(session)

    def run(self, ids: Integers, shapes: Integers, marks: Marks | None = None) -> Floats:
        """Emissions (time, rows, heads, 3)."""
        feeds: dict[str, npt.NDArray[Any]] = dict(zip(INPUTS, (ids, shapes), strict=True))
        if marks is not None:
            feeds[MARKS] = marks
        emissions: Floats = self._session.run([OUTPUT], feeds)[0]
        return emissions


def opened(path: Path, threads: int = 1) -> onnxruntime.InferenceSession:
    """Load any graph; `ModelCorrupt` where that fails."""
    if not path.is_file():
        raise ModelCorrupt(f"{path.name} is missing in {path.parent}")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    offered = onnxruntime.get_available_providers()
    wanted = [p for p in ("CUDAExecutionProvider", "CPUExecutionProvider") if p in offered]
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=wanted)
    except Exception as error:  # the runtime has no common base of its errors
        raise ModelCorrupt(f"{path} cannot be loaded") from error
    return session


def _check(session: onnxruntime.InferenceSession, path: Path) -> None:
    """Refuse a graph that is another one than the head of this file describes."""
    inputs = {each.name: each.shape for each in session.get_inputs()}
    if lacking := set(INPUTS) - set(inputs):
        raise ModelCorrupt(f"{path} lacks the inputs {sorted(lacking)}")
    if unknown := set(inputs) - {*INPUTS, MARKS}:
        raise ModelCorrupt(f"{path} asks for the inputs {sorted(unknown)}, which nobody gives")
    if MARKS in inputs and inputs[MARKS][-1:] != [FEATURES]:
        raise ModelCorrupt(f"{path} reads marks {inputs[MARKS]}, not {FEATURES} of each piece")
    if OUTPUT not in {each.name for each in session.get_outputs()}:
        raise ModelCorrupt(f"{path} lacks the output {OUTPUT!r}")
