"""What the patterns find in a text, and what they leave to be read.

In marked text, what stands between « and » identifies somebody.
"""

from __future__ import annotations

import re
import time

from models.phi.patterns import find

MARK = re.compile("«([^«»]*)»")
_SHORTER = 8
"""Times as short as the long text."""
_SLACK = 22
"""Times as long as the short text the long one may take; were it square, it would be 64."""


def found(text: str, language: str) -> set[tuple[str, str]]:
    """Category and text of all that is found."""
    return {(phi.category, phi.span.text) for phi in find(text, language)}


def mark(text: str, secret: str) -> str:
    """The text with its first `secret` marked."""
    before, after = text[: text.index(secret)], text[text.index(secret) + len(secret) :]
    return f"{before}«{secret}»{after}"


def plain(marked: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without its marks, and where what they held stands in it."""
    text, spans = "", []
    for place, piece in enumerate(MARK.split(marked)):
        if place % 2:
            spans.append((len(text), len(text) + len(piece)))
        text += piece
    return text, spans


def left(marked: str, language: str) -> list[str]:
    """The marked stretches of which a letter or digit can still be read."""
    text, spans = plain(marked)
    hidden = {at for phi in find(text, language) for at in range(phi.span.start, phi.span.end)}
    return [
        text[start:end]
        for start, end in spans
        if any(text[at].isalnum() and at not in hidden for at in range(start, end))
    ]


def is_linear(piece: str, language: str, size: int) -> bool:
    """Whether the time for a text of `size` characters grows with its length only."""
    short, long = piece * (size // _SHORTER // len(piece)), piece * (size // len(piece))
    return seconds(long, language) < max(0.3, _SLACK * seconds(short, language))


def seconds(text: str, language: str) -> float:
    """Processor time of the quickest of three readings: others use the machine too."""
    return min(_seconds(text, language) for _ in range(3))


def _seconds(text: str, language: str) -> float:
    began = time.process_time()
    find(text, language)
    return time.process_time() - began
