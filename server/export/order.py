"""What a client ordered: the parameters of `$export`, checked."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

Level = Literal["system", "patient", "group"]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is to be in the export.

    `since` and `until` are FHIR instants; `elements` are `name` or `Type.name`; `filters` are
    (type, query of a search); `patients` are ids, None for all of the level; `provenance` says
    which Provenance comes along, if any.
    """

    types: tuple[str, ...]
    since: str | None = None
    until: str | None = None
    elements: tuple[str, ...] = ()
    filters: tuple[tuple[str, str], ...] = ()
    patients: tuple[str, ...] | None = None
    provenance: Literal["latest", "relevant"] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        patients = stored["patients"]
        lists = {
            "types": tuple(stored["types"]),
            "elements": tuple(stored["elements"]),
            "filters": tuple((kind, query) for kind, query in stored["filters"]),
            "patients": None if patients is None else tuple(patients),
        }
        return cls(**(stored | lists))


@dataclass(frozen=True, slots=True)
class Order:
    """One export; `client` is the digest of whom it belongs to, `request` the kick-off's URL.

    `instant` is the transactionTime. `secret` is the key that is thrown away at the end, None
    where the site has one. `run` names the worker's turn: an earlier one can write no more.
    """

    id: str
    client: str
    request: str
    level: Level
    group: str | None
    wishes: Wishes
    instant: str = ""
    separate: bool = False
    secret: bytes | None = None
    run: str | None = None
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """Resources of one type that are exported in one go, by their ids."""

    number: int
    kind: str
    ids: tuple[str, ...]
