"""What a remote terminology server says of mentions and codes, believed as far as it is checked."""

from __future__ import annotations

import re
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from terminology.catalogue import has_form
from terminology.errors import RemoteRefused
from terminology.normalization import Normalizer, normalizer
from terminology.remote import LONGEST_WAIT, Parameter, RemoteServer
from terminology.types import Coding

_SEMANTIC_TAG = re.compile(r"\s*\([^()]*\)$")
_MOST_ANSWERS = 20
_DEEPEST = 10
_SAME = frozenset({"equal", "equivalent"})


@dataclass(frozen=True, slots=True)
class Answer:
    """A code of an expansion, and every name that the server gives it."""

    coding: Coding
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A row of remote.toml."""

    value_sets: tuple[str, ...]
    targets: tuple[str, ...]


@cache
def questions() -> dict[str, Question]:
    """What is asked for each group."""
    rows = tomllib.loads(Path(__file__).with_name("remote.toml").read_text("utf-8"))
    return {
        group: Question(tuple(row["value_sets"]), tuple(row["targets"]))
        for group, row in rows.items()
    }


def find(
    server: RemoteServer, mention: str, language: str, group: str, *, seconds: float = LONGEST_WAIT
) -> Coding | None:
    """The one code that is called as the mention, letter for letter or in the one form of a name.

    A server's filter finds what begins alike, or worse; only a name that our own rules hold for
    the same counts, and only if no other code has it too.

    Raises:
        RemoteFailed: as `RemoteServer.ask` does.
    """
    deadline = time.monotonic() + seconds
    for value_set in questions()[group].value_sets:
        asked = _expansion(value_set, mention, language)
        try:
            resource = server.ask("ValueSet/$expand", asked, seconds=deadline - time.monotonic())
        except RemoteRefused:
            continue
        expansion = resource.get("expansion")
        answers = list(_answers(expansion, 0)) if isinstance(expansion, dict) else []
        return _only(answers, mention, normalizer(language))
    return None


def _expansion(value_set: str, mention: str, language: str) -> list[Parameter]:
    return [
        {"name": "url", "valueUri": value_set},
        {"name": "filter", "valueString": mention},
        {"name": "count", "valueInteger": _MOST_ANSWERS},
        {"name": "includeDesignations", "valueBoolean": True},
        {"name": "activeOnly", "valueBoolean": True},
        {"name": "displayLanguage", "valueCode": language},
    ]


def translate(
    server: RemoteServer, coding: Coding, target: str, *, seconds: float = LONGEST_WAIT
) -> Coding | None:
    """The one code of the system `target` that means the same; None when there is not one.

    Raises:
        RemoteFailed: as `RemoteServer.ask` does.
    """
    resource = server.ask(
        "ConceptMap/$translate",
        [
            {"name": "coding", "valueCoding": {"system": coding.system, "code": coding.code}},
            {"name": "targetsystem", "valueUri": target},
        ],
        seconds=seconds,
    )
    found = {one.code: one for one in _matches(resource) if one.system == target}
    return next(iter(found.values())) if len(found) == 1 else None


def _only(answers: list[Answer], mention: str, rules: Normalizer) -> Coding | None:
    wanted = rules.key(mention)
    called = [one for one in answers if any(_key(name, rules) == wanted for name in one.names)]
    displayed = [one for one in called if _key(one.coding.display, rules) == wanted]
    for group in (called, displayed):
        codings = {(one.coding.system, one.coding.code): one.coding for one in group}
        if len(codings) == 1:
            return next(iter(codings.values()))
    return None


def _key(name: str, rules: Normalizer) -> str:
    return rules.key(_SEMANTIC_TAG.sub("", name))


def _answers(holder: dict[str, Any], depth: int) -> Iterator[Answer]:
    """Every code that may be used; what is not as R4 says is passed over."""
    for one in _objects(holder.get("contains")):
        coding = _coding(one)
        if coding and not one.get("abstract") and not one.get("inactive"):
            said = [each.get("value") for each in _objects(one.get("designation"))]
            names = (name for name in said if isinstance(name, str))
            yield Answer(coding, (coding.display, *names))
        if depth < _DEEPEST:
            yield from _answers(one, depth + 1)


def _matches(resource: dict[str, Any]) -> Iterator[Coding]:
    for one in _objects(resource.get("parameter")):
        if one.get("name") != "match":
            continue
        parts = {part.get("name"): part for part in _objects(one.get("part"))}
        coding = _coding(parts.get("concept", {}).get("valueCoding"))
        if coding and parts.get("equivalence", {}).get("valueCode") in _SAME:
            yield coding


def _coding(given: Any) -> Coding | None:
    """The coding, if it is one of a system that we know, by form and check digit."""
    if not isinstance(given, dict):
        return None
    system, code = given.get("system"), given.get("code")
    display, version = given.get("display"), given.get("version")
    if not isinstance(system, str) or not isinstance(code, str) or not has_form(system, code):
        return None
    return Coding(
        system,
        code,
        display if isinstance(display, str) else code,
        version if isinstance(version, str) else None,
    )


def _objects(given: Any) -> list[dict[str, Any]]:
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
