"""What came of scoring a set of an evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from models.training.scoring.intervals import Estimate

HEADS = "heads"


class ScoredSet(Protocol):
    """What a result needs to know of its set."""

    @property
    def name(self) -> str:
        """How the table calls it."""
        ...

    @property
    def language(self) -> str:
        """The language of its documents."""
        ...

    @property
    def corpus(self) -> str:
        """The corpus that they come from."""
        ...

    @property
    def split(self) -> str:
        """The part of the corpus."""
        ...

    @property
    def floors(self) -> Mapping[str, float]:
        """Strict F1 below which a change does not land, by label or `table.label`."""
        ...


@dataclass(frozen=True, slots=True)
class Scored:
    """A set with its tables by name: scores with intervals by label, `micro` last.

    `missing` are labels that the model has no head for.
    """

    set: ScoredSet
    model: str
    documents: int
    words: int
    tables: Mapping[str, Mapping[str, Estimate]]
    missing: tuple[str, ...] = ()

    @property
    def failures(self) -> tuple[str, ...]:
        """Labels below their floor, as sentences."""
        return tuple(
            f"{self.set.name} {label}: {self.f1(label):.3f} is below {floor:.3f}"
            for label, floor in self.set.floors.items()
            if self.f1(label) < floor
        )

    def f1(self, label: str) -> float:
        """Strict F1 of a label of the heads or of `table.label`; 0 where the model has none."""
        table, _, name = label.rpartition(".")
        estimate = self.tables.get(table or HEADS, {}).get(name)
        return estimate.score.f1 if estimate else 0.0
