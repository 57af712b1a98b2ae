"""The values that the models read and write. Offsets are half-open Unicode code points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Presence(StrEnum):
    """Whether the note says that it is so (i2b2 2010, ConText)."""

    PRESENT = "present"
    ABSENT = "absent"
    POSSIBLE = "possible"
    HYPOTHETICAL = "hypothetical"


class Temporality(StrEnum):
    """Whether it holds now or belongs to the history (ConText, clinlp)."""

    CURRENT = "current"
    HISTORICAL = "historical"


class Experiencer(StrEnum):
    """Whom the note speaks of (ConText, clinlp)."""

    PATIENT = "patient"
    FAMILY = "family"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Note:
    """The decoded text of one version of one document, and what it is about.

    `reference` is versioned (`DocumentReference/x/_history/2`), `language` is BCP 47,
    `date` is a FHIR dateTime; all but the text may be unknown.
    """

    text: str
    language: str
    reference: str | None = None
    subject: str | None = None
    encounter: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """`text` is exactly `note.text[start:end]`."""

    start: int
    end: int
    text: str

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"span {self.start}..{self.end} is empty or reversed")
        if len(self.text) != self.end - self.start:
            raise ValueError(f"span {self.start}..{self.end} does not fit its text")

    @classmethod
    def of(cls, text: str, start: int, end: int) -> Span:
        """Cut the span out of `text`, so that it reads back by construction."""
        return cls(start, end, text[start:end])

    def overlaps(self, other: Span) -> bool:
        """Tell whether the two share at least one character."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Assertion:
    """What the note claims about an entity; by default that the patient has it now."""

    presence: Presence = Presence.PRESENT
    temporality: Temporality = Temporality.CURRENT
    experiencer: Experiencer = Experiencer.PATIENT


@dataclass(frozen=True, slots=True)
class Entity:
    """A mention with a label of the inventory (registry.toml) and a score in 0..1."""

    span: Span
    label: str
    score: float
    assertion: Assertion = Assertion()

    def __post_init__(self) -> None:
        if not 0.0 <= self.score <= 1.0:
            raise ValueError(f"score {self.score} is outside 0..1")


@dataclass(frozen=True, slots=True)
class Relation:
    """A directed relation between two entities of one note."""

    label: str
    head: Entity
    tail: Entity
    score: float


@dataclass(frozen=True, slots=True)
class PhiSpan:
    """Protected health information. `method` says what found it: model, pattern or known."""

    span: Span
    category: str
    score: float
    method: str


@dataclass(frozen=True, slots=True)
class Annotations:
    """All that one pass over a note found, each in text order."""

    entities: tuple[Entity, ...] = ()
    relations: tuple[Relation, ...] = ()
    phi: tuple[PhiSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class DeidentifiedNote:
    """A copy without PHI; it never holds the original text.

    `replacements` counts them by category; `offsets` holds, in order, one
    (original start, original end, new start, new end) for each replacement; `mode` says how they
    were made: tag, redact or surrogate.
    """

    text: str
    language: str
    source: str | None
    replacements: Mapping[str, int] = field(default_factory=dict)
    offsets: tuple[tuple[int, int, int, int], ...] = ()
    mode: str = "tag"
