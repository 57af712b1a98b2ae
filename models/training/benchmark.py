"""The built-in models scored on the sets of evaluation.toml: one table, and the floors.

Needs no torch: what is scored is what ships.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from models.registry import Registry
from models.tagger import Tagger
from models.training.corpora import LABELS, documents, schemes
from models.training.evaluate import Score, evaluate, micro

SETS = Path(__file__).with_name("evaluation.toml")


@dataclass(frozen=True, slots=True)
class Set:
    """One split of one corpus, and the strict F1 that each label must reach."""

    language: str
    corpus: str
    split: str
    floors: Mapping[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """How the table calls it."""
        return f"{self.corpus} {self.split}"


@dataclass(frozen=True, slots=True)
class Scored:
    """A set with its scores by label."""

    set: Set
    documents: int
    scores: Mapping[str, Score]

    @property
    def failures(self) -> tuple[str, ...]:
        """Labels below their floor, as sentences."""
        return tuple(
            f"{self.set.name} {label}: {self.f1(label):.3f} is below {floor:.3f}"
            for label, floor in self.set.floors.items()
            if self.f1(label) < floor
        )

    def f1(self, label: str) -> float:
        """Strict F1 of a label, or of all (`micro`)."""
        return (micro(self.scores.values()) if label == "micro" else self.scores[label]).f1


def sets(path: Path = SETS) -> tuple[Set, ...]:
    """Read evaluation.toml; an unknown key is a TypeError."""
    tables = tomllib.loads(path.read_text("utf-8"))
    return tuple(Set(language, **each) for language, rows in tables.items() for each in rows)


def score(corpora: Path, sample: int | None = None) -> Iterator[Scored]:
    """Score every set whose corpus is in `corpora`; `sample` takes its first documents only."""
    registry, known, taggers = Registry.load(), schemes(LABELS), dict[str, Tagger]()
    for one in sets():
        scheme = known[one.corpus]
        file = corpora / scheme.path / f"{one.split}.jsonl.xz"
        if not file.exists() or one.language not in registry.languages:
            continue
        if one.language not in taggers:
            taggers[one.language] = Tagger.load(registry.of(one.language).folder)
        taken = list(islice(documents(file), sample))
        yield Scored(one, len(taken), evaluate(taggers[one.language], taken, scheme))
