"""The table from what a note claims to what FHIR says (meaning.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from models.types import Assertion, Presence, Temporality


@dataclass(frozen=True, slots=True)
class Meaning:
    """One row; each resource uses the fields that it has. `key` names the row."""

    key: str
    status: str | None = None
    status_reason: str | None = None
    clinical_status: str | None = None
    verification_status: str | None = None
    category: str | None = None


def _load() -> dict[tuple[str, Presence, Temporality], Meaning]:
    text = Path(__file__).with_name("meaning.toml").read_text(encoding="utf-8")
    return {
        (kind, Presence(presence), Temporality(temporality)): Meaning(
            key=f"{presence}.{temporality}", **row
        )
        for kind, presences in tomllib.loads(text).items()
        for presence, temporalities in presences.items()
        for temporality, row in temporalities.items()
    }


MEANINGS: Mapping[tuple[str, Presence, Temporality], Meaning] = _load()


def meaning(kind: str, assertion: Assertion) -> Meaning | None:
    """Look up the row for a resource type; None when FHIR cannot say it there."""
    return MEANINGS.get((kind, assertion.presence, assertion.temporality))
