"""How the index file keeps the codings of a concept: one line `number code display` each.

`number` stands for the code system and has a `!` when the system's own source states the code,
so that the coding may carry the source's version, or `@n` when release n of the user's own does;
no display means the concept's own name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from terminology.codesystem import CodeSystem, code_systems
from terminology.merging import MergedConcept
from terminology.types import Coding

Definitions = Mapping[tuple[str, str], str]
"""The official name by system and code."""

CODING_VERSION = "coding_version."
"""Before the number of a user's release: the key in `meta` of the version of its codings."""


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


@dataclass(frozen=True, slots=True)
class StoredCoding:
    """A line taken apart; `mark` is empty, `!` or `@n`, `system` a key of systems.toml."""

    system: str
    code: str
    mark: str
    display: str


def parse(text: str, name: str) -> list[StoredCoding]:
    """The lines of a concept called `name`."""
    return [_stored(line, name) for line in text.split("\n") if line]


def write_stored(codings: Iterable[StoredCoding], name: str) -> str:
    """The lines of codings that are in order, for a concept called `name`."""
    lines = []
    for coding in codings:
        display = "" if coding.display == name else coding.display
        number = code_systems()[coding.system].number
        lines.append(f"{number}{coding.mark} {coding.code} {display}".rstrip())
    return "\n".join(lines)


def read_codings(
    text: str, name: str, versions: Mapping[str, str] | None = None
) -> tuple[Coding, ...]:
    """The codings that were written; `versions` are those of the user's releases by number."""
    return tuple(_coding(stored, versions or {}) for stored in parse(text, name))


def _stored(line: str, name: str) -> StoredCoding:
    number, code, *rest = line.split(" ", 2)
    digits = number.rstrip("!").split("@")[0]
    system = _by_number()[digits]
    return StoredCoding(system.key, code, number.removeprefix(digits), rest[0] if rest else name)


def _coding(stored: StoredCoding, versions: Mapping[str, str]) -> Coding:
    system = code_systems()[stored.system]
    version = system.version if stored.mark == "!" else versions.get(stored.mark[1:])
    return Coding(system.uri, stored.code, stored.display, version)


@cache
def _by_number() -> Mapping[str, CodeSystem]:
    return {str(system.number): system for system in code_systems().values()}
