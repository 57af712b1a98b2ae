"""The answers of the terminology operations, as resources."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mappers.extracted import present
from mappers.types import Resource
from terminology.catalogue import Name
from terminology.types import Coding


def parameters(given: Iterable[Resource]) -> Resource:
    """Build Parameters of what `value` and `parts` made."""
    return {"resourceType": "Parameters", "parameter": list(given)}


def value(name: str, kind: str, content: Any) -> list[Resource]:
    """Build a parameter; none when there is no content."""
    return [] if content is None else [{"name": name, f"value{kind}": content}]


def parts(name: str, *given: Iterable[Resource]) -> Resource:
    """Build a parameter of parts."""
    return {"name": name, "part": [each for group in given for each in group]}


def coding(one: Coding) -> Resource:
    """Build a Coding; none of ours is one that a user chose."""
    return present(system=one.system, version=one.version, code=one.code, display=one.display)


def designations(names: Iterable[Name]) -> list[Resource]:
    """Build the designations of a concept in a value set."""
    return [{"language": name.language, "value": name.text} for name in names]
