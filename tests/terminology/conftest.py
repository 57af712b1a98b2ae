"""Small packed sources, written in the form of the real ones."""

from __future__ import annotations

import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from terminology.source import COLUMNS, sources

Row = dict[str, str]
Pack = Callable[..., Path]

EXTRA_COLUMN = {"synthea": "in_ips", "rxnorm": "origin"}


def row(source_id: str, name: str, group: str, **cells: str) -> Row:
    """A row of a source table; English and preferred unless the cells say otherwise."""
    return {
        "source_id": source_id,
        "lang": "en",
        "name": name,
        "name_type": "preferred",
        "group": group,
        **cells,
    }


def write_table(path: Path, columns: tuple[str, ...], rows: list[Row]) -> None:
    lines = ["\t".join(columns)]
    lines += ["\t".join(cells.get(column, "") for column in columns) for cells in rows]
    path.write_bytes(lzma.compress(("\n".join(lines) + "\n").encode()))


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    """Write all sources into a folder, empty but for the rows given by source."""

    def write(codes: dict[str, list[Row]] | None = None, **rows: list[Row]) -> Path:
        folder = tmp_path / "sources"
        folder.mkdir(exist_ok=True)
        for source in sources():
            extra = (EXTRA_COLUMN[source.key],) if source.key in EXTRA_COLUMN else ()
            table = folder / f"{source.key}.tsv.xz"
            write_table(table, COLUMNS + extra, rows.get(source.key, []))
        for key, further in (codes or {}).items():
            columns = ("source_id", "system", "code", "match")
            write_table(folder / f"{key}.codes.tsv.xz", columns, further)
        return folder

    return write


@pytest.fixture
def make_row() -> Callable[..., Row]:
    return row
