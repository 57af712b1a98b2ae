"""What the report counts, summed up batch by batch; never a value or a text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Self

_MARK = "|"


@dataclass(slots=True)
class Tally:
    """`released` counts by type; `methods` by (element, operation); `withheld` by (type, reason).

    `patients` were released, `missing` were asked for and are not on the store; `read` are notes
    that had no de-identified copy yet, so that they were read for this export.
    """

    released: Counter[str] = field(default_factory=Counter)
    methods: Counter[tuple[str, str]] = field(default_factory=Counter)
    withheld: Counter[tuple[str, str]] = field(default_factory=Counter)
    patients: int = 0
    missing: int = 0
    read: int = 0

    def add(self, other: Tally) -> None:
        """Count in what another one has counted."""
        self.released.update(other.released)
        self.methods.update(other.methods)
        self.withheld.update(other.withheld)
        self.patients += other.patients
        self.missing += other.missing
        self.read += other.read

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        return {
            "released": dict(self.released),
            "methods": _joined(self.methods),
            "withheld": _joined(self.withheld),
            "patients": self.patients,
            "missing": self.missing,
            "read": self.read,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Read what `to_json` wrote, or nothing."""
        return cls(
            Counter(stored.get("released", {})),
            _parted(stored.get("methods", {})),
            _parted(stored.get("withheld", {})),
            stored.get("patients", 0),
            stored.get("missing", 0),
            stored.get("read", 0),
        )


@dataclass(slots=True)
class Yield:
    """What a batch counted, and type and id of what else is to be exported because of it."""

    tally: Tally = field(default_factory=Tally)
    referred: set[tuple[str, str]] = field(default_factory=set)


def _joined(counts: Counter[tuple[str, str]]) -> dict[str, int]:
    return {_MARK.join(key): count for key, count in counts.items()}


def _parted(stored: dict[str, int]) -> Counter[tuple[str, str]]:
    return Counter({_pair(key): count for key, count in stored.items()})


def _pair(key: str) -> tuple[str, str]:
    first, _, second = key.partition(_MARK)
    return first, second
