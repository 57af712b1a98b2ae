"""Protected health information by where it stands: below a heading of a table, or in a column.

[columns] of resources/<language>/phi.toml holds the headings of each category, and `empty`, words
that fill a cell without naming anybody. A word of `number` before or after one of ID or `numbered`
makes a heading of ID, too. Of headings only letters and digits count. Cells stand between pipes,
tabs, semicolons, commas, or two blanks and more.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import Any

from models import lexicon
from models.folding import fold, squeeze
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
_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")
_LONGEST, _CELLS, _ROWS = 60, 3, 2
"""Characters of a cell that is no sentence; cells of a row, and rows, that make a table."""
_HALF = 0.5
"""Share of a column's cells that tell what the others are."""
_SPREADS = ("NAME", "ID")
"""Categories that one cell tells of the others; the first wins where both do."""
_OLD = re.compile(r"[^\w\n]{0,3}(?:\d{1,3}[ ]?[-–/a][ ]?)?(?:9\d|1[01]\d)(?!\d)")
_RANGE = re.compile(r"[<>≤≥][ ]?\d.*|\d{1,3}(?:[.,]\d+)?[ ]?[-–][ ]?\d{1,3}(?:[.,]\d+)?")
"""A reference range, which is no number of anybody."""

Cell = tuple[int, int]
Row = Sequence[Cell]
Covered = Mapping[str, bytearray]


@dataclass(frozen=True, slots=True)
class Columns:
    """What a language calls its columns; `empty` are words of cells that name nobody."""

    headings: Mapping[str, str]
    empty: frozenset[str]
    words: frozenset[str]
    families: frozenset[str]

    def category(self, heading: str) -> str | None:
        """Tell what stands below a heading."""
        whole, _, _ = heading.partition("(")
        return self.headings.get(_key(heading)) or self.headings.get(_key(whole))

    def fits(self, category: str, cell: str) -> bool:
        """Tell whether a cell may hold what its column does."""
        return len(cell) <= _LONGEST and _FITS[category](self, cell)

    def names(self, cell: str) -> bool:
        """Tell whether a cell has words, of which one is none of the common ones or a capital."""
        words = [fold(word).text for word in _WORD.findall(cell)]
        if not words or not self.empty.isdisjoint([*words, _key(cell)]):
            return False
        return not cell.islower() or any(word not in self.words for word in words)


_FITS: Mapping[str, Callable[[Columns, str], bool]] = {
    "NAME": Columns.names,
    "LOCATION": lambda columns, cell: columns.names(cell) or any(map(str.isdecimal, cell)),
    "AGE": lambda _, cell: bool(_OLD.match(cell)),
    "DATE": lambda _, cell: any(map(str.isdecimal, cell)),
    "ID": lambda _, cell: sum(map(str.isdecimal, cell)) > 1 and not _RANGE.fullmatch(cell),
    "CONTACT": lambda _, cell: "@" in cell or sum(map(str.isdecimal, cell)) > 2,
}


@cache
def columns(language: str) -> Columns:
    """Read [columns] of a language, which may have none."""
    told: Mapping[str, Any] = lexicon.read(language, "phi").get("columns", {})
    headings = {_key(word): category for category in _FITS for word in told.get(category, ())}
    for word in (*told.get("ID", ()), *told.get("numbered", ())):
        for mark in told.get("number", ()):
            headings.setdefault(_key(mark + word), "ID")
            headings.setdefault(_key(word + mark), "ID")
    empty = frozenset(
        form for word in told.get("empty", ()) for form in (fold(word).text, _key(word))
    )
    lists = ("common_words", "family_names")
    words, families = (lexicon.words(language, each) if told else frozenset() for each in lists)
    return Columns(headings, empty, words, families)


def _key(written: str) -> str:
    """Write `Geb. dat.` and `geb.dat` alike."""
    return squeeze(fold(written)).text


def find(text: str, language: str, found: Sequence[PhiSpan]) -> Iterator[PhiSpan]:
    """Yield what was `found` but headings, then what stands in the columns of tables."""
    known = columns(language)
    tables = list(_tables(text)) if known.headings else []
    heads = [cell for table in tables for cell in _heads(text, table[0], known)]
    yield from (each for each in found if not _is_inside(each.span, heads))
    covered = _covered(text, found) if tables else {}
    for table in tables:
        yield from _of_table(text, table, known, covered)


def _heads(text: str, row: Row, known: Columns) -> Row:
    """Give the headings of a first row; a single one may be a family's name: Barrio, Page."""
    heads = [cell for cell in row if known.category(_of(text, cell))]
    alone = len(heads) == 1 and fold(_of(text, heads[0])).text in known.families
    return () if alone else heads


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
    """Split a line at the first kind of gap that gives cells enough."""
    for number, (sign, gap) in enumerate(_GAPS):
        if text.count(sign, start, end) < _CELLS - 1:
            continue
        ends = [match.span() for match in gap.finditer(text, start, end)]
        if len(ends) + 1 >= _CELLS:
            firsts = [start, *(last for _, last in ends)]
            lasts = [*(first for first, _ in ends), end]
            return number, list(zip(firsts, lasts, strict=True))
    return -1, ()


def _of_table(
    text: str, table: Sequence[Row], known: Columns, covered: Covered
) -> Iterator[PhiSpan]:
    for number in range(len(table[0])):
        cells = [row[number] for row in table]
        heading = known.category(_of(text, cells[0]))
        body = cells[1:] if heading else cells
        category = heading or _majority(text, cells, covered)
        if category is None:
            continue
        for start, end in body:
            if known.fits(category, text[start:end]):
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
