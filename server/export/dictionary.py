"""The data dictionary of an export: for each element what was done to it, and what that means."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from importlib import resources
from typing import Any, Final

from mappers.deidentification.element import Element
from mappers.deidentification.rules import Rules

MEANINGS: Final[dict[str, str]] = tomllib.loads(
    resources.files(__package__).joinpath("dictionary.toml").read_text("utf-8")
)


def to_dictionary(rules: Rules, kinds: Iterable[str]) -> dict[str, Any]:
    """List the elements that the rules name for each type; all others are left out."""
    return {
        "operations": dict(MEANINGS),
        "types": {
            kind: [*_rows(rules.kinds[kind]), *_extensions(rules.kinds[kind])] for kind in kinds
        },
    }


def _rows(element: Element) -> Iterator[dict[str, str]]:
    if element.operation is not None:
        yield {"element": element.path, "operation": element.name}
    for part in element.parts.values():
        yield from _rows(part)


def _extensions(resource: Element) -> Iterator[dict[str, str]]:
    for url, extension in resource.extensions.items():
        names = sorted(set(_operations(extension)))
        place = f"{resource.path}.extension('{url}')"
        yield {"element": place, "operation": ", ".join(names)}


def _operations(element: Element) -> Iterator[str]:
    if element.operation is not None:
        yield element.name
    for part in (*element.parts.values(), *element.extensions.values()):
        yield from _operations(part)
