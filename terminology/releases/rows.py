"""The rows of release files, one at a time, with their line numbers for error messages."""

from __future__ import annotations

import csv
import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing

from terminology.codesystem import code_systems
from terminology.errors import SourceMalformed
from terminology.releases.archive import DAMAGED, Member, Meter

_LONGEST_LINE = 1 << 20
_WITH_CHECK_DIGIT = {"snomed": re.compile(r"\d{6,18}"), "loinc": re.compile(r"\d{1,7}-\d")}


def lines(member: Member, meter: Meter) -> Generator[tuple[int, str], None, None]:
    """Every line with its number from 1, line end included.

    Raises:
        SourceMalformed: damaged, not UTF-8, or a line longer than 1 MiB.
    """
    number = 0
    try:
        with member.open(meter) as stream:
            while raw := stream.readline(_LONGEST_LINE + 1):
                number += 1
                if len(raw) > _LONGEST_LINE:
                    raise SourceMalformed(f"{member.name}:{number}: longer than 1 MiB")
                yield number, raw.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise SourceMalformed(f"{member.name}:{number}: not UTF-8") from error
    except DAMAGED as error:
        raise SourceMalformed(f"{member.name}:{number + 1}: cut off or damaged") from error


def tab_rows(
    member: Member, meter: Meter, columns: Sequence[str]
) -> Iterator[tuple[int, list[str]]]:
    """Rows of RF2: a header with exactly these columns, tabs, every row with a line end.

    Raises:
        SourceMalformed: see `lines`; another header, other columns, or the last row is cut off.
    """
    empty = True
    for number, text in lines(member, meter):
        empty = False
        cells = text.rstrip("\r\n").split("\t")
        if number == 1:
            if cells != list(columns):
                raise SourceMalformed(f"{member.name}:1: the header is not {' '.join(columns)}")
        elif len(cells) != len(columns):
            raise SourceMalformed(
                f"{member.name}:{number}: {len(cells)} columns instead of {len(columns)}"
            )
        elif not text.endswith("\n"):
            raise SourceMalformed(f"{member.name}:{number}: the file ends within this row")
        else:
            yield number, cells
    if empty:
        raise SourceMalformed(f"{member.name}: empty")


def pipe_rows(member: Member, meter: Meter, columns: int) -> Iterator[tuple[int, list[str]]]:
    """Rows of RRF: no header, each cell followed by a bar.

    Raises:
        SourceMalformed: see `lines`; other columns, as in a file cut off or mixed up.
    """
    for number, text in lines(member, meter):
        cells = text.rstrip("\r\n").split("|")
        if len(cells) != columns + 1 or cells[-1]:
            raise SourceMalformed(
                f"{member.name}:{number}: {len(cells) - 1} columns instead of {columns}"
            )
        del cells[-1]
        yield number, cells


def csv_rows(
    member: Member, meter: Meter, needed: Sequence[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a CSV file with a header that has at least the columns that are needed.

    Raises:
        SourceMalformed: see `lines`; no such header, other columns, or an open quotation mark.
    """
    with closing(lines(member, meter)) as numbered:
        reader = csv.reader((text for _, text in numbered), strict=True)
        try:
            header = next(reader, [])
            missing = [column for column in needed if column not in header]
            if missing:
                raise SourceMalformed(f"{member.name}:1: no column {', '.join(missing)}")
            for cells in reader:
                if len(cells) != len(header):
                    raise SourceMalformed(
                        f"{member.name}:{reader.line_num}:"
                        f" {len(cells)} columns instead of {len(header)}"
                    )
                yield reader.line_num, dict(zip(header, cells, strict=True))
        except csv.Error as error:
            raise SourceMalformed(f"{member.name}:{reader.line_num}: {error}") from error


def check(place: str, system: str, code: str) -> str:
    """The code itself, if it can be one of this system; `place` is file and line.

    Raises:
        SourceMalformed: a broken check digit or another shape.
    """
    if not code_systems()[system].check(code):
        raise SourceMalformed(f"{place}: {code!r} is no {system} code")
    return code


def is_code(place: str, system: str, code: str) -> bool:
    """Whether it is a code of this system and not a part, a range or "no code" beside it.

    Raises:
        SourceMalformed: a broken check digit.
    """
    shape = _WITH_CHECK_DIGIT.get(system)
    if shape is None:
        return code_systems()[system].check(code)
    return shape.fullmatch(code) is not None and bool(check(place, system, code))
