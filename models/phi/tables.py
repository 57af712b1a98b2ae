"""Protected health information by where it stands: below a heading of a table, or in a column.

Cells stand between pipes, tabs, semicolons, commas, or two blanks and more.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter

from models.phi import fields
from models.phi.columns import Columns, columns
from models.types import PhiSpan, Span

_GAPS = (
    ("|", re.compile(r"(?:(?<![ \t])[ \t]+)?\|[ \t]*")),
    ("\t", re.compile(r"(?:(?<! )[ ]+)?\t[ \t]*")),
    (";", re.compile(r"(?:(?<! )[ ]+)?;[ ]*")),
    (",", re.compile(r",[ ]?")),
    ("  ", re.compile(r"[ ]{2,}")),
)
"""What stands between cells: a sign, and the gap that it is part of."""
_LINE = re.compile(r"[^\r\n]+")
_RULE = re.compile(r"[-=|:+ \t]+")
_CELLS, _ROWS = 3, 2
"""Cells of a row, and rows, that make a table; the first two kinds of gap part pairs as well."""
_HALF = 0.5
"""Share of a column's cells that tell what the others are."""
_SPREADS = ("NAME", "ID")
"""Categories that one cell tells of the others; the first wins where both do."""

Cell = tuple[int, int]
Row = Sequence[Cell]
Covered = Mapping[str, bytearray]


def find(text: str, language: str, found: Sequence[PhiSpan]) -> Iterator[PhiSpan]:
    """Yield what was `found` but headings, then what tables and lines of two cells tell."""
    known = columns(language)
    runs = list(_tables(text)) if known.headings else []
    tables = [table for table in runs if len(table[0]) >= _CELLS]
    heads = [cell for table in tables for cell in table[0] if _is_heading(_of(text, cell), known)]
    yield from (each for each in found if not _is_inside(each.span, heads))
    covered = _covered(text, found) if tables else {}
    for table in tables:
        yield from _of_table(text, table, known, covered)
    for pairs in runs:
        if len(pairs[0]) < _CELLS:
            yield from _of_pairs(text, pairs, known)
    if known.headings:
        yield from fields.find(text, known)


def _is_heading(cell: str, known: Columns) -> bool:
    """Tell a heading; what may be somebody's name is taken for one: Barrio, Page."""
    return known.category(cell) is not None and not known.may_name(cell)


def _of(text: str, cell: Cell) -> str:
    return text[slice(*cell)]


def _is_inside(span: Span, cells: Sequence[Cell]) -> bool:
    """Tell whether one of the cells, which are in order, holds a span."""
    at = bisect_right(cells, span.start, key=itemgetter(0)) - 1
    return at >= 0 and span.end <= cells[at][1]


def _covered(text: str, found: Iterable[PhiSpan]) -> Covered:
    """Mark the characters that were found, for each category that spreads."""
    covered = {category: bytearray(len(text)) for category in _SPREADS}
    for each in found:
        if each.category in covered:
            start, end = each.span.start, each.span.end
            covered[each.category][start:end] = b"\1" * (end - start)
    return covered


def _tables(text: str) -> Iterator[Sequence[Row]]:
    """Yield the runs of lines with the same number of cells."""
    table: list[Row] = []
    last: tuple[int, int] | None = None
    for line in _LINE.finditer(text):
        if table and _RULE.fullmatch(line.group()):
            continue
        gap, row = _row(text, *line.span())
        shape = (gap, len(row))
        if shape != last or not row:
            if len(table) >= _ROWS:
                yield table
            table = []
        last = shape
        if row:
            table.append(row)
    if len(table) >= _ROWS:
        yield table


def _row(text: str, start: int, end: int) -> tuple[int, Row]:
    """Split a line at the first kind of gap that gives cells enough, or a pair."""
    for least, gaps in ((_CELLS, _GAPS), (2, _GAPS[:2])):
        for number, (sign, gap) in enumerate(gaps):
            if text.count(sign, start, end) < least - 1:
                continue
            ends = [match.span() for match in gap.finditer(text, start, end)]
            if len(ends) + 1 >= least:
                firsts = [start, *(last for _, last in ends)]
                lasts = [*(first for first, _ in ends), end]
                return number, list(zip(firsts, lasts, strict=True))
    return -1, ()


def _of_pairs(text: str, pairs: Sequence[Row], known: Columns) -> Iterator[PhiSpan]:
    """Read two columns below headings; more labels in the first one are those of a form."""
    heads, *below = pairs
    if any(known.category(_of(text, label)) for label, _ in below):
        return
    if not known.is_plain(_of(text, heads[1])):
        return
    for number, head in enumerate(heads):
        heading = _of(text, head)
        category = known.category(heading)
        for start, end in (row[number] for row in below):
            if category and known.fits(category, text[start:end], heading):
                yield PhiSpan(Span.of(text, start, end), category, 1.0, "pattern")


def _of_table(
    text: str, table: Sequence[Row], known: Columns, covered: Covered
) -> Iterator[PhiSpan]:
    for number in range(len(table[0])):
        first, *below = [row[number] for row in table]
        heading = _of(text, first)
        category = known.category(heading)
        most = _majority(text, below if category else [first, *below], covered)
        if category is None or (most not in {None, category} and known.may_name(heading)):
            category, heading, below = most, "", [first, *below]
        if category is None:
            continue
        for start, end in below:
            if known.fits(category, text[start:end], heading):
                yield PhiSpan(Span.of(text, start, end), category, 1.0, "pattern")


def _majority(text: str, cells: Sequence[Cell], covered: Covered) -> str | None:
    """The category that takes at least half of the cells whole."""
    votes = {
        category: sum(_whole(text, start, end, marks) for start, end in cells)
        for category, marks in covered.items()
    }
    best = max(votes, key=votes.__getitem__)
    return best if votes[best] >= max(_ROWS, _HALF * len(cells)) else None


def _whole(text: str, start: int, end: int, marks: bytearray) -> bool:
    """Tell whether something of a cell is marked, and all its letters and digits are."""
    return any(marks[start:end]) and all(
        marks[at] or not text[at].isalnum() for at in range(start, end)
    )
