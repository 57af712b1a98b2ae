"""What a tagger finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Mention:
    """A labelled stretch of text, half-open code points, with its posterior."""

    start: int
    end: int
    label: str
    score: float
