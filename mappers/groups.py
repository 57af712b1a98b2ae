"""What becomes of each label: the terminology groups it is coded from and its resource."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Group:
    """One row of groups.toml; no `resource` means that the label is coded, but not mapped."""

    groups: tuple[str, ...]
    resource: str | None = None
    family: str | None = None
    measured: str | None = None


def _load() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("groups.toml").read_text(encoding="utf-8"))


_TABLE = _load()

LABELS: Mapping[str, Group] = {
    label: Group(tuple(row["groups"]), row.get("resource"), row.get("family"), row.get("measured"))
    for label, row in _TABLE["labels"].items()
}

_RANKS: Mapping[str, Mapping[str, int]] = {
    group: {system: rank for rank, system in enumerate(systems)}
    for group, systems in _TABLE["systems"].items()
}


def rank(system: str, group: str) -> int:
    """Place `system` among the codings of a concept of `group`; 0 comes first."""
    ranks = _RANKS.get(group, _RANKS["default"])
    return ranks.get(system, len(ranks))
