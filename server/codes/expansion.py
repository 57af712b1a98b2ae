"""`ValueSet/$expand`: the concepts of a group, or those of its concepts that a filter finds."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from mappers.extracted import present
from mappers.types import Resource
from server.codes.inputs import Inputs
from server.codes.outputs import coding, designations
from server.codes.service import VALUE_SETS, Terminology, group_of
from server.errors import ParameterMissing, TooCostly
from terminology.catalogue import preferred_name

LARGEST_PAGE = 1000
LONGEST_FILTER = 300


def expand(inputs: Inputs, terminology: Terminology) -> Resource:
    """Answer the value set with a page of its expansion, the closest names first.

    Raises:
        ParameterMissing: no url.
        CodeUnknown: no such value set, or not in this version.
        TooCostly: more than 1,000 concepts are asked for, or a filter of over 300 characters.
    """
    url = inputs.one("url")
    if url is None:
        raise ParameterMissing("send the url of the value set")
    group = group_of(url)
    terminology.check_version(inputs.one("valueSetVersion"), url)
    text = inputs.one("filter") or ""
    if len(text) > LONGEST_FILTER:
        raise TooCostly(f"the filter exceeds {LONGEST_FILTER} characters")
    numbers = terminology.expansions.numbers(group, text)
    page = _page(numbers, inputs)
    return {
        "resourceType": "ValueSet",
        "url": f"{VALUE_SETS}{group}",
        "version": terminology.version,
        "name": group.title().replace("_", ""),
        "title": f"The concepts of the group {group}",
        "status": "active",
        "expansion": _expansion(inputs, len(numbers), _contains(page, inputs, terminology)),
    }


def _page(numbers: Sequence[int], inputs: Inputs) -> Sequence[int]:
    offset, count = inputs.one("offset") or 0, inputs.one("count")
    if (len(numbers) - offset if count is None else count) > LARGEST_PAGE:
        raise TooCostly(
            f"{len(numbers)} concepts; ask for at most {LARGEST_PAGE} by count, and for the others"
            " by offset, or send a filter"
        )
    return numbers[offset : None if count is None else offset + count]


def _expansion(inputs: Inputs, total: int, contains: list[Resource]) -> Resource:
    return present(
        identifier=f"urn:uuid:{uuid.uuid4()}",
        timestamp=datetime.now(UTC).isoformat(timespec="milliseconds"),
        offset=inputs.one("offset"),
        parameter=[_parameter(name, inputs.one(name)) for name in _echoed(inputs)],
        contains=contains,
    ) | {"total": total}


def _echoed(inputs: Inputs) -> list[str]:
    names = ("filter", "offset", "count", "includeDesignations", "displayLanguage")
    return [name for name in names if name in inputs.values]


def _parameter(name: str, given: Any) -> Resource:
    kinds = {bool: "valueBoolean", int: "valueInteger"}
    return {"name": name, kinds.get(type(given), "valueString"): given}


def _contains(numbers: Sequence[int], inputs: Inputs, terminology: Terminology) -> list[Resource]:
    catalogue, language = terminology.catalogue, inputs.one("displayLanguage")
    with_designations = inputs.one("includeDesignations") or False
    names = catalogue.names(numbers) if language or with_designations else {}
    found = []
    for number in numbers:
        one = coding(catalogue.index.concept(number).codings[0])
        if own := preferred_name(names.get(number, ()), language):
            one["display"] = own
        if with_designations and number in names:
            one["designation"] = designations(names[number])
        found.append(one)
    return found
