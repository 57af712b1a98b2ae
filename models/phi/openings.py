"""How the matches of a regex can open, read off its parse tree.

An opening is a set of keys: what a word of the text can begin with where a match begins. A key by
letters is the case (`U`, `l` or `o` for neither), then the first letters without case and accents,
each digit as `0`. A key by shape has an `A`, `a`, `0` or `o` for each character. END says that the
word is over. All places where no key fits are passed over.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from models.phi.marks import Kind, Marks, marks_of

END = "\0"
LONGEST = 12
"""Characters of a word that a key by letters can hold."""
DEEPEST = 6
"""Characters of a word that a key by shape can hold."""
_DEPTHS: dict[Kind, tuple[int, ...]] = {
    "letters": (5, 4, 3, 2),
    "shape": (6, 5, 4, 3, 2, 1),
    "digits": (6, 5, 4, 3, 2, 1),
}
"""Characters of a key; the first that leaves at most `_MOST` keys."""
_MOST = 300
_IGNORECASE = 2


class Unknown(Exception):
    """A match may begin where no key fits."""


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    r"""The keys of the word (`\w+`), or of the run of digits, that a match begins with.

    Equal openings are one object.
    """

    kind: Kind
    keys: frozenset[str]
    signs: frozenset[str] = frozenset()

    @property
    def cases(self) -> frozenset[str]:
        """The cases that the first character can have."""
        return frozenset({"A": "U", "a": "l", "0": "o"}.get(key[0], key[0]) for key in self.keys)


def opening(tree: Any) -> Opening | None:
    """Read the opening of a parsed regex; None when its matches may begin elsewhere too."""
    edge = _edge(tree)
    if edge is None:
        return None
    try:
        if edge == "digit":
            return _opening(tree, "digits")
        found = _opening(tree, "letters")
        return _opening(tree, "shape") if any(len(key) == 1 for key in found.keys) else found
    except Unknown:
        return None


def _opening(tree: Any, kind: Kind) -> Opening:
    for depth in _DEPTHS[kind]:
        walk = _Walk(depth, kind)
        keys = walk.keys(tree)
        if len(keys) <= _MOST:
            break
    return one(kind, frozenset(keys), frozenset(walk.signs))


@cache
def one(kind: Kind, keys: frozenset[str], signs: frozenset[str] = frozenset()) -> Opening:
    """Make an opening, or give the one there is."""
    return Opening(kind, keys, signs)


def opens(tree: Any) -> list[str]:
    """Name the groups that begin where a match does."""
    names = {number: name for name, number in tree.state.groupdict.items()}
    found = []
    row = list(tree)
    while row:
        op, value = row.pop(0)
        if str(op) == "SUBPATTERN":
            found += [names[value[0]]] if value[0] in names else []
            row = list(value[3])
        elif str(op) not in {"AT", "ASSERT", "ASSERT_NOT"}:
            break
    return found


def _edge(tree: Any, entered: int = 0) -> str | None:
    """Tell what a match cannot follow, a `word` character or a `digit`, by how the regex begins."""
    edge = None
    for op, value in tree:
        name = str(op)
        if name in {"SUBPATTERN", "BRANCH"}:
            rows = [value[3]] if name == "SUBPATTERN" else value[1]
            return _weakest(_edge(row, entered) for row in rows) or edge
        if not entered and _opens_word(name, value):
            return "word"
        if name == "ASSERT_NOT" and value[0] < 0:
            edge = _refused(value[1], entered) or edge
        elif name in {"LITERAL", "IN"} and not entered:
            entered = 1
        elif name not in {"ASSERT", "ASSERT_NOT"}:
            break
        if edge == "word":
            break
    return edge


def _opens_word(name: str, value: Any) -> bool:
    """Tell whether no word goes on behind an assertion, or before a sign, itself looked for."""
    if name == "AT":
        return str(value).startswith(("AT_BOUNDARY", "AT_BEGINNING"))
    if name == "ASSERT":
        return bool(value[0] < 0) and _ends_words(value[1][-1])
    return name in {"LITERAL", "IN"} and _ends_words((name, value))


def _weakest(edges: Iterable[str | None]) -> str | None:
    found = set(edges)
    return None if None in found else "digit" if "digit" in found else "word"


def _ends_words(one: tuple[Any, Any]) -> bool:
    """Tell whether words are made of nothing that this takes."""
    name, value = str(one[0]), one[1]
    if name not in {"LITERAL", "IN"}:
        return False
    members = ((name, value),) if name == "LITERAL" else value
    marks = marks_of(tuple((str(kind), told) for kind, told in members), False, "letters")
    return marks.outside and not marks.first


def _refused(behind: Any, entered: int) -> str | None:
    """Tell what a look-behind refuses before the match, of which `entered` characters are read."""
    if len(behind) != 1 + entered or (entered and str(behind[1][0]) != "ANY"):
        return None
    members = behind[0][1] if str(behind[0][0]) == "IN" else []
    refused = {str(value) for op, value in members if str(op) == "CATEGORY"}
    if any(str(op) == "NEGATE" for op, _ in members):
        return None
    return next((edge for edge in ("word", "digit") if f"CATEGORY_{edge.upper()}" in refused), None)


class _Walk:
    """Goes through a parse tree, and lengthens keys until they are deep enough."""

    def __init__(self, depth: int, kind: Kind) -> None:
        self._longest = depth + (kind == "letters")
        self._kind: Kind = kind
        self._done: set[str] = set()
        self.signs: set[str] = set()

    def keys(self, tree: Any) -> set[str]:
        """Give the keys of a whole regex.

        Raises:
            Unknown: there is none for some of its matches.
        """
        keys = self._done | self._row(tree, {""}, tree.state.flags)
        if "" in keys:
            raise Unknown
        return keys

    def _row(self, tree: Any, keys: set[str], flags: int) -> set[str]:
        for op, value in tree:
            if not keys:
                break
            keys = self._one(str(op), value, keys, flags)
        return keys

    def _one(self, op: str, value: Any, keys: set[str], flags: int) -> set[str]:
        match op:
            case "LITERAL" | "IN":
                members = ((op, value),) if op == "LITERAL" else value
                told = tuple((str(kind), each) for kind, each in members)
                keys = self._lengthen(keys, marks_of(told, bool(flags & _IGNORECASE), self._kind))
            case "BRANCH":
                keys = set[str]().union(*(self._row(each, keys, flags) for each in value[1]))
            case "SUBPATTERN":
                keys = self._row(value[3], keys, (flags | value[1]) & ~value[2])
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                keys = self._repeat(value, keys, flags)
            case "ATOMIC_GROUP":
                keys = self._row(value, keys, flags)
            case "ASSERT" | "ASSERT_NOT":
                pass
            case "AT" if str(value) == "AT_BOUNDARY":
                self._done |= {each + END for each in keys if each}
                keys = keys & {""}
            case _:
                self._done |= keys
                keys = set()
        return keys

    def _repeat(self, value: Any, keys: set[str], flags: int) -> set[str]:
        least, most, tree = value
        found = set(keys) if least == 0 else set()
        for times in range(1, min(int(most), self._longest + 1) + 1):
            keys = self._row(tree, keys, flags)
            if times >= least or times > self._longest:
                found |= keys
            if not keys:
                break
        return found

    def _sign(self, signs: frozenset[str]) -> None:
        if not signs or " " in signs:  # spaces are everywhere, and so no help
            raise Unknown
        self.signs |= signs

    def _lengthen(self, keys: set[str], marks: Marks) -> set[str]:
        if marks.outside:
            self._done |= {each + END for each in keys if each}
        if marks.outside and "" in keys:
            self._sign(marks.signs)
        if marks.wide:
            self._done |= marks.first if "" in keys else set()
            self._done |= keys - {""}
            return set()
        longer = {each + mark for each in keys if each for mark in marks.later}
        longer |= marks.first if "" in keys else set()
        ripe = {each for each in longer if len(each) >= self._longest}
        self._done |= ripe
        return longer - ripe
