"""The index file, written: all at once, in a fixed order, and never half."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from terminology.codings import Definitions, write_codings
from terminology.corpus import corpora
from terminology.merging import MergedConcept
from terminology.normalization import languages, name_hash
from terminology.origin import SCHEMA_VERSION, Origin
from terminology.posting import Posting, Postings, families_of
from terminology.source import Source, SourceConcept, sources
from terminology.supplement import SUPPLEMENT
from terminology.vocabulary import derive

_SCHEMA = Path(__file__).parent / "schema.sql"


@dataclass(frozen=True, slots=True)
class Built:
    """What a build gave."""

    path: Path
    version: str
    concepts: int
    names: int
    size: int


@dataclass(frozen=True, slots=True)
class _Tables:
    """Everything that goes into the file."""

    concepts: Sequence[MergedConcept]
    definitions: Definitions
    senses: Sequence[SourceConcept]
    rules: str


def write_index(
    out_path: Path,
    concepts: Sequence[MergedConcept],
    definitions: Definitions,
    senses: Sequence[SourceConcept],
    rules: str,
) -> Built:
    """Write the concepts; the file gets its name only when it is whole and on the disk.

    `senses` are meanings of short forms without a code; `rules` is what build.fingerprint says.

    Raises:
        OSError: the folder cannot be written; an older file stays as it was.
    """
    tables = _Tables(concepts, definitions, senses, rules)
    handle, temporary = tempfile.mkstemp(prefix=out_path.name, dir=out_path.parent)
    os.close(handle)
    try:
        with closing(sqlite3.connect(temporary, isolation_level=None)) as connection:
            version, names = _write(connection, tables)
        with open(temporary, "rb") as written:  # noqa: PTH123
            os.fsync(written.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(out_path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync_folder(out_path.parent)
    return Built(out_path, version, len(concepts), names, out_path.stat().st_size)


def _write(connection: sqlite3.Connection, tables: _Tables) -> tuple[str, int]:
    connection.execute("PRAGMA page_size = 4096")
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.executescript(_SCHEMA.read_text("utf-8"))
    connection.execute("BEGIN")
    digest = hashlib.sha256(tables.rules.encode())
    numbers = {source.key: n for n, source in enumerate(_all_sources())}
    for table, rows in (
        ("concept", _concept_rows(tables, numbers)),
        ("name", _name_rows(tables, numbers)),
        ("code", _code_rows(tables.concepts)),
        ("source", _source_rows(tables.concepts, numbers)),
    ):
        _insert(connection, table, rows, digest)
    derive(connection)
    version = f"{SCHEMA_VERSION}.{digest.hexdigest()[:12]}"
    facts = {
        "schema": str(SCHEMA_VERSION),
        "version": version,
        "languages": " ".join(languages()),
        "rules": tables.rules,
    }
    _insert(connection, "meta", sorted(facts.items()), digest)
    connection.execute("COMMIT")
    connection.execute("VACUUM")
    (names,) = connection.execute("SELECT count(*) FROM name").fetchone()
    return version, names


def _insert(
    connection: sqlite3.Connection,
    table: str,
    rows: Iterable[tuple[object, ...]],
    digest: hashlib._Hash,
) -> None:
    for row in rows:
        digest.update(repr(row).encode())
        places = ", ".join("?" * len(row))
        connection.execute(f"INSERT INTO {table} VALUES ({places})", row)  # noqa: S608


def _concept_rows(tables: _Tables, numbers: dict[str, int]) -> Iterable[tuple[object, ...]]:
    for number, concept in enumerate(tables.concepts, start=1):
        codings = write_codings(concept, tables.definitions)
        yield (
            number,
            concept.group.number,
            numbers[concept.source.key],
            concept.name,
            codings,
        )


def _name_rows(tables: _Tables, numbers: dict[str, int]) -> Iterable[tuple[object, ...]]:
    concepts = tables.concepts
    postings = Postings()
    for number, concept in enumerate(concepts, start=1):
        postings.add_concept(number, concept)
    postings.add_senses(tables.senses)
    names = ["", *(concept.name for concept in concepts)]
    for key, ordered in postings.in_order(families_of(concepts)):
        for position, posting in enumerate(ordered):
            term = None if posting.term == names[posting.concept] else posting.term
            yield key, position, posting.concept, _origin(posting, numbers), term


def _origin(posting: Posting, numbers: dict[str, int]) -> int:
    language = languages().index(posting.language)
    return Origin(posting.kind, posting.decided, language, numbers[posting.source]).pack()


def _code_rows(concepts: Sequence[MergedConcept]) -> Iterable[tuple[object, ...]]:
    found = {
        (name_hash(system, code), number)
        for number, concept in enumerate(concepts, start=1)
        for system, code in {*concept.codes.items(), *concept.further}
    }
    return sorted(found)


def _source_rows(
    concepts: Sequence[MergedConcept], numbers: dict[str, int]
) -> Iterable[tuple[object, ...]]:
    counts: dict[str, list[int]] = {key: [0, 0] for key in numbers}
    for concept in concepts:
        counts[concept.source.key][0] += 1
        for name in concept.names:
            counts[name.source.key][1] += 1
    for source in _all_sources():
        if source.ships:
            yield (
                numbers[source.key],
                source.key,
                source.licence_class,
                source.licence,
                source.version,
                source.notice,
                *counts[source.key],
            )


def _all_sources() -> tuple[Source, ...]:
    return (SUPPLEMENT, *sources(), *(corpus.source for corpus in corpora()))


def sync_folder(folder: Path) -> None:
    """Make sure that a new name in a folder is on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
