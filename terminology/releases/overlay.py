"""A copy of an index with releases merged into it; whole under its name, or not there at all."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from terminology.codings import CODING_VERSION
from terminology.indexfile import sync_folder
from terminology.normalization import languages
from terminology.origin import SCHEMA_VERSION, Origin
from terminology.posting import Posting
from terminology.releases.homes import find_homes, hold
from terminology.releases.placing import insert_postings, place, posting_row, retire
from terminology.releases.release import Release
from terminology.releases.stage import Stage
from terminology.vocabulary import derive

_MOST_PER_KEY = 8
_WRITE_NAMES = f"""
INSERT INTO main.name
SELECT hash, position, concept, origin, nullif(term, coalesce(c.name, ''))
FROM (SELECT *, row_number() OVER (
        PARTITION BY hash ORDER BY undecided, kind, late, place, concept) - 1 AS position
      FROM stage.posting)
LEFT JOIN main.concept c ON c.id = concept
WHERE position < {_MOST_PER_KEY} ORDER BY hash, position
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Workplace:
    """A copy of an index with a stage beside it."""

    connection: sqlite3.Connection
    stage: Stage
    copy: Path
    out: Path

    def settle(self) -> None:
        """Make the copy the index `out`: whole, on the disk, and then under its name."""
        run = self.connection.execute
        run("COMMIT")
        run("DETACH stage")
        run("VACUUM")
        self.connection.close()
        with self.copy.open("rb+") as written:
            os.fsync(written.fileno())
        self.copy.chmod(0o644)
        self.copy.replace(self.out)
        sync_folder(self.out.parent)


@contextmanager
def workplace(base: Path, out: Path) -> Iterator[Workplace]:
    """Begin to write `out` from the index `base`; what is not settled is removed."""
    with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as folder:
        copy = Path(folder) / "index.sqlite"
        shutil.copyfile(base, copy)
        with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
            stage = Stage(connection, Path(folder) / "stage.sqlite")
            yield Workplace(connection, stage, copy, out)


def first_free(connection: sqlite3.Connection) -> int:
    """The first number of a source that the index does not use."""
    (last,) = connection.execute("SELECT max(id) FROM main.source").fetchone()
    return int(last) + 1


def begin(connection: sqlite3.Connection) -> None:
    """Take the names and codes of the index apart, for releases to be merged in."""
    insert_postings(connection, _built_in(connection))
    hold(connection)


def merge(connection: sqlite3.Connection, stage: Stage, releases: Sequence[Release]) -> int:
    """Merge what is on the stage, which is of these releases; how many codes were retired."""
    stage.flush()
    retired = retire(connection)
    (last,) = connection.execute("SELECT max(id) FROM main.concept").fetchone()
    find_homes(connection, int(last or 0) + 1)
    (homeless,) = connection.execute(
        "SELECT count(*) FROM stage.concept WHERE home IS NULL"
    ).fetchone()
    stage.skipped["codes of no known group"] += homeless
    place(connection, stage, {release.number: release for release in releases})
    stage.clear()
    return retired


def finish(
    connection: sqlite3.Connection, stage: Stage, releases: Sequence[Release], digest: bytes
) -> str:
    """Write the names, sources and version; the version."""
    run = connection.execute
    run("DELETE FROM main.concept WHERE codings = ''")
    run(
        "DELETE FROM stage.posting WHERE concept != 0"
        " AND concept NOT IN (SELECT id FROM main.concept)"
    )
    run("DELETE FROM main.code WHERE concept NOT IN (SELECT id FROM main.concept)")
    run("DELETE FROM main.name")
    run(_WRITE_NAMES)
    for release in releases:
        _write_source(connection, release, stage.names[release.number])
    run(
        "UPDATE main.source SET concepts ="
        " (SELECT count(*) FROM main.concept WHERE concept.source = source.id)"
    )
    derive(connection)
    (old,) = run("SELECT value FROM main.meta WHERE key = 'version'").fetchone()
    contents = sha256(f"{old} {' '.join(languages())}".encode() + digest)
    version = f"{SCHEMA_VERSION}.{contents.hexdigest()[:12]}"
    run("UPDATE main.meta SET value = ? WHERE key = 'version'", (version,))
    return version


def _built_in(connection: sqlite3.Connection) -> Iterator[tuple[object, ...]]:
    rows = connection.execute(
        "SELECT n.hash, n.position, n.concept, n.origin, coalesce(n.term, c.name, '')"
        " FROM main.name n LEFT JOIN main.concept c ON c.id = n.concept"
    )
    for key, position, concept, origin, term in rows:
        packed = Origin.unpack(origin)
        posting = Posting(concept, packed.kind, term, "", "", 0, 0, packed.decided)
        yield posting_row(key, posting, origin, position, built_in=True)


def _write_source(connection: sqlite3.Connection, release: Release, names: int) -> None:
    source = release.source()
    connection.execute(
        "INSERT INTO main.source VALUES (?, ?, ?, ?, ?, ?, 0, ?)",
        (
            release.number,
            source.key,
            source.licence_class,
            source.licence,
            source.version,
            source.notice,
            names,
        ),
    )
    if release.coding_version:
        connection.execute(
            "INSERT INTO main.meta VALUES (?, ?)",
            (f"{CODING_VERSION}{release.number}", release.coding_version),
        )
