"""Personal data without its categories: what a reader of the de-identified text could still see.

Spans are merged where nothing but spaces and punctuation parts them (MEDDOCAN 2019, subtask 2B).
"""

from __future__ import annotations

from collections.abc import Iterable

from models.training.scoring.evaluate import Score, Span, compare


def merged(text: str, spans: Iterable[Span]) -> list[Span]:
    """Join overlapping spans, and those with no letter or digit between them."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and not _says(text[joined[-1][1] : start]):
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def strict(text: str, expected: Iterable[Span], found: Iterable[Span]) -> Score:
    """Compare merged spans."""
    return compare(merged(text, expected), set(merged(text, found)))


def covered(text: str, expected: Iterable[Span], found: Iterable[Span]) -> Score:
    """Count merged gold spans of which every letter and digit is found (hits), or some (near).

    Nothing is said of what was found besides, so precision, recall and F1 are all the share of
    spans that do not leak.
    """
    seen = bytearray(len(text))
    for start, end in found:
        seen[start:end] = b"\1" * (end - start)
    whole = near = 0
    gold = merged(text, expected)
    for start, end in gold:
        told = [seen[at] for at in range(start, end) if text[at].isalnum()]
        whole += all(told)
        near += any(told) or not told
    return Score(len(gold), len(gold), whole, near)


def _says(text: str) -> bool:
    return any(character.isalnum() for character in text)
