"""A search as the caller wrote it, checked: which conditions, which order, which page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import parse_qsl

from server.trial.errors import Invalid, UnsupportedSearch
from server.trial.search_parameters import (
    FORMAT_PARAMETERS,
    RESULT_PARAMETERS,
    Kind,
    parameters_of,
    resource_types,
)

DEFAULT_COUNT: Final = 50
LARGEST_COUNT: Final = 1000

Pair = tuple[str, str]

_COLUMNS: Final[dict[str, Literal["id", "updated"]]] = {"_id": "id", "_lastUpdated": "updated"}

_MODIFIERS: Final[dict[Kind | Literal["id", "updated"], frozenset[str]]] = {
    "token": frozenset({"not", "missing"}),
    "reference": frozenset({"identifier", "missing"}),
    "date": frozenset({"missing"}),
    "string": frozenset({"contains", "missing"}),
    "uri": frozenset({"missing"}),
    "id": frozenset(),
    "updated": frozenset(),
}


@dataclass(frozen=True, slots=True, order=True)
class Condition:
    """`param:modifier=a,b`: one of the alternatives must hold. They are still escaped."""

    param: str
    kind: Kind | Literal["id", "updated"]
    modifier: str
    alternatives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SortKey:
    """One part of `_sort`."""

    param: str
    kind: Kind | Literal["id", "updated"]
    descending: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A checked search of one resource type; `used` are the pairs that it honours."""

    type: str
    conditions: tuple[Condition, ...]
    sort: tuple[SortKey, ...]
    count: int
    with_total: bool
    cursor: str | None
    used: tuple[Pair, ...]


def parse_query(resource_type: str, pairs: Iterable[Pair], *, lenient: bool = False) -> Query:
    """Check a search. With `lenient`, parameters that are not known are left out.

    Raises:
        UnsupportedSearch: a parameter, modifier or value that the store does not know.
    """
    conditions: list[Condition] = []
    results: dict[str, str] = {}
    used: list[Pair] = []
    for name, value in pairs:
        if name in FORMAT_PARAMETERS:
            continue
        if name in RESULT_PARAMETERS:
            results[name] = value
        else:
            try:
                conditions.append(parse_condition(resource_type, name, value))
            except UnsupportedSearch:
                if not lenient:
                    raise
                continue
        if name != "_cursor":
            used.append((name, value))
    return Query(
        type=resource_type,
        conditions=tuple(conditions),
        sort=_sort(resource_type, results.get("_sort", "_lastUpdated")),
        count=_count(results),
        with_total=_with_total(results),
        cursor=results.get("_cursor"),
        used=tuple(used),
    )


def parse_criteria(resource_type: str, text: str) -> tuple[Condition, ...]:
    """Check the criteria of a conditional interaction or of a Subscription.

    Raises:
        Invalid: no condition at all, which would match every resource.
        UnsupportedSearch: as `parse_query`; parameters such as _count are refused, too.
    """
    text = text.removeprefix(f"{resource_type}?").removeprefix("?")
    conditions = [
        parse_condition(resource_type, name, value)
        for name, value in parse_qsl(text, keep_blank_values=True)
        if name not in FORMAT_PARAMETERS
    ]
    if not conditions:
        raise Invalid("criteria without a search parameter would match everything")
    return tuple(sorted(conditions))


def parse_condition(resource_type: str, name: str, value: str) -> Condition:
    """Check one pair of a search.

    Raises:
        UnsupportedSearch: see there.
    """
    param, _, modifier = name.partition(":")
    kind = _kind(resource_type, param)
    allowed = modifier in _MODIFIERS[kind] or (kind == "reference" and modifier in resource_types())
    if modifier and not allowed:
        raise UnsupportedSearch(f"{resource_type}: the modifier of {param} is not supported")
    alternatives = tuple(re.split(r"(?<!\\),", value))
    if not all(alternatives) or "\0" in value:
        raise UnsupportedSearch(f"{resource_type}: {param} has an empty value, or U+0000 in it")
    return Condition(param, kind, modifier, alternatives)


def _kind(resource_type: str, param: str) -> Kind | Literal["id", "updated"]:
    if param in _COLUMNS:
        return _COLUMNS[param]
    known = parameters_of(resource_type)
    if param not in known:
        names = ", ".join(sorted([*known, *_COLUMNS]))
        shown = param if re.fullmatch(r"[\w.-]{1,40}", param) else "a parameter"
        raise UnsupportedSearch(
            f"{resource_type}: {shown} is not a search parameter of this store; it has {names}"
        )
    return known[param].kind


def _sort(resource_type: str, text: str) -> tuple[SortKey, ...]:
    keys = []
    for part in text.split(","):
        param = part.removeprefix("-")
        kind = _kind(resource_type, param)
        if kind not in {"id", "updated", "date"}:
            raise UnsupportedSearch("_sort: only by _id, _lastUpdated and dates")
        keys.append(SortKey(param, kind, part.startswith("-")))
    return tuple(keys)


def _count(results: dict[str, str]) -> int:
    if results.get("_summary", "false") not in {"count", "false"}:
        raise UnsupportedSearch("_summary: only count and false are supported")
    if results.get("_summary") == "count":
        return 0
    text = results.get("_count", str(DEFAULT_COUNT))
    if not re.fullmatch(r"\d{1,9}", text):
        raise UnsupportedSearch("_count is not a number")
    return min(int(text), LARGEST_COUNT)


def _with_total(results: dict[str, str]) -> bool:
    wish = results.get("_total", "accurate")
    if wish not in {"none", "estimate", "accurate"}:
        raise UnsupportedSearch("_total: none, estimate or accurate")
    return wish != "none"
