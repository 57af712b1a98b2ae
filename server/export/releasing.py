"""De-identifying a page of resources; runs in the reading processes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import orjson

from mappers.deidentification.release import Release
from mappers.types import Resource
from models.recognizing.known import KnownIdentifiers
from models.types import DeidentifiedNote
from server.deidentification import Texts
from server.export.elements import subset
from server.export.parts import OUTCOME, Part
from server.export.tally import Tally
from server.outcome import operation_outcome
from server.readers import parts_of
from server.settings import Settings


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for all of an export. `throwaway`: its key is not the site's."""

    key: bytes
    throwaway: bool
    elements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Load:
    """Resources of one patient (`subject`, an id; None for those of nobody).

    `notes` are the de-identified notes of documents by their versioned references; `reasons` say
    why a document, by its id, has none.
    """

    subject: str | None
    known: KnownIdentifiers
    resources: bytes
    notes: Mapping[str, DeidentifiedNote] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, subject: str | None, known: KnownIdentifiers, resources: Sequence[Resource]
    ) -> Load:
        """Pack resources: their bytes cross to another process faster than they do."""
        return cls(subject, known, orjson.dumps(list(resources)))


def release(settings: Settings, terms: Terms, loads: Sequence[Load]) -> tuple[list[Part], Tally]:
    """De-identify everything; returns one part for each type, and one for what was withheld."""
    releasing = _release(settings, terms)
    lines: dict[str, list[bytes]] = defaultdict(list)
    tally = Tally()
    for load in loads:
        for resource in orjson.loads(load.resources):
            _release_one(resource, load, releasing, terms, lines, tally)
    return [Part.of(kind, one) for kind, one in lines.items()], tally


def _release_one(  # noqa: PLR0913, PLR0917
    resource: Resource,
    load: Load,
    releasing: Release,
    terms: Terms,
    lines: dict[str, list[bytes]],
    tally: Tally,
) -> None:
    kind = resource["resourceType"]
    subject = f"Patient/{load.subject}" if load.subject else None
    released = releasing(resource, subject, load.known, load.notes)
    tally.methods.update(released.methods)
    if released.resource is None:
        reason = load.reasons.get(resource["id"]) or released.withheld or "withheld"
        tally.withheld[kind, reason] += 1
        pseudonym = releasing.pseudonyms.identity(kind, resource["id"])
        lines[OUTCOME].append(_line(withheld(f"{kind}/{pseudonym}", reason)))
        return
    tally.released[kind] += 1
    lines[kind].append(_line(subset(released.resource, terms.elements)))


def withheld(reference: str, reason: str) -> Resource:
    """Say that a resource is not in the export; `reference` is its pseudonym."""
    return operation_outcome("warning", "suppressed", f"{reference} is withheld: {reason}")


def _line(resource: Resource) -> bytes:
    return orjson.dumps(resource, option=orjson.OPT_APPEND_NEWLINE)


@lru_cache(maxsize=2)
def _release(settings: Settings, terms: Terms) -> Release:
    parts = parts_of(settings)
    return Release(
        terms.key,
        settings.deid_mode,
        Texts(parts),
        weekdays=settings.deid_keep_weekdays,
        throwaway=terms.throwaway,
    )
