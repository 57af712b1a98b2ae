"""Who is around each patient of a set of files, and the Binary resources: found by one reading.

A SQLite file of its owner's holds them while the run lasts, so that memory does not grow with the
input; what it is for is over when the run is, and then it is deleted.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import orjson

from mappers.deidentification.pseudonym import split_reference
from mappers.known import to_known
from mappers.types import Resource
from models.recognizing.known import KnownIdentifiers
from server.bulk.subject import patient_of
from server.export.people import PEOPLE

_SCHEMA: Final = """
CREATE TABLE person (reference TEXT, data BLOB, PRIMARY KEY (reference, data)) WITHOUT ROWID;
CREATE TABLE identified (search TEXT PRIMARY KEY, reference TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE around (patient TEXT, reference TEXT, PRIMARY KEY (patient, reference)) WITHOUT ROWID;
CREATE TABLE binary (id TEXT PRIMARY KEY, data BLOB NOT NULL);
"""
_BULKY: Final = ("photo", "text", "contained")
_REFERENCE: Final = re.compile(
    rb'"reference"\s*:\s*"((?:[^"\\]*/)?(?:%s)[/?][^"\\]+)"' % "|".join(sorted(PEOPLE)).encode()
)
_REMEMBERED: Final = 2_000


class PeopleWriter:
    """Writes the file; one pass over all lines, in any order."""

    def __init__(self, path: Path) -> None:
        path.touch(0o600)
        self._rows = sqlite3.connect(path, isolation_level=None)
        # What a crash leaves is made anew: no journal, nothing outside this file.
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "temp_store=MEMORY"):
            self._rows.execute(f"PRAGMA {pragma}")
        self._rows.executescript(_SCHEMA + "BEGIN;")

    def add(self, resource: Resource, data: bytes) -> None:
        """Note what a resource, of which `data` is the JSON, says of people."""
        kind, identity = resource["resourceType"], resource.get("id")
        if kind == "Binary" and isinstance(identity, str):
            self._put("binary", identity, data)
        if kind in PEOPLE and isinstance(identity, str):
            self._person(f"{kind}/{identity}", resource)
        self._meet(kind, resource, data)

    def close(self) -> None:
        """Make all of it readable for others."""
        self._rows.execute("COMMIT")
        self._rows.close()

    def _person(self, reference: str, resource: Resource) -> None:
        kept = {name: part for name, part in resource.items() if name not in _BULKY}
        self._put("person", reference, orjson.dumps(kept))
        for search in _searches(resource):
            self._put("identified", search, reference)

    def _meet(self, kind: str, resource: Resource, data: bytes) -> None:
        patient = patient_of(resource)
        named = set(_named(data))
        if patient is None and kind == "Person":
            for other in named:
                if other.startswith("Patient/"):
                    self._put("around", other, f"{kind}/{resource.get('id')}")
        if patient is None:
            return
        if kind in PEOPLE:
            named.add(f"{kind}/{resource.get('id')}")
        for reference in named:
            self._put("around", patient, reference)

    def _put(self, table: str, *values: Any) -> None:
        self._rows.execute(f"INSERT OR IGNORE INTO {table} VALUES (?, ?)", values)  # noqa: S608


class People:
    """Reads the file; in each process once."""

    def __init__(self, path: Path) -> None:
        self._rows = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        self.around = lru_cache(_REMEMBERED)(self._around)
        self.known = lru_cache(_REMEMBERED)(self._known)

    def binary(self, identity: str) -> Resource | None:
        """Return the Binary with this id."""
        found = self._rows.execute("SELECT data FROM binary WHERE id = ?", (identity,)).fetchone()
        return None if found is None else dict(orjson.loads(found[0]))

    def named(self, resource: Resource) -> tuple[Resource, ...]:
        """Return the people whom a resource names itself: of one that is about no patient."""
        return tuple(self._people(_named(orjson.dumps(resource))))

    def _around(self, patient: str) -> tuple[Resource, ...] | None:
        """Return the resources of a patient (`Patient/<id>`) and of all around; None: unknown."""
        if not self._versions(patient):
            return None
        rows = self._rows.execute("SELECT reference FROM around WHERE patient = ?", (patient,))
        return tuple(self._people([patient, *(reference for (reference,) in rows)]))

    def _known(self, patient: str) -> KnownIdentifiers | None:
        """Return what is known of a patient and of all around; None: the patient is unknown."""
        people = self.around(patient)
        return None if people is None else to_known(people)

    def _people(self, references: Iterable[str]) -> Iterator[Resource]:
        """Give the people, and those whom they name: the practitioner of a role, say."""
        seen: set[str] = set()
        waiting = [(reference, True) for reference in references]
        for reference, near in waiting:
            people = [] if reference in seen else self._versions(reference)
            seen.add(reference)
            for person in people:
                yield person
                # A patient behind a patient has a circle of his own.
                if near and person["resourceType"] != "Patient":
                    waiting += [(one, False) for one in _named(orjson.dumps(person))]

    def _versions(self, reference: str) -> list[Resource]:
        """Return what the files say of one person; two versions may bear two names."""
        if "?" in reference:
            query = "SELECT reference FROM identified WHERE search = ?"
            found = self._rows.execute(query, (reference,)).fetchone()
            if found is None:
                return []
            (reference,) = found
        rows = self._rows.execute("SELECT data FROM person WHERE reference = ?", (reference,))
        return [orjson.loads(data) for (data,) in rows]


def _named(data: bytes) -> Iterator[str]:
    """Give the people whom a resource refers to: `Type/id`, or the search that names one."""
    # A slash may be written as `\\/` in JSON.
    for match in _REFERENCE.finditer(data.replace(rb"\/", b"/")):
        reference = match[1].decode("utf-8", "replace")
        parts = split_reference(reference)
        if parts:
            yield "/".join(parts)
        elif "?" in reference:
            yield reference


def _searches(resource: Resource) -> Iterator[str]:
    """Give the conditional references by which others may name a resource (FHIR R4 3.1.0.11.2)."""
    identifiers = resource.get("identifier")
    for one in identifiers if isinstance(identifiers, list) else ():
        if isinstance(one, dict) and isinstance(one.get("value"), str):
            yield f"{resource['resourceType']}?identifier={one.get('system', '')}|{one['value']}"
