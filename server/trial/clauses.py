"""Conditions and order of a search as SQL over `trial.resource r`.

https://hl7.org/fhir/R4/search.html#ptypes
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from server.trial.dates import Range, date_range
from server.trial.errors import UnsupportedSearch
from server.trial.index import IMPLIED, bounded, folded, local_reference
from server.trial.query import Condition, SortKey
from server.trial.search_parameters import Kind


@dataclass(frozen=True, slots=True)
class Clause:
    """An expression in SQL and the values of its placeholders, none of which is a list."""

    sql: str
    values: tuple[Any, ...] = ()


_ROW: Final = "EXISTS (SELECT FROM trial.search_value v WHERE v.type = r.type AND v.id = r.id"

# Of a value with its range [low, high) against that of the search, [%s, %s).
_DATE_ROWS: Final = {
    "eq": "v.low >= {low} AND v.high <= {high}",
    "ne": "NOT (v.low >= {low} AND v.high <= {high})",
    "gt": "v.high > {high}",
    "lt": "v.low < {low}",
    "ge": "(v.high > {high} OR (v.low >= {low} AND v.high <= {high}))",
    "le": "(v.low < {low} OR (v.low >= {low} AND v.high <= {high}))",
    "sa": "v.low >= {high}",
    "eb": "v.high <= {low}",
}
_MOMENTS: Final = {
    "eq": "(r.updated >= {low} AND r.updated < {high})",
    "ne": "NOT (r.updated >= {low} AND r.updated < {high})",
    "gt": "r.updated >= {high}",
    "lt": "r.updated < {low}",
    "ge": "r.updated >= {low}",
    "le": "r.updated < {high}",
    "sa": "r.updated >= {high}",
    "eb": "r.updated < {low}",
}


def where(conditions: Sequence[Condition], base_url: str) -> Clause:
    """Return the clause that holds where all conditions do.

    Raises:
        UnsupportedSearch: a value that its parameter can't have.
    """
    clauses = [_condition(condition, base_url) for condition in conditions]
    return Clause(
        " AND ".join(clause.sql for clause in clauses) or "true",
        tuple(value for clause in clauses for value in clause.values),
    )


def order_expression(key: SortKey) -> Clause:
    """Return what to sort by; resources without a value come last."""
    if key.kind == "updated":
        return Clause("r.updated")
    if key.kind == "id":
        return Clause("r.id")
    pick, none = ("max(v.high)", "'-infinity'") if key.descending else ("min(v.low)", "'infinity'")
    parts = (
        "coalesce((SELECT", pick, "FROM trial.search_value v",
        "WHERE v.type = r.type AND v.id = r.id AND v.param = %s),", none, ")",
    )  # fmt: skip
    return Clause(" ".join(parts), (key.param,))


def _condition(condition: Condition, base_url: str) -> Clause:
    if condition.modifier == "missing":
        return _missing(condition)
    if condition.kind == "id":
        return _either([Clause("r.id = %s", (text,)) for text in condition.alternatives])
    if condition.kind == "updated":
        return _either([_range(text, _MOMENTS) for text in condition.alternatives])
    reader = _READERS[condition.kind]
    rows = _either([reader(condition, text, base_url) for text in condition.alternatives])
    param = condition.param
    if condition.modifier == "identifier":
        param = f"{param}:identifier"
    negation = "NOT " if condition.modifier == "not" else ""
    dated = "IS NOT NULL" if condition.kind == "date" else "IS NULL"
    sql = f"{negation}{_ROW} AND v.param = %s AND v.low {dated} AND {rows.sql})"
    return Clause(sql, (param, *rows.values))


def _missing(condition: Condition) -> Clause:
    negation = {"true": "NOT ", "false": ""}.get(",".join(condition.alternatives))
    if negation is None:
        raise UnsupportedSearch(f"{condition.param}:missing is true or false")
    # A reference that is only an identifier is not missing.
    params = (condition.param, f"{condition.param}:identifier")
    return Clause(f"{negation}{_ROW} AND v.param IN (%s, %s))", params)


def _either(clauses: Sequence[Clause]) -> Clause:
    sql = " OR ".join(clause.sql for clause in clauses)
    return Clause(f"({sql})", tuple(value for clause in clauses for value in clause.values))


def _token(_: Condition, text: str, __: str) -> Clause:
    parts = re.split(r"(?<!\\)\|", text, maxsplit=1)
    if len(parts) == 1:
        return Clause("v.value = %s", (_exact(parts[0]),))
    system, value = (_exact(part) for part in parts)
    if not system:
        return Clause("(v.system = '' AND v.value = %s)", (value,))
    if not value:
        return Clause("v.system = %s", (system,))
    return Clause("(v.system IN (%s, %s) AND v.value = %s)", (system, IMPLIED, value))


def _reference(condition: Condition, text: str, base_url: str) -> Clause:
    if condition.modifier == "identifier":
        return _token(condition, text, base_url)
    value = _unescaped(text)
    local = local_reference(value, base_url)
    if local is None and re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", value):
        if condition.modifier:
            return Clause("(v.system = %s AND v.value = %s)", (condition.modifier, value))
        return Clause("(v.system <> '' AND v.value = %s)", (value,))
    if local is None:
        return Clause("(v.system = '' AND v.value = %s)", (bounded(value),))
    known = local.id if local.version is None else f"{local.id}/_history/{local.version}"
    if condition.modifier not in {"", local.type}:
        return Clause("false")
    return Clause("(v.system = %s AND v.value = %s)", (local.type, bounded(known)))


def _string(condition: Condition, text: str, _: str) -> Clause:
    pattern = re.sub(r"([\\%_])", r"\\\1", folded(_unescaped(text))) + "%"
    if condition.modifier == "contains":
        pattern = f"%{pattern}"
    return Clause("v.value LIKE %s", (pattern,))


def _uri(_: Condition, text: str, __: str) -> Clause:
    return Clause("v.value = %s", (_exact(text),))


def _date(_: Condition, text: str, __: str) -> Clause:
    return _range(text, _DATE_ROWS)


def _range(text: str, comparisons: dict[str, str]) -> Clause:
    prefix = text[:2] if text[:2].isalpha() else "eq"
    span = date_range(text.removeprefix(prefix))
    if span is None or prefix not in comparisons:
        names = ", ".join(comparisons)
        raise UnsupportedSearch(f"not a FHIR date with one of the prefixes {names}")
    return _compared(comparisons[prefix], span)


def _compared(template: str, span: Range) -> Clause:
    edges = {"low": span.low, "high": span.high}
    names = re.findall(r"\{(low|high)\}", template)
    return Clause(f"({template.format(low='%s', high='%s')})", tuple(edges[name] for name in names))


def _exact(text: str) -> str:
    return bounded(_unescaped(text))


def _unescaped(text: str) -> str:
    return re.sub(r"\\([\\,|$])", r"\1", text)


_READERS: Final[dict[Kind | Literal["id", "updated"], Callable[[Condition, str, str], Clause]]] = {
    "token": _token,
    "reference": _reference,
    "date": _date,
    "string": _string,
    "uri": _uri,
}
