"""How the index file keeps the codings of a concept: one line `number code display` each.

`number` stands for the code system and has a `!` when the system's own source states the code,
so that the coding may carry the source's version; no display means the concept's own name.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from terminology.codesystem import CodeSystem, code_systems
from terminology.merging import MergedConcept
from terminology.types import Coding

Definitions = Mapping[tuple[str, str], str]
"""The official name by system and code."""


def write_codings(concept: MergedConcept, definitions: Definitions) -> str:
    """The lines of a merged concept, in the order of its group's systems."""
    lines = []
    for system in concept.group.systems:
        if code := concept.codes.get(system):
            official = definitions.get((system, code))
            mark = "" if official is None else "!"
            display = "" if official in {None, concept.name} else official
            lines.append(f"{code_systems()[system].number}{mark} {code} {display}".rstrip())
    return "\n".join(lines)


def read_codings(text: str, name: str) -> tuple[Coding, ...]:
    """The codings that `write_codings` wrote."""
    return tuple(_coding(line, name) for line in text.split("\n"))


def _coding(line: str, name: str) -> Coding:
    number, code, *rest = line.split(" ", 2)
    system = _by_number()[number.rstrip("!")]
    version = system.version if number.endswith("!") else None
    return Coding(system.uri, code, rest[0] if rest else name, version)


@cache
def _by_number() -> Mapping[str, CodeSystem]:
    return {str(system.number): system for system in code_systems().values()}
