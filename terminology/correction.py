"""What the sources get wrong and this project puts right: corrections.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from terminology.merging import MergedConcept, Merging, SourceName
from terminology.normalization import normalizer
from terminology.supplement import SUPPLEMENT


@dataclass(frozen=True, slots=True)
class _Corrections:
    codes: dict[tuple[str, str], tuple[str, str]]
    names: frozenset[tuple[str, str, str]]


def correct(merging: Merging, known: Collection[tuple[str, str]]) -> None:
    """Put right the codes and names of all concepts; what the supplement says stays.

    A code that is not in `known`, the codes of the sources, is not given.
    """
    rules = _corrections()
    for concept in merging.concepts:
        concept.names = [name for name in concept.names if not _is_wrong(rules, concept, name)]
        for code in list(concept.codes.items()):
            right = rules.codes.get(code)
            if right is not None and (not right[1] or right in known):
                _set(concept, *right)


def _set(concept: MergedConcept, system: str, code: str) -> None:
    concept.categories.clear()
    if code:
        concept.codes[system] = code
    else:
        concept.codes.pop(system, None)


def _is_wrong(rules: _Corrections, concept: MergedConcept, name: SourceName) -> bool:
    if name.source.key == SUPPLEMENT.key:
        return False
    language = name.name.language
    key = normalizer(language).key(name.name.text)
    return (language, concept.group.family, key) in rules.names


@cache
def _corrections() -> _Corrections:
    path = Path(__file__).parent / "corrections.toml"
    document = tomllib.loads(path.read_text("utf-8"))
    return _Corrections(
        codes={(of, code): (system, right) for of, code, system, right in document["code"]},
        names=frozenset(
            (language, family, normalizer(language).key(name))
            for language, family, name in document["name"]
        ),
    )
