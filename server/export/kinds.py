"""The resource types of an export: the rows of kinds.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal

from mappers.deidentification.pseudonym import split_reference
from mappers.types import Resource
from server.export.order import Level

PAGE = 200


@dataclass(frozen=True, slots=True)
class Kind:
    """How the resources of one type are found; kinds.toml says what the fields mean."""

    name: str
    found_by: Literal["patient", "reference", "target", "group"]
    subject: str | None = None
    filters: frozenset[str] = frozenset()
    page: int = PAGE

    def patient_of(self, resource: Resource) -> str | None:
        """Return the id of the patient whom a resource of this type is about."""
        if self.subject == "id":
            return resource.get("id")
        reference = resource.get(self.subject or "")
        named = reference.get("reference") if isinstance(reference, dict) else None
        found = split_reference(named) if isinstance(named, str) else None
        return found[1] if found and found[0] == "Patient" else None


def _load() -> dict[str, Kind]:
    rows = tomllib.loads(resources.files(__package__).joinpath("kinds.toml").read_text("utf-8"))
    return {name: _kind(name, row) for name, row in rows.items()}


def _kind(name: str, row: dict[str, Any]) -> Kind:
    return Kind(**(row | {"name": name, "filters": frozenset(row.get("filters", ()))}))


KINDS: Mapping[str, Kind] = _load()


def offered(level: Level, released: Iterable[str]) -> tuple[str, ...]:
    """Name the types that an export of this level can have, of those that `released` can."""
    known = set(released)
    return tuple(
        name
        for name, kind in KINDS.items()
        if name in known and (kind.found_by != "group" or level == "group")
    )


def references(element: Any) -> Iterator[str]:
    """Yield every literal reference below an element, as it is written."""
    if isinstance(element, dict):
        named = element.get("reference")
        if isinstance(named, str):
            yield named
        for value in element.values():
            if isinstance(value, dict | list):
                yield from references(value)
    elif isinstance(element, list):
        for value in element:
            yield from references(value)


def named(resources: Iterable[Resource], kinds: Collection[str]) -> set[tuple[str, str]]:
    """Return type and id of what resources refer to, as far as it is of these types."""
    found = (split_reference(one) for resource in resources for one in references(resource))
    return {one for one in found if one and one[0] in kinds}
