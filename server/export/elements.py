"""`_elements`: which elements of a resource a client wants; those that R4 requires stay."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, Final

from fhir.resources.R4B import get_fhir_model_class

from mappers.canonical import OBSERVATION_VALUE
from mappers.types import Resource
from server.errors import ParameterUnsupported

ALWAYS: Final = frozenset({"resourceType", "id", "meta"})
SUBSETTED: Final = {"system": OBSERVATION_VALUE, "code": "SUBSETTED", "display": "subsetted"}


def check_element(name: str, types: Collection[str]) -> str:
    """Return the element as `subset` takes it: `name` or `Type.name`.

    Raises:
        ParameterUnsupported: no exported type has it at its top level.
    """
    text = name.removesuffix("[x]")
    kind, _, element = text.rpartition(".")
    if not re.fullmatch(r"[a-zA-Z]{1,40}(\.[a-zA-Z]{1,40})?", text):
        raise ParameterUnsupported("_elements: only top-level elements, such as Patient.gender")
    if not any(element in _names(one) for one in types if kind in ("", one)):
        raise ParameterUnsupported(f"_elements: no exported type has an element {text}")
    return text


def subset(resource: Resource, elements: Sequence[str]) -> Resource:
    """Leave out what was not asked for, and say so by a tag; nothing asked for leaves all."""
    kind = resource["resourceType"]
    wanted = {name.rpartition(".")[2] for name in elements if name.rpartition(".")[0] in ("", kind)}
    if not wanted:
        return resource
    kept = {
        name: value
        for name, value in resource.items()
        if name in ALWAYS or _base(kind, name) in wanted | _mandatory(kind)
    }
    meta = kept.get("meta", {})
    kept["meta"] = meta | {"tag": [*meta.get("tag", []), dict(SUBSETTED)]}
    return kept


def _base(kind: str, name: str) -> str:
    """Name the element of a property: `_birthDate` is birthDate, `valueQuantity` is value."""
    name = name.removeprefix("_")
    return _choices(kind).get(name, name)


@cache
def _choices(kind: str) -> dict[str, str]:
    return {
        alias: extra["one_of_many"] for alias, extra, _ in _fields(kind) if "one_of_many" in extra
    }


@cache
def _names(kind: str) -> frozenset[str]:
    return frozenset(_choices(kind).get(alias, alias) for alias, _, _ in _fields(kind))


@cache
def _mandatory(kind: str) -> frozenset[str]:
    return frozenset(
        _choices(kind).get(alias, alias)
        for alias, extra, required in _fields(kind)
        if required or extra.get("element_required") or extra.get("one_of_many_required")
    )


@cache
def _fields(kind: str) -> tuple[tuple[str, dict[str, Any], bool], ...]:
    """Give name, rules and whether required of each element."""
    found: list[tuple[str, dict[str, Any], bool]] = []
    for name, field in get_fhir_model_class(kind).model_fields.items():
        extra = field.json_schema_extra
        rules = dict(extra) if isinstance(extra, dict) else {}
        found.append((field.alias or name, rules, field.is_required()))
    return tuple(one for one in found if not one[0].startswith("_"))
