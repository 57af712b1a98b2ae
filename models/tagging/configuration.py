"""What `config.json` of a model folder says: heads, transitions and limits."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.errors import ModelCorrupt

KEYS = frozenset({"heads", "transitions", "join", "limit", "overlap", "thresholds"})


@dataclass(frozen=True, slots=True)
class Configuration:
    """`transitions` is (heads, 3, 3); `join`, `limit`, `overlap` count pieces.

    Sentences are joined up to `join` pieces; one above `limit` is read in stretches that share
    `overlap` pieces. A span scored below the threshold of its head is dropped.
    """

    heads: tuple[str, ...]
    transitions: npt.NDArray[np.float32]
    join: int
    limit: int
    overlap: int
    thresholds: npt.NDArray[np.float32]

    @classmethod
    def load(cls, path: Path) -> Configuration:
        """Read the file; `ModelCorrupt` when it is missing, broken or has unknown keys."""
        if not path.is_file():
            raise ModelCorrupt(f"{path.name} is missing in {path.parent}")
        try:
            return cls._read(json.loads(path.read_text("utf-8")))
        except (ValueError, KeyError, TypeError) as error:
            raise ModelCorrupt(f"{path} is not a model configuration: {error}") from error

    def columns(self, labels: Collection[str]) -> npt.NDArray[np.intp]:
        """Places of the heads among `labels`; the others only helped the training."""
        return np.array([place for place, head in enumerate(self.heads) if head in labels], np.intp)

    def only(self, columns: npt.NDArray[np.intp]) -> Configuration:
        """The configuration of these heads alone."""
        return replace(
            self,
            heads=tuple(self.heads[place] for place in columns.tolist()),
            transitions=self.transitions[columns],
            thresholds=self.thresholds[columns],
        )

    @classmethod
    def _read(cls, table: dict[str, Any]) -> Configuration:
        if set(table) != KEYS:
            raise ValueError(f"wrong or missing keys {sorted(set(table) ^ KEYS)}")
        heads = tuple(table["heads"])
        transitions = np.array(table["transitions"], np.float32)
        if transitions.shape != (len(heads), 3, 3):
            raise ValueError("transitions do not fit the heads")
        if not 0 <= table["overlap"] < table["limit"]:
            raise ValueError("overlap must be below limit")
        unknown = set(table["thresholds"]) - set(heads)
        if unknown:
            raise ValueError(f"thresholds for unknown heads {sorted(unknown)}")
        floors = np.array([table["thresholds"].get(head, 0.0) for head in heads], np.float32)
        return cls(heads, transitions, table["join"], table["limit"], table["overlap"], floors)
