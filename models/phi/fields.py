"""Protected health information beside its label, in lines that are two cells: Name | Page.

What labels a column in [columns] of phi.toml labels a field, too, and several may stand in a line.
The cells stand between pipes, tabs, a semicolon, or two blanks and more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from models.phi.columns import Columns
from models.types import PhiSpan, Span

_LINE = re.compile(r"[^\r\n]+")
_GAPS = (("|", re.compile(r"\|")), ("\t", re.compile(r"\t")), (";", re.compile(r";")))
_BLANKS = re.compile(r"[ ]{2,}")

Cell = tuple[int, int]


def find(text: str, known: Columns) -> Iterator[PhiSpan]:
    """Yield what stands beside a label."""
    for line in _LINE.finditer(text):
        for label, value in _fields(text, _cells(text, *line.span()), known):
            category = known.category(text[slice(*label)])
            if category and known.fills(category, text[slice(*value)], text[slice(*label)]):
                yield PhiSpan(_unended(text, *value), category, 1.0, "pattern")


def _unended(text: str, start: int, end: int) -> Span:
    """Leave out the full stop of a line (`Nombre:  Ana.`)."""
    bare = text[start:end].rstrip(". ")
    return Span.of(text, start, start + len(bare) if bare else end)


def _fields(text: str, cells: Sequence[Cell], known: Columns) -> Iterator[tuple[Cell, Cell]]:
    """Pair labels with values; a row of several needs a digit among them, or it has headings."""
    labels, values = cells[::2], cells[1::2]
    if len(labels) != len(values) or not all(known.category(text[slice(*one)]) for one in labels):
        return
    if len(values) > 1 and not any(map(str.isdecimal, text[values[0][0] : values[-1][1]])):
        return
    yield from zip(labels, values, strict=True)


def _cells(text: str, start: int, end: int) -> Sequence[Cell]:
    """Split a line at the first kind of gap that it has; cells without anything are none."""
    gap = next((gap for sign, gap in _GAPS if text.find(sign, start, end) >= 0), _BLANKS)
    at, cells = start, list[Cell]()
    for place in gap.finditer(text, start, end):
        cells.append((at, place.start()))
        at = place.end()
    return [cell for each in (*cells, (at, end)) if (cell := _stripped(text, *each))]


def _stripped(text: str, start: int, end: int) -> Cell | None:
    cell = text[start:end]
    if not (bare := cell.strip()):
        return None
    first = start + cell.index(bare)
    return first, first + len(bare)
