"""How one resource is handled, and what was done to it: what the operations read and write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mappers.deidentification.pseudonym import Pseudonyms
from mappers.deidentification.vocabulary import Vocabulary
from models.types import DeidentifiedNote


@dataclass(slots=True)
class Handling:
    """One resource of the type `kind`.

    Without `pseudonyms` ids and references are dropped, and without `days` dates become years;
    `today` is the year in which ages are counted. `texts` holds what came of each free text.
    `made` collects the values that a key made: the gate need not search in them, as a letter or a
    moved date may be like a known one by chance. `local` renames contained resources, and `cited`
    are those of them that something refers to. `done` counts by path and operation, `labels` holds
    codes of v3-ObservationValue.
    """

    kind: str
    vocabulary: Vocabulary
    today: int
    pseudonyms: Pseudonyms | None = None
    days: int | None = None
    texts: Mapping[str, str | None] = field(default_factory=dict)
    copies: Mapping[str, DeidentifiedNote] = field(default_factory=dict)
    local: Mapping[str, str] = field(default_factory=dict)
    cited: set[str] = field(default_factory=set)
    made: set[str] = field(default_factory=set)
    labels: set[str] = field(default_factory=set)
    done: Counter[tuple[str, str]] = field(default_factory=Counter)

    def note(self, value: str) -> str:
        """Remember a value that a key made."""
        self.made.add(value)
        return value

    def count(self, path: str, operation: str, value: Any) -> None:
        """Count what was done to an element, or each entry of a list."""
        self.done[path, operation] += len(value) if isinstance(value, list) else 1
