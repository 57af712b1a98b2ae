"""brat: a folder of .txt files, each with its .ann (https://brat.nlplab.org/standoff.html).

Text-bound annotations, relations, the arguments of events, attributes and normalisations are read;
notes and equivalences are not. A .txt without an .ann is no part of the corpus.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.errors import CorpusMalformed
from models.training.readers.source import content
from models.training.readers.spans import entity

_BOUND = re.compile(r"(\S+) (\d+ \d+(?:;\d+ \d+)*)")
_RELATION = re.compile(r"(\S+) \S+?:(\S+) \S+?:(\S+)")
_EVENT = re.compile(r"\S+?:(\S+)((?: \S+:\S+)*) ?")
_ATTRIBUTE = re.compile(r"(\S+) (\S+)(?: (.+))?")
_REFERENCE = re.compile(r"\S+ (\S+) ([^:\s]+):(.+)")


def read(folder: Path, language: str) -> Iterator[dict[str, Any]]:
    """Read all documents below a folder, in the order of their names.

    Raises:
        CorpusMalformed: a line is not brat's; the message names file and line.
    """
    for file in sorted(folder.rglob("*.ann")):
        yield document(file, language)


def document(file: Path, language: str) -> dict[str, Any]:
    """Read one .ann file and the .txt beside it."""
    plain = file.with_suffix(".txt")
    if not plain.is_file():
        raise CorpusMalformed(f"{plain.name} is missing")
    page = _Page(content(plain))
    for number, line in enumerate(content(file).split("\n"), 1):
        page.take(line.rstrip("\r"), f"{file.name}:{number}")
    return {
        "id": file.stem,
        "lang": language,
        "text": page.text,
        "entities": list(page.entities.values()),
        "relations": list(page.relations()),
        "meta": {},
    }


@dataclass(slots=True)
class _Page:
    """What the lines of one file have said so far; `links` are label, head, tail and place."""

    text: str
    entities: dict[str, dict[str, Any]] = field(default_factory=dict)
    triggers: dict[str, str] = field(default_factory=dict)
    links: list[tuple[str, str, str, str]] = field(default_factory=list)
    said: list[tuple[str, str, Any, str]] = field(default_factory=list)

    def take(self, line: str, place: str) -> None:
        """Read one line."""
        name, *rest = line.split("\t")
        value = rest[0] if rest else ""
        match name[:1]:
            case "T":
                self._bound(name, value, rest[1] if len(rest) > 1 else None, place)
            case "R":
                label, head, tail = _fields(_RELATION, value, place)
                self.links.append((label, head, tail, place))
            case "E":
                self._event(name, value, place)
            case "A" | "M":
                label, owner, told = _fields(_ATTRIBUTE, value, place)
                self._note(owner, "attributes", {label: told or True}, place)
            case "N":
                owner, system, code = _fields(_REFERENCE, value, place)
                self._note(owner, "codes", {system: code.strip()}, place)
            case "#" | "*" | "":
                pass
            case _:
                raise CorpusMalformed(f"{place}: not a line of brat")

    def _bound(self, name: str, value: str, said: str | None, place: str) -> None:
        label, told = _fields(_BOUND, value, place)
        pairs = [part.split() for part in told.split(";")]
        parts = [(int(start), int(end)) for start, end in pairs]
        self.entities[name] = entity(name, label, parts, self.text, place, said=said)

    def _event(self, name: str, value: str, place: str) -> None:
        trigger, arguments = _fields(_EVENT, value, place)
        self.triggers[name] = trigger
        for argument in arguments.split():
            role, _, tail = argument.partition(":")
            self.links.append((role.rstrip("0123456789"), name, tail, place))

    def _note(self, owner: str, key: str, told: dict[str, Any], place: str) -> None:
        self.said.append((owner, key, told, place))

    def relations(self) -> Iterator[dict[str, Any]]:
        """Put attributes and codes on their entities, and give the relations."""
        for owner, key, told, place in self.said:
            self._at(owner, place).setdefault(key, {}).update(told)
        for label, head, tail, place in self.links:
            ends = {"head": self._at(head, place)["id"], "tail": self._at(tail, place)["id"]}
            yield {"label": label, **ends}

    def _at(self, name: str, place: str) -> dict[str, Any]:
        found = self.entities.get(self.triggers.get(name, name))
        if found is None:
            raise CorpusMalformed(f"{place}: {name} is not defined")
        return found


def _fields(pattern: re.Pattern[str], value: str, place: str) -> tuple[str, ...]:
    match = pattern.fullmatch(value)
    if match is None:
        raise CorpusMalformed(f"{place}: not a line of brat")
    return tuple(group or "" for group in match.groups())
