"""Text with its accents composed, as all lists, patterns and models have them."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from dataclasses import replace
from itertools import pairwise

from models.types import Annotations, Note, Span


def composed(note: Note) -> tuple[Note, tuple[int, ...] | None]:
    """Write `e` and an accent behind it as one; and where each character then stood before.

    None for the offsets when nothing changes. Order and number of the words stay.
    """
    if unicodedata.is_normalized("NFC", note.text):
        return note, None
    starts = [at for at, mark in enumerate(note.text) if not (at and unicodedata.combining(mark))]
    clusters = [
        unicodedata.normalize("NFC", note.text[start:end])
        for start, end in pairwise([*starts, len(note.text)])
    ]
    origin = [start for start, each in zip(starts, clusters, strict=True) for _ in each]
    return replace(note, text="".join(clusters)), (*origin, len(note.text))


def moved_back(found: Annotations, text: str, origin: tuple[int, ...]) -> Annotations:
    """Give what was found its place in the text as it was written, accents with their letters."""

    def span(one: Span) -> Span:
        start, end = origin[one.start], origin[one.end]
        if end == origin[one.end - 1]:  # inside what stays several characters
            end = origin[bisect_right(origin, end)]
        return Span.of(text, start, end)

    entities = {each: replace(each, span=span(each.span)) for each in found.entities}
    return Annotations(
        tuple(entities.values()),
        tuple(
            replace(each, head=entities[each.head], tail=entities[each.tail])
            for each in found.relations
        ),
        tuple(replace(each, span=span(each.span)) for each in found.phi),
    )
