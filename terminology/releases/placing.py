"""The concepts of releases written into the index: codings, names and codes, one by one.

For codes, names and displays of its own code system the user's release decides over the built-in
sources; a mapping of the user's own decides over a built-in one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from terminology.codesystem import Group, groups
from terminology.codings import StoredCoding, parse, write_stored
from terminology.merging import MergedConcept, SourceName
from terminology.normalization import languages, name_hash
from terminology.origin import Origin
from terminology.posting import MENTION, PREFERRED, Posting, Postings
from terminology.releases.homes import hold_codings
from terminology.releases.release import Release
from terminology.releases.stage import ABBREVIATION, FINDS, REPLACES, Stage
from terminology.source import NAME_KINDS, Name

_INSERT_POSTING = """
INSERT INTO stage.posting VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
    undecided = min(undecided, excluded.undecided), kind = excluded.kind, late = excluded.late,
    place = excluded.place, origin = excluded.origin, term = excluded.term
WHERE (excluded.undecided, excluded.kind, excluded.late, excluded.place)
    < (undecided, kind, late, place)
"""


@dataclass(slots=True)
class _Concept:
    """A concept of the index while it is edited."""

    number: int
    group: Group
    source: int
    name: str
    codings: dict[str, StoredCoding]

    def in_order(self) -> list[StoredCoding]:
        """The codings, those of the group's best systems first."""
        return [self.codings[system] for system in self.group.systems if system in self.codings]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A code on the stage, with its names; `names` are language, text, kind and place."""

    system: str
    code: str
    release: Release
    group: Group
    home: int
    names: list[tuple[str, str, int, int]]

    def display(self) -> str:
        """The English name that leads, or else that of another language; empty without any."""
        ranked = sorted(self.names, key=lambda n: (n[2] == ABBREVIATION, n[0] != "en", n[2:], n[1]))
        return ranked[0][1] if ranked else ""


def posting_row(
    key: int, posting: Posting, origin: int, place: int, *, built_in: bool
) -> tuple[object, ...]:
    """A row of stage.posting: the release's names before built-in ones of the same kind.

    Built-in short forms come first, since several sources have voted on them; a mention of the
    corpora comes after what the release prefers, and before its synonyms.
    """
    late = built_in != (posting.kind == ABBREVIATION)
    kind = PREFERRED if posting.kind == MENTION else posting.kind
    return key, posting.concept, not posting.decided, kind, late, place, origin, posting.term


def insert_postings(connection: sqlite3.Connection, rows: Iterable[tuple[object, ...]]) -> None:
    """Add rows; of two for one key and concept, the better one stays."""
    connection.executemany(_INSERT_POSTING, rows)


def retire(connection: sqlite3.Connection) -> int:
    """Take codes out of the index that a release says are not used any more; how many."""
    rows = connection.execute(
        "SELECT h.system, h.code, h.concept FROM stage.held h"
        " JOIN stage.retired r ON r.system = h.system AND r.code = h.code"
        " WHERE NOT EXISTS (SELECT 1 FROM stage.concept c"
        "  WHERE c.system = h.system AND c.code = h.code) ORDER BY 1, 2, 3"
    ).fetchall()
    for system, code, number in rows:
        concept = _read(connection, number)
        if concept is not None:
            _drop(connection, concept, system, code)
            _write(connection, concept)
    return len(rows)


def place(connection: sqlite3.Connection, stage: Stage, releases: Mapping[int, Release]) -> None:
    """Write every concept of the stage that has a home."""
    for entry in _entries(connection, releases):
        concept = _read(connection, entry.home) or _new(entry)
        if concept is None:
            stage.skipped["codes without a name"] += 1
            continue
        _own_coding(connection, concept, entry)
        further = _mapped(connection, concept, entry)
        if not concept.codings:
            stage.skipped["codes of systems that their group does not use"] += 1
            continue
        if concept.in_order()[0].system == entry.system and entry.display():
            concept.name, concept.source = entry.display(), entry.release.number
        _write(connection, concept)
        _add_codes(connection, concept, further)
        _elsewhere(connection, entry)
        insert_postings(connection, _postings(concept, entry))


def _entries(connection: sqlite3.Connection, releases: Mapping[int, Release]) -> Iterator[_Entry]:
    rows = connection.execute(
        "SELECT system, code, release, grp, home FROM stage.concept"
        " WHERE home IS NOT NULL ORDER BY home, system, code"
    )
    for system, code, release, group, home in rows:
        names = connection.execute(
            "SELECT language, text, kind, place FROM stage.name WHERE system = ? AND code = ?",
            (system, code),
        ).fetchall()
        yield _Entry(system, code, releases[release], groups()[group], home, names)


def _new(entry: _Entry) -> _Concept | None:
    name = entry.display()
    return _Concept(entry.home, entry.group, entry.release.number, name, {}) if name else None


def _read(connection: sqlite3.Connection, number: int) -> _Concept | None:
    row = connection.execute(
        "SELECT grp, source, name, codings FROM main.concept WHERE id = ?", (number,)
    ).fetchone()
    if row is None:
        return None
    group = next(group for group in groups().values() if group.number == row[0])
    codings = {coding.system: coding for coding in parse(row[3], row[2])}
    return _Concept(number, group, row[1], row[2], codings)


def _write(connection: sqlite3.Connection, concept: _Concept) -> None:
    codings = concept.in_order()
    connection.execute(
        "INSERT OR REPLACE INTO main.concept VALUES (?, ?, ?, ?, ?)",
        (
            concept.number,
            concept.group.number,
            concept.source,
            concept.name,
            write_stored(codings, concept.name),
        ),
    )
    hold_codings(connection, concept.number, concept.group.family, concept.name, codings)


def _own_coding(connection: sqlite3.Connection, concept: _Concept, entry: _Entry) -> None:
    if entry.system not in concept.group.systems:
        return
    old = concept.codings.get(entry.system)
    if old is not None and old.code != entry.code:
        _drop(connection, concept, entry.system, old.code)
        old = None
    mark = f"@{entry.release.number}" if entry.release.coding_version else (old.mark if old else "")
    display = entry.display() or (old.display if old else concept.name)
    concept.codings[entry.system] = StoredCoding(entry.system, entry.code, mark, display)


def _mapped(
    connection: sqlite3.Connection, concept: _Concept, entry: _Entry
) -> list[tuple[str, str]]:
    """Add the codes that the release maps to; the ones that serve the lookup only."""
    rows = connection.execute(
        "SELECT strength, target_system, target FROM stage.map WHERE system = ? AND code = ?"
        " ORDER BY strength DESC, place, target_system, target",
        (entry.system, entry.code),
    ).fetchall()
    further, taken = [], {entry.system}
    for strength, system, code in rows:
        old = concept.codings.get(system)
        usable = system in concept.group.systems and strength != FINDS and system not in taken
        if usable and (old is None or strength == REPLACES):
            if old is not None and old.code != code:
                _drop(connection, concept, system, old.code)
            concept.codings[system] = _official(connection, concept, system, code)
            taken.add(system)
        elif old is None or old.code != code:
            further.append((system, code))
    return further


def _official(
    connection: sqlite3.Connection, concept: _Concept, system: str, code: str
) -> StoredCoding:
    """The coding with the name that its own system gives it, where the index knows that."""
    row = connection.execute(
        "SELECT mark, display FROM stage.held WHERE system = ? AND code = ? AND mark != ''"
        " ORDER BY mark DESC, concept LIMIT 1",
        (system, code),
    ).fetchone()
    mark, display = row or ("", concept.name)
    return StoredCoding(system, code, mark, display)


def _drop(connection: sqlite3.Connection, concept: _Concept, system: str, code: str) -> None:
    held = concept.codings.get(system)
    if held is not None and held.code == code:
        del concept.codings[system]
    connection.execute(
        "DELETE FROM stage.held WHERE system = ? AND code = ? AND concept = ?",
        (system, code, concept.number),
    )
    connection.execute(
        "DELETE FROM main.code WHERE hash = ? AND concept = ?",
        (name_hash(system, code), concept.number),
    )


def _add_codes(
    connection: sqlite3.Connection, concept: _Concept, further: list[tuple[str, str]]
) -> None:
    codes = [(coding.system, coding.code) for coding in concept.codings.values()]
    connection.executemany(
        "INSERT OR IGNORE INTO main.code VALUES (?, ?)",
        [(name_hash(*code), concept.number) for code in (*codes, *further)],
    )


def _elsewhere(connection: sqlite3.Connection, entry: _Entry) -> None:
    """Give the code its display and version in the other concepts that have it."""
    rows = connection.execute(
        "SELECT DISTINCT +concept FROM stage.held WHERE system = ? AND code = ? AND concept != ?"
        " ORDER BY 1",
        (entry.system, entry.code, entry.home),
    ).fetchall()
    for (number,) in rows:
        concept = _read(connection, number)
        if concept is not None:
            _own_coding(connection, concept, entry)
            _write(connection, concept)


def _postings(concept: _Concept, entry: _Entry) -> list[tuple[object, ...]]:
    source = entry.release.source()
    names = [
        SourceName(Name(language, text, NAME_KINDS[kind]), source, -rank)
        for language, text, kind, rank in entry.names
    ]
    postings = Postings()
    postings.add_concept(
        concept.number, MergedConcept(concept.group, concept.name, source, names=names)
    )
    rows = []
    for key, posting in postings.every():
        language = languages().index(posting.language)
        origin = Origin(posting.kind, posting.decided, language, entry.release.number)
        rows.append(posting_row(key, posting, origin.pack(), -posting.rank, built_in=False))
    return rows
