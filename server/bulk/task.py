"""A bulk run as the processes see it: what is read, and what is to come out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from mappers.deidentification.release import Release
from models.recognizing.known import KnownIdentifiers
from server.bulk.order import Order
from server.bulk.people import People
from server.deidentification import Texts
from server.parts import Parts


class Output(StrEnum):
    """What comes out: what the notes say as FHIR, everything without personal data, or both.

    With `lines` each line comes out as one line, in order, without personal data.
    """

    FHIR = "fhir"
    DEIDENTIFIED = "deidentified"
    BOTH = "both"
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class Task:
    """`people` is the file of people.py; `recorded` the FHIR instant of the run.

    `key` makes the pseudonyms; `throwaway` says that it is of this run alone. The order's own key
    is that of the store's copies, so that they are the same as those that a server would write.
    """

    order: Order
    people: Path
    output: Output
    recorded: str
    key: bytes
    throwaway: bool = False

    @property
    def desk(self) -> Desk:
        """What works on the task in this process."""
        return _desk(self)


def start(order: Order, output: Output, key: bytes, people: Path, *, throwaway: bool) -> Task:
    """Make the task of a run that starts now."""
    recorded = datetime.now(UTC).isoformat(timespec="milliseconds")
    return Task(order, people, output, recorded, key, throwaway)


@dataclass(frozen=True, slots=True)
class Desk:
    """All that is needed to read lines, opened."""

    task: Task
    parts: Parts
    people: People
    release: Release

    def known(self, subject: str | None) -> KnownIdentifiers | None:
        """Return what is known around a patient (`Patient/<id>`), and whom the caller named.

        None: nobody knows the patient, so that nothing can be checked for leaks.
        """
        named = self.task.order.known
        if subject is None:
            return named
        found = self.people.known(subject)
        if found is None:
            return named if named.values else None
        return found + named if named.values else found


@lru_cache(maxsize=1)
def _desk(task: Task) -> Desk:
    parts, mode = task.order.parts, task.order.mode
    release = Release(
        task.key,
        mode,
        Texts(parts, key=task.key),
        weekdays=parts.weekdays,
        throwaway=task.throwaway,
    )
    return Desk(task, parts, People(task.people), release)
