"""The relation model: hashed features, one hidden layer, one output for each relation.

`config.json` names the groups of labels and the outputs; `weights.npz` holds the tables (int8) and
the hidden layer. One model serves all languages. An opt-in model may read word by word instead
(`models.relating.reader`).
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.errors import ModelCorrupt
from models.relating.buckets import BUCKETS
from models.relating.reader import Reader
from models.relating.words import Ints

Floats = npt.NDArray[np.float32]
ARRAYS = frozenset(
    {"sums", "sums_scale", "stretches", "stretches_scale", "bias", "weights", "out_bias"}
)
SILENT = 0.99
"""Threshold of an output that is right too seldom to be shown, whatever it is asked."""
_CHUNK = 256
"""Pairs whose features are added up at once; more would not fit the cache."""


@dataclass(frozen=True, slots=True)
class Output:
    """One relation that the model may find.

    `heads` and `tails` are numbers of groups; the two stand at most `reach` sentences apart. With
    `single`, a head has one tail; with `lone`, none far away but its best one. With `stretch`,
    pairs are read word by word. A `document` output is about concepts. A `symmetric` relation has
    no direction: its head is what stands first. With `setting`, it counts where in the note the
    two stand, and what is known of them. With `fitting`, two far away are of names that are known
    to fit. With `unlisted`, what one list names side by side is not related by it. What scores
    below `threshold` is no relation.
    """

    name: str
    relation: str
    heads: tuple[int, ...]
    tails: tuple[int, ...]
    reach: int
    single: bool
    stretch: bool
    document: bool
    threshold: float
    symmetric: bool = False
    setting: bool = False
    lone: bool = False
    unlisted: bool = False
    fitting: bool = False

    def __hash__(self) -> int:
        """That of the name, in which outputs of a model differ: all keys would take long."""
        return hash(self.name)

    @property
    def is_for_mentions(self) -> bool:
        """Tell whether annotations may show it."""
        return bool(self.relation) and not self.document

    def says_what(self, other: Output) -> bool:
        """Tell whether both find one relation of the same groups of mentions."""
        mine = (self.relation, self.heads, self.tails, self.document)
        return mine == (other.relation, other.heads, other.tails, other.document)


@dataclass(frozen=True, slots=True)
class RelationModel:
    """`groups` numbers the labels; a table is (buckets, width) int8 with a scale per column.

    A model with a `reader` has no tables.
    """

    groups: Mapping[str, int]
    outputs: tuple[Output, ...]
    arrays: Mapping[str, npt.NDArray[Any]]
    reader: Reader | None = None

    @classmethod
    def load(cls, folder: Path) -> RelationModel:
        """Read config.json, and weights.npz or the files of a reader.

        Raises:
            ModelCorrupt: a file is missing, broken or does not fit the other one.
        """
        path = folder / "config.json"
        try:
            table = json.loads(path.read_text("utf-8"))
            outputs = tuple(_output(each) for each in table["outputs"])
            if (folder / "model.onnx").exists():
                return cls(table["groups"], outputs, {}, Reader.load(folder, len(outputs)))
            path = folder / "weights.npz"
            with np.load(path) as file:
                arrays = {name: file[name] for name in ARRAYS}
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
            raise ModelCorrupt(f"{path} is missing or no part of a relation model") from error
        if len(arrays["sums"]) != BUCKETS or arrays["weights"].shape[1] != len(outputs):
            raise ModelCorrupt(f"{path} does not fit config.json")
        return cls(table["groups"], outputs, arrays)

    def decides(self, relation: str, head: str, tail: str) -> bool:
        """Tell whether an output shows the relation between mentions of two labels."""
        one, other = self.groups.get(head), self.groups.get(tail)
        return any(
            output.is_for_mentions
            and output.relation == relation
            and one in output.heads
            and other in output.tails
            for output in self.outputs
        )

    def without(self, later: Sequence[RelationModel]) -> RelationModel:
        """Leave out the outputs that `later` models decide for all their mentions."""
        return self._only(
            lambda output: not any(model.covers(output, self.groups) for model in later)
        )

    def shown(self) -> RelationModel:
        """Leave out the outputs that are to show nothing, which spares their pairs."""
        return self._only(lambda output: output.threshold < SILENT)

    def _only(self, keeps: Callable[[Output], bool]) -> RelationModel:
        kept = [place for place, output in enumerate(self.outputs) if keeps(output)]
        outputs = tuple(self.outputs[place] for place in kept)
        if self.reader is not None:
            return replace(self, outputs=outputs, reader=self.reader.only(kept))
        arrays = {
            **self.arrays,
            "weights": self.arrays["weights"][:, kept],
            "out_bias": self.arrays["out_bias"][kept],
        }
        return replace(self, outputs=outputs, arrays=arrays)

    def covers(self, output: Output, groups: Mapping[str, int]) -> bool:
        """Tell whether this model decides whatever another model's output may show."""
        pairs = [
            (head, tail)
            for head, tail in product(groups, groups)
            if groups[head] in output.heads and groups[tail] in output.tails
        ]
        return output.is_for_mentions and all(
            self.decides(output.relation, head, tail) for head, tail in pairs
        )

    def score(self, sums: Ints, stretches: Ints | None = None) -> Floats:
        """Probabilities (pairs, outputs) of feature rows, and of their stretches if read."""
        parts = [
            self._score(
                sums[start : start + _CHUNK],
                None if stretches is None else stretches[start : start + _CHUNK],
            )
            for start in range(0, len(sums), _CHUNK)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.outputs)), np.float32)

    def _score(self, sums: Ints, stretches: Ints | None) -> Floats:
        arrays, width = self.arrays, self.arrays["sums"].shape[1]
        # Sums of so few int8 are exact in float32, and its matrix product is the quickest way.
        rows = np.take(arrays["sums"], sums, axis=0).astype(np.float32)
        ones = np.ones((1, sums.shape[1]), np.float32)
        added = (ones @ rows)[:, 0].astype(np.int32) * arrays["sums_scale"]
        hidden = np.maximum(added + arrays["bias"][:width], 0.0)
        logits = hidden @ arrays["weights"][:width] + arrays["out_bias"]
        if stretches is not None:
            logits = logits + self._read(stretches) @ arrays["weights"][width:]
        probabilities: Floats = (1.0 / (1.0 + np.exp(-logits))).astype(np.float32)
        return probabilities

    def _read(self, stretches: Ints) -> Floats:
        """The strongest reaction of each filter along a stretch."""
        arrays, width = self.arrays, self.arrays["sums"].shape[1]
        reactions = np.take(arrays["stretches"], stretches, axis=0).sum(axis=2, dtype=np.int32)
        reactions[stretches[:, :, -1] == 0] = np.iinfo(np.int32).min
        strongest = reactions.max(axis=1) * arrays["stretches_scale"] + arrays["bias"][width:]
        read: Floats = np.maximum(strongest, 0.0)
        return read


def _output(table: Mapping[str, Any]) -> Output:
    return Output(**{**table, "heads": tuple(table["heads"]), "tails": tuple(table["tails"])})
