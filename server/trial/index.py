"""What a resource can be found by: its rows in `trial.search_value`."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from mappers.types import Resource
from server.trial.dates import value_range
from server.trial.search_parameters import Kind, SearchParameter, parameters_of, resource_types

IMPLIED: Final = "*"
"""The system of an element of type code: it is fixed by the element and not written."""
NO_SYSTEM: Final = ""

# PostgreSQL's B-tree takes rows up to 2,704 bytes: two texts of 256 characters always fit.
LONGEST_TEXT: Final = 256

# Of a HumanName; its `use` and `period` are no names.
NAME_PARTS: Final = ("text", "family", "given", "prefix", "suffix")

_LOCAL: Final = re.compile(
    r"(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9\-.]{1,64})(/_history/(?P<version>[^/]+))?"
)


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One value of one search parameter."""

    param: str
    system: str = NO_SYSTEM
    value: str = ""
    low: datetime | None = None
    high: datetime | None = None


@dataclass(frozen=True, slots=True)
class LocalReference:
    """A reference to a resource on this store."""

    type: str
    id: str
    version: str | None = None


def index_rows(resource: Resource, base_url: str) -> set[IndexRow]:
    """Return the rows of a resource; absolute references under `base_url` count as local."""
    return {
        row
        for parameter in parameters_of(resource["resourceType"]).values()
        for path in parameter.paths
        for value in _values(resource, path)
        for row in _READERS[parameter.kind](parameter, value, base_url)
    }


def local_reference(reference: str, base_url: str) -> LocalReference | None:
    """Read `Type/id`, with or without base and version; None for anything else."""
    match = _LOCAL.fullmatch(reference.removeprefix(f"{base_url}/"))
    if match is None or match["type"] not in resource_types():
        return None
    return LocalReference(match["type"], match["id"], match["version"])


def folded(text: str) -> str:
    """Return the text as string parameters compare it: without case, accents, extra space."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(kept.split())[:LONGEST_TEXT]


def bounded(text: str) -> str:
    """Return the text, or its digest where it is too long for the index."""
    return text if len(text) <= LONGEST_TEXT else hashlib.sha256(text.encode()).hexdigest()


def _values(element: Any, path: tuple[str, ...]) -> Iterator[Any]:
    if isinstance(element, list):
        for item in element:
            yield from _values(item, path)
    elif not path:
        yield element
    elif isinstance(element, dict) and path[0] in element:
        yield from _values(element[path[0]], path[1:])


def _token(parameter: SearchParameter, value: Any, _: str) -> Iterator[IndexRow]:
    if isinstance(value, bool):
        yield IndexRow(parameter.name, IMPLIED, str(value).lower())
    elif isinstance(value, str):
        yield IndexRow(parameter.name, IMPLIED, bounded(value))
    elif isinstance(value, dict):
        codings = value.get("coding", ()) if "coding" in value or "text" in value else [value]
        for coding in codings if isinstance(codings, list) else ():
            yield from _coding(parameter.name, coding)


def _coding(param: str, coding: Any) -> Iterator[IndexRow]:
    """Coding has a code; Identifier and ContactPoint have a value."""
    if not isinstance(coding, dict):
        return
    system, code = coding.get("system"), coding.get("code", coding.get("value"))
    if isinstance(code, str):
        known = system if isinstance(system, str) else NO_SYSTEM
        yield IndexRow(param, bounded(known), bounded(code))


def _reference(parameter: SearchParameter, value: Any, base_url: str) -> Iterator[IndexRow]:
    if not isinstance(value, dict):
        return
    yield from _coding(f"{parameter.name}:identifier", value.get("identifier"))
    reference = value.get("reference")
    if not isinstance(reference, str) or reference.startswith("#"):
        return
    local = local_reference(reference, base_url)
    if parameter.target is not None and (local is None or local.type != parameter.target):
        return
    if local is None:
        yield IndexRow(parameter.name, NO_SYSTEM, bounded(reference))
        return
    yield IndexRow(parameter.name, local.type, local.id)
    if local.version is not None:
        yield IndexRow(parameter.name, local.type, bounded(f"{local.id}/_history/{local.version}"))


def _date(parameter: SearchParameter, value: Any, _: str) -> Iterator[IndexRow]:
    span = value_range(value)
    if span is not None:
        yield IndexRow(parameter.name, low=span.low, high=span.high)


def _string(parameter: SearchParameter, value: Any, _: str) -> Iterator[IndexRow]:
    parts = [value.get(name) for name in NAME_PARTS] if isinstance(value, dict) else [value]
    for part in parts:
        for text in part if isinstance(part, list) else [part]:
            if isinstance(text, str):
                yield IndexRow(parameter.name, value=folded(text))


def _uri(parameter: SearchParameter, value: Any, _: str) -> Iterator[IndexRow]:
    if isinstance(value, str):
        yield IndexRow(parameter.name, value=bounded(value))


_READERS: Final[dict[Kind, Callable[[SearchParameter, Any, str], Iterator[IndexRow]]]] = {
    "token": _token,
    "reference": _reference,
    "date": _date,
    "string": _string,
    "uri": _uri,
}
