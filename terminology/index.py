"""The index file, read: names and codes to concepts. Opened in milliseconds, safe in threads."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from terminology.codesystem import Group, groups, system_key
from terminology.codings import CODING_VERSION, read_codings
from terminology.errors import IndexUnusable
from terminology.normalization import name_hash
from terminology.origin import SCHEMA_VERSION, Origin
from terminology.types import Concept

SHIPPED_INDEX = Path(__file__).parent / "index.sqlite"
_MAPPED_BYTES = 64 * 1024 * 1024
_MAGIC = b"SQLite format 3\x00"
_HEADER_BYTES = 100
_CACHED_CONCEPTS = 20_000


@dataclass(frozen=True, slots=True)
class Hit:
    """A concept that a key leads to, by the name `term`; None is a meaning without a code."""

    concept: Concept | None
    group: Group | None
    term: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What the index says of one of its sources: licence, version and how much is in it."""

    key: str
    licence_class: str
    licence: str
    version: str
    notice: str
    concepts: int
    names: int


@dataclass(frozen=True, slots=True)
class IndexStats:
    """What `terminology stats` shows: bytes, concepts by group, names by language, sources."""

    version: str
    size: int
    concepts: Mapping[str, int]
    names: Mapping[str, int]
    sources: tuple[SourceFacts, ...]


class Index:
    """A read-only index file. Each thread reads over its own connection.

    Raises:
        IndexUnusable: the file is missing, cut off, no SQLite, or of another version.
    """

    def __init__(self, path: Path = SHIPPED_INDEX) -> None:
        self.path = path
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._concepts: dict[int, tuple[Concept, Group]] = {}
        self._groups = {group.number: group for group in groups().values()}
        _check_file(path)
        try:
            facts = dict(self._connection().execute("SELECT key, value FROM meta"))
            self._sources = self._read_sources()
        except sqlite3.DatabaseError as error:
            raise IndexUnusable(f"{path}: {error}; build it again") from error
        if facts.get("schema") != str(SCHEMA_VERSION):
            raise IndexUnusable(
                f"{path}: of version {facts.get('schema')}, not {SCHEMA_VERSION}; build it again"
            )
        self.version = str(facts["version"])
        self.rules = str(facts["rules"])
        self.languages = tuple(str(facts["languages"]).split())
        self._versions = {
            key.removeprefix(CODING_VERSION): str(version)
            for key, version in facts.items()
            if key.startswith(CODING_VERSION)
        }

    def __enter__(self) -> Index:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for connection in self._opened:
                connection.close()
            self._opened.clear()
            self._local = threading.local()

    def hits(self, language: str, key: str) -> list[Hit]:
        """What a key of normalization.py leads to, the best first."""
        rows = self._connection().execute(
            "SELECT concept, origin, term FROM name WHERE hash = ? ORDER BY position",
            (name_hash(language, key),),
        )
        return [self._hit(*row) for row in rows.fetchall()]

    def lookup(self, system: str, code: str) -> list[Concept]:
        """The concepts with a code; `system` is a key of systems.toml or its URI.

        A concept whose own coding it is comes before one to which the code is a further one.
        """
        key = system_key(system)
        if key is None:
            return []
        rows = self._connection().execute(
            "SELECT concept FROM code WHERE hash = ?", (name_hash(key, code),)
        )
        found = [self._concept(number)[0] for (number,) in rows.fetchall()]
        return sorted(found, key=lambda concept: _place(concept, code))

    def concept(self, number: int) -> Concept:
        """The concept with a number that `rows` gave; raises TypeError when there is none."""
        return self._concept(number)[0]

    def rows(self, query: str, parameters: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """Read rows of schema.sql; the query is the caller's own, never a user's."""
        return iter(self._connection().execute(query, parameters))

    def words(self, language: str, initial: str) -> list[str]:
        """The words of the names of a language that start with a letter, as tokens."""
        row = (
            self._connection()
            .execute(
                "SELECT words FROM word WHERE language = ? AND initial = ?",
                (self.languages.index(language), initial),
            )
            .fetchone()
        )
        return row[0].split(" ") if row else []

    def sources(self) -> tuple[SourceFacts, ...]:
        """The sources in the order of precedence, with licence and notice."""
        return self._sources

    def stats(self) -> IndexStats:
        """Count what the index holds; it reads the whole file, so it takes a second."""
        by_group: dict[str, int] = {}
        rows = self._connection().execute("SELECT grp, count(*) FROM concept GROUP BY grp")
        for number, count in rows.fetchall():
            key = self._groups[number].shown_as
            by_group[key] = by_group.get(key, 0) + count
        by_language: dict[str, int] = {}
        packed = self._connection().execute("SELECT origin, count(*) FROM name GROUP BY origin")
        for origin, count in packed.fetchall():
            language = self.languages[Origin.unpack(origin).language]
            by_language[language] = by_language.get(language, 0) + count
        size = self.path.stat().st_size
        return IndexStats(self.version, size, by_group, by_language, self._sources)

    def _hit(self, number: int, origin: int, term: str | None) -> Hit:
        if number == 0:
            return Hit(None, None, "", Origin.unpack(origin))
        concept, group = self._concept(number)
        return Hit(concept, group, concept.name if term is None else term, Origin.unpack(origin))

    def _concept(self, number: int) -> tuple[Concept, Group]:
        known = self._concepts.get(number)
        if known is None:
            known = self._read_concept(number)
            if len(self._concepts) >= _CACHED_CONCEPTS:
                self._concepts.clear()
            self._concepts[number] = known
        return known

    def _read_concept(self, number: int) -> tuple[Concept, Group]:
        row = self._connection().execute(
            "SELECT grp, source, name, codings FROM concept WHERE id = ?", (number,)
        )
        group_number, source, name, codings = row.fetchone()
        group = self._groups[group_number]
        key = self._source_keys[source]
        found = read_codings(codings, name, self._versions)
        return Concept(found, group.shown_as, name, key), group

    def _read_sources(self) -> tuple[SourceFacts, ...]:
        rows = (
            self._connection()
            .execute(
                "SELECT id, key, class, licence, version, notice, concepts, names "
                "FROM source ORDER BY id"
            )
            .fetchall()
        )
        self._source_keys = {row[0]: str(row[1]) for row in rows}
        return tuple(SourceFacts(*row[1:]) for row in rows)

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = _open(self.path)
            self._local.connection = connection
            with self._lock:
                self._opened.append(connection)
        return connection


def _place(concept: Concept, code: str) -> int:
    codes = [coding.code for coding in concept.codings]
    return codes.index(code) if code in codes else len(codes)


def _open(path: Path) -> sqlite3.Connection:
    uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    connection = sqlite3.connect(uri, uri=True, check_same_thread=False, cached_statements=16)
    connection.execute(f"PRAGMA mmap_size = {_MAPPED_BYTES}")
    connection.execute("PRAGMA query_only = ON")
    return connection


def _check_file(path: Path) -> None:
    """A cut-off file opens well enough in SQLite, so compare its size with what it says."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
    except OSError as error:
        raise IndexUnusable(f"{path}: {error.strerror}; build it") from error
    if len(header) < _HEADER_BYTES or not header.startswith(_MAGIC):
        raise IndexUnusable(f"{path}: not an index; build it again")
    page_size = int.from_bytes(header[16:18], "big")
    pages = int.from_bytes(header[28:32], "big")
    if size != page_size * pages:
        raise IndexUnusable(f"{path}: {size} bytes instead of {page_size * pages}; build it again")
