"""Which search parameters each resource type has: the data of search_parameters.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, Literal

Kind = Literal["token", "reference", "date", "string", "uri"]

# fhirpy counts with `_count=0&_totalMethod=count`, the latter being Aidbox's name for _total.
RESULT_PARAMETERS: Final = frozenset(
    {"_sort", "_count", "_total", "_totalMethod", "_summary", "_cursor"}
)
FORMAT_PARAMETERS: Final = frozenset({"_format", "_pretty"})


@dataclass(frozen=True, slots=True)
class SearchParameter:
    """How one search parameter finds its values in a resource."""

    name: str
    kind: Kind
    paths: tuple[tuple[str, ...], ...]
    target: str | None = None


@cache
def resource_types() -> frozenset[str]:
    """Return the names of all resource types of R4 (4.0.1)."""
    return frozenset(_text("resource_types.txt").split())


@cache
def described_types() -> tuple[str, ...]:
    """Return the types with search parameters of their own, which are also validated."""
    return tuple(sorted(_tables().keys() - {"Resource"}))


@cache
def parameters_of(resource_type: str) -> Mapping[str, SearchParameter]:
    """Return the indexed parameters of a type by name; every type has those of Resource."""
    rows = _tables()["Resource"] | _tables().get(resource_type, {})
    return {name: _parameter(name, row) for name, row in rows.items()}


@cache
def _tables() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(_text("search_parameters.toml"))


def _parameter(name: str, row: dict[str, str]) -> SearchParameter:
    paths = tuple(tuple(path.strip().split(".")) for path in row["path"].split("|"))
    return SearchParameter(name, _kind(row["kind"]), paths, row.get("target"))


def _kind(name: str) -> Kind:
    kinds: dict[str, Kind] = {
        "token": "token",
        "reference": "reference",
        "date": "date",
        "string": "string",
        "uri": "uri",
    }
    return kinds[name]


def _text(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")
