"""What comes of lines: further lines, by folder and resource type, and counts."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import Final

import orjson

from mappers.types import Resource
from server.bulk.lines import Line
from server.errors import describe, verdict
from server.export.tally import Tally
from server.outcome import Severity, operation_outcome

FHIR: Final = "fhir"
DEIDENTIFIED: Final = "deidentified"
ALL: Final = (DEIDENTIFIED, "*")
"""The place of lines that stay in their order, whatever their type."""


@dataclass(slots=True)
class Product:
    """`written` are the lines of (folder, type); `once` those that many lines give, by folder.

    `resources` counts all that was written. `outcomes` are OperationOutcomes of what could not be
    done, `failed` counts the lines that could not be read. `passed` counts what was passed over,
    by reason. `versions` are those of the parts that read.
    """

    written: defaultdict[tuple[str, str], list[bytes]] = field(
        default_factory=lambda: defaultdict(list)
    )
    once: dict[tuple[str, str, str], bytes] = field(default_factory=dict)
    outcomes: list[bytes] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    passed: Counter[str] = field(default_factory=Counter)
    versions: dict[str, str] = field(default_factory=dict)
    resources: int = 0
    notes: int = 0
    failed: int = 0

    def sums(self) -> Product:
        """Return what is to be summed up, without the lines."""
        return replace(self, written=defaultdict(list), outcomes=[])

    def write(self, folder: str, resource: Resource) -> None:
        """Add a resource; a Device is the same for many notes, and is there once."""
        kind, line = resource["resourceType"], orjson.dumps(resource) + b"\n"
        self.resources += 1
        if kind == "Device" and "id" in resource:
            self.once[folder, kind, resource["id"]] = line
        else:
            self.written[folder, kind].append(line)

    def add(self, other: Product) -> None:
        """Append what came of the next line."""
        for place, lines in other.written.items():
            self.written[place] += lines
        self.once |= other.once
        self.outcomes += other.outcomes
        self.tally.add(other.tally)
        self.passed.update(other.passed)
        self.versions |= other.versions
        self.resources += other.resources
        self.notes += other.notes
        self.failed += other.failed

    def in_order(self) -> Product:
        """Return what came of one line as one place for all: the lines, else the outcome."""
        lines = [line for part in self.written.values() for line in part]
        lines += [*self.once.values(), *self.outcomes]
        return replace(self, written=defaultdict(list, {ALL: lines}), once={}, outcomes=[])

    def fail(self, line: Line, error: Exception) -> None:
        """Say that a line could not be read, without its text."""
        self.failed += 1
        self.outcomes.append(_outcome("error", verdict(error).issue, line, describe(error)))

    def withhold(self, line: Line, kind: str, reason: str) -> None:
        """Say that a resource is not released; `reason` names classes only."""
        self.tally.withheld[kind, reason] += 1
        self.outcomes.append(_outcome("warning", "suppressed", line, f"{kind} withheld: {reason}"))


def _outcome(severity: Severity, code: str, line: Line, said: str) -> bytes:
    place = f"{line.name} line {line.number}: "
    return orjson.dumps(operation_outcome(severity, code, place + said)) + b"\n"
