"""The rules of each resource type, read from rules/*.toml and checked.

`<Type>.toml` has the operation of each path in [elements]; what it does not name is dropped and
counted. A name in capitals is a data type, whose rules are in types.toml. [required] says what
stands in for an element that R4 requires, [extensions] which extensions may stay, and [when] what
a resource must hold to be released at all.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

from mappers.deidentification.anchors import evidence
from mappers.deidentification.element import MASKED, Element, StandIn
from mappers.deidentification.operations import OPERATIONS, Operation
from mappers.deidentification.vocabulary import Vocabulary

FOLDER: Final = Path(__file__).with_name("rules")
_SECTIONS: Final = frozenset({"elements", "required", "extensions", "when"})
_SHARED: Final = frozenset({"types", "vocabulary"})
_KNOWN: Final[Mapping[str, Operation]] = {**OPERATIONS, "evidence": evidence}
_EVIDENCE: Final = "evidence"
Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of all types; `when` maps a type to the path and value that it must hold."""

    kinds: Mapping[str, Element]
    when: Mapping[str, Mapping[str, str]]
    vocabulary: Vocabulary

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read a folder of rules.

        Raises:
            ValueError: an operation, a type or a key that does not exist, or one that is missing;
                names the file.
        """
        types = _toml(folder / "types.toml")
        for name, rules in types.items():
            if name != "extensions":
                _check_keys(f"types.toml [{name}]", rules, {"elements", "required"})
        vocabulary = Vocabulary.of(_toml(folder / "vocabulary.toml"))
        files = [path for path in sorted(folder.glob("*.toml")) if path.stem not in _SHARED]
        read = {path.stem: _File(path, types) for path in files}
        return cls(
            {kind: file.element() for kind, file in read.items()},
            {kind: file.when for kind, file in read.items() if file.when},
            vocabulary,
        )


@cache
def shipped_rules() -> Rules:
    """Read the rules of this package once."""
    return Rules.read(FOLDER)


class _File:
    """The rules of one resource type, while they are compiled."""

    def __init__(self, path: Path, types: Mapping[str, Any]) -> None:
        self.kind = path.stem
        self._name = path.name
        self._types = types
        data = _toml(path)
        _check_keys(self._name, data, _SECTIONS)
        self.when: Mapping[str, str] = data.get("when", {})
        self._elements: Mapping[str, str] = data.get("elements", {})
        self._required: Mapping[str, Any] = data.get("required", {})
        extensions = {**types["extensions"], **data.get("extensions", {})}
        self._extensions = self._extension_rules(f"{self.kind}.extension", extensions)

    def element(self) -> Element:
        """Compile the resource: `Resource` of types.toml, and its own elements."""
        tree = _tree({**self._types["Resource"]["elements"], **self._elements})
        return self._branch(self.kind, tree, _tree(self._required))

    def _branch(self, path: str, tree: Tree, required: Tree) -> Element:
        parts = {
            name: self._part(f"{path}.{name}", rule, required.get(name))
            for name, rule in tree.items()
        }
        stand_ins = tuple(_stand_ins(self._name, required, parts))
        has_text = any(part.has_text for part in parts.values())
        return Element(path, "", None, parts, stand_ins, self._extensions, has_text)

    def _part(self, path: str, rule: Any, required: Any) -> Element:
        inner = required if isinstance(required, dict) else {}
        if isinstance(rule, dict):
            return self._branch(path, rule, inner)
        if rule[:1].isupper():
            if rule not in self._types:
                raise ValueError(f"{self._name}: {path} is of the unknown type {rule!r}")
            shared = self._types[rule]
            return self._branch(path, _tree(shared["elements"]), _tree(shared.get("required", {})))
        if rule not in _KNOWN:
            raise ValueError(f"{self._name}: {path} has the unknown operation {rule!r}")
        extensions = self._extensions
        return Element(path, rule, _KNOWN[rule], extensions=extensions, has_text=rule == "text")

    def _extension_rules(self, path: str, urls: Mapping[str, Any]) -> Mapping[str, Element]:
        return {url: self._extension(path, rule) for url, rule in urls.items()}

    def _extension(self, path: str, rule: Any) -> Element:
        """Compile an extension: an operation for all of it, or for its values and inner ones."""
        if isinstance(rule, str):
            if rule != _EVIDENCE:
                raise ValueError(f"{self._name}: an extension has the unknown operation {rule!r}")
            return Element(path, rule, _KNOWN[rule])
        inner = self._extension_rules(path, rule.get("extension", {}))
        parts = {name: self._value(path, one) for name, one in rule.items() if name != "extension"}
        return Element(path, "", None, parts, (), inner)

    def _value(self, path: str, rule: str) -> Element:
        if rule not in OPERATIONS:
            raise ValueError(f"{self._name}: an extension has the unknown operation {rule!r}")
        return Element(path, rule, OPERATIONS[rule])


def _check_keys(name: str, data: Mapping[str, Any], known: Collection[str]) -> None:
    if unknown := sorted(set(data) - set(known)):
        raise ValueError(f"{name} has the unknown section {unknown[0]!r}")


def _stand_ins(file: str, required: Tree, parts: Mapping[str, Element]) -> Iterator[StandIn]:
    for name, rule in required.items():
        if isinstance(rule, dict) and "put" not in rule:
            continue  # the requirements of a part
        given, choice = name.removesuffix("[x]"), name.endswith("[x]")
        if not any(part.startswith(given) if choice else part == given for part in parts):
            raise ValueError(f"{file} requires an element without a rule: {name}")
        if rule == "omit":
            yield StandIn(given, choice, omit=True)
        elif rule == "masked":
            yield StandIn(given, choice, given, MASKED)
        elif rule == "masked list":
            yield StandIn(given, choice, given, [MASKED])
        elif isinstance(rule, dict):
            yield StandIn(given, choice, rule["put"], rule.get("value", MASKED))
        else:
            yield StandIn(given, choice, given, rule)


def _tree(paths: Mapping[str, Any]) -> Tree:
    """Turn dotted paths into nested tables."""
    tree: Tree = {}
    for path, rule in paths.items():
        *holders, name = path.split(".")
        at = tree
        for holder in holders:
            at = at.setdefault(holder, {})
        at[name] = rule
    return tree


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))
