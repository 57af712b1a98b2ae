"""The standard's terminology operations that are served here (operations.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Operation:
    """`parameters` are the names and types of what goes in; `ignored` has no effect."""

    type: str
    code: str
    definition: str
    instance: bool
    parameters: Mapping[str, str]
    ignored: frozenset[str]


def _load() -> dict[str, Operation]:
    text = Path(__file__).with_name("operations.toml").read_text(encoding="utf-8")
    return {
        name: Operation(
            row["type"],
            row.get("code", name),
            row["definition"],
            row.get("instance", False),
            row["in"],
            frozenset(row["ignored"]),
        )
        for name, row in tomllib.loads(text).items()
    }


OPERATIONS: Mapping[str, Operation] = _load()
"""The rows of operations.toml."""


def canonical(kind: str, code: str) -> str | None:
    """Return the canonical of the operation with this code on this resource type, or None."""
    found = (one for one in OPERATIONS.values() if (one.type, one.code) == (kind, code))
    return next((one.definition for one in found), None)
