"""What de-identification takes out of a text, without a patient's record to help it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice

from models.annotator import Annotator
from models.deidentification import deidentify
from models.types import Note, PhiSpan

BATCH = 32


@dataclass(frozen=True, slots=True)
class Redaction:
    """`taken` are the half-open stretches that are replaced, `phi` what was found and why."""

    text: str
    taken: tuple[tuple[int, int], ...]
    phi: tuple[PhiSpan, ...]

    def hides(self, start: int, end: int) -> bool:
        """Tell whether no letter or digit of the stretch is left."""
        return all(
            not self.text[at].isalnum() or any(first <= at < last for first, last in self.taken)
            for at in range(start, end)
        )

    def touches(self, start: int, end: int) -> bool:
        """Tell whether any character of the stretch is replaced."""
        return any(first < end and start < last for first, last in self.taken)

    def causes(self, start: int, end: int) -> list[PhiSpan]:
        """What was found there."""
        return [each for each in self.phi if each.span.start < end and start < each.span.end]


class Redactor:
    """The path of the product in one language: models, patterns, merging, replacing."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._annotator = Annotator.load([language])

    @classmethod
    @cache
    def of(cls, language: str) -> Redactor:
        """The one of a language, loaded once."""
        return cls(language)

    def read(self, texts: Sequence[str]) -> Iterator[Redaction]:
        """De-identify in order."""
        left = iter(texts)
        while batch := [Note(text, self.language) for text in islice(left, BATCH)]:
            for note, told in zip(batch, self._annotator.annotate_all(batch), strict=True):
                copy = deidentify(note, told.phi)
                taken = tuple((start, end) for start, end, _, _ in copy.offsets)
                yield Redaction(note.text, taken, told.phi)
