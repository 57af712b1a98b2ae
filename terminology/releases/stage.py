"""Where the rows of releases wait to be merged: a temporary SQLite file, not memory."""

from __future__ import annotations

import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

from terminology.codesystem import code_systems, groups
from terminology.normalization import languages
from terminology.source import NAME_KINDS

PREFERRED, SYNONYM, RELATED, ABBREVIATION, CODER = (
    NAME_KINDS.index(kind)
    for kind in ("preferred", "synonym_exact", "synonym_related", "abbreviation", "coder")
)
REPLACES, FILLS, FINDS = 2, 1, 0
"""What a mapping does where the index has another code: replace it, yield, or serve the lookup."""

_BATCH = 20_000
_LONGEST_NAME = 300
_CACHE_KIB = 128 * 1024
_INSERT = {
    "concept": "INSERT INTO stage.concept (system, code, release, grp) VALUES (?, ?, ?, ?)"
    " ON CONFLICT DO UPDATE SET grp = coalesce(excluded.grp, grp), release = excluded.release",
    "name": "INSERT OR IGNORE INTO stage.name VALUES (?, ?, ?, ?, ?, ?)",
    "map": "INSERT OR IGNORE INTO stage.map VALUES (?, ?, ?, ?, ?, ?, ?)",
    "retired": "INSERT OR IGNORE INTO stage.retired VALUES (?, ?)",
}


class Stage:
    """The schema `stage` of a connection whose main database is the index to be.

    Names in languages without rules, and names too long to be mentioned, are left out and
    counted in `skipped`; so is what the readers leave out.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.connection = connection
        self.skipped: Counter[str] = Counter()
        self.names: Counter[int] = Counter()
        self._languages = frozenset(languages())
        self._waiting: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _INSERT}
        connection.execute("ATTACH ? AS stage", (str(path),))
        for schema in ("main", "stage"):
            connection.execute(f"PRAGMA {schema}.journal_mode = OFF")
            connection.execute(f"PRAGMA {schema}.synchronous = OFF")
            connection.execute(f"PRAGMA {schema}.cache_size = -{_CACHE_KIB}")
        script = (Path(__file__).parent / "stage.sql").read_text("utf-8")
        connection.executescript(script.replace("CREATE TABLE ", "CREATE TABLE stage."))
        connection.execute("BEGIN")

    def add_concept(self, release: int, system: str, code: str, group: str | None) -> None:
        """A code of a release; no group means the one that the index knows for it."""
        if group is not None and group not in groups():
            raise KeyError(f"no group {group!r}")
        self._add("concept", (system, code, release, group))

    def add_name(
        self,
        release: int,
        code: tuple[str, str],
        language: str,
        text: str,
        standing: tuple[int, int] = (SYNONYM, 0),
    ) -> None:
        """A name of a code (system and code).

        `standing` is its kind, and its place among several of one kind; the lowest leads.
        """
        text = " ".join(text.split())
        language = language.replace("_", "-").split("-", maxsplit=1)[0].lower()
        if not text:
            return
        if language not in self._languages:
            self.skipped[f"names in {language[:8] or 'no language'}"] += 1
        elif len(text) > _LONGEST_NAME:
            self.skipped["names longer than 300 characters"] += 1
        else:
            self.names[release] += 1
            self._add("name", (*code, language, *standing, text))

    def add_map(
        self,
        code: tuple[str, str],
        target: tuple[str, str],
        *,
        same: bool,
        strength: int = FILLS,
        place: int = 0,
    ) -> None:
        """A mapping from a code to one of another system that the index knows."""
        if target[0] in code_systems() and target[0] != code[0]:
            self._add("map", (*code, strength, place, *target, int(same)))

    def retire(self, system: str, code: str) -> None:
        """A code that the release says is not used any more."""
        self._add("retired", (system, code))

    def flush(self) -> None:
        """Write what waits, before the tables are read."""
        for table, rows in self._waiting.items():
            self.connection.executemany(_INSERT[table], rows)
            rows.clear()

    def clear(self) -> None:
        """Make room for the releases of the next form."""
        for table in ("concept", "name", "map", "retired"):
            self.connection.execute(f"DELETE FROM stage.{table}")  # noqa: S608

    def _add(self, table: str, row: tuple[Any, ...]) -> None:
        rows = self._waiting[table]
        rows.append(row)
        if len(rows) >= _BATCH:
            self.connection.executemany(_INSERT[table], rows)
            rows.clear()
