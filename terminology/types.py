"""The values of terminology: a mention goes in, candidates with codings come out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Coding:
    """A FHIR Coding; `system` is the canonical URI of the code system."""

    system: str
    code: str
    display: str
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Concept:
    """One meaning: its codings (the best first), its group and its preferred name.

    `group` is disorder, finding, procedure, drug, lab or anatomy.
    """

    codings: tuple[Coding, ...]
    group: str
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A concept that a mention may mean.

    `score` is in 0..1, `match` says how it was found (scoring.py), `term` is the index's name
    that matched.
    """

    concept: Concept
    score: float
    match: str
    term: str
