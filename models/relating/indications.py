"""What is known of a name without its note: which problems a drug, a procedure or a test is for.

resources/indications holds groups, one table each: names of a problem, of what is given or done
for it, of tests that look for it, and of drugs that it forbids. An entry is words side by side;
`stem*` fits a word that begins so, `*ending` one that ends so, all without case and accents.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from operator import itemgetter
from pathlib import Path
from zlib import crc32

import numpy as np
import numpy.typing as npt

from models.folding import fold
from models.remembered import remembered

FOLDER = Path(__file__).parents[1] / "resources" / "indications"
ROLES = ("drugs", "procedures", "tests", "problems", "avoid")
"""Keys of a table, and the order of the rows of what `known` gives."""
Masks = npt.NDArray[np.uint64]

_WORD = re.compile(r"[^\W_]+")
_PATTERN = re.compile(r"\*?[^\W_]+\*?")
_BITS = 64
_NAMES, _WORDS = 16_384, 16_384
"""Names and words whose groups are remembered."""


@dataclass(slots=True)
class _Node:
    """Where the words read so far lead; `bits` holds a mask for each role of what ends here."""

    further: dict[str, _Node] = field(default_factory=dict)
    bits: list[int] = field(default_factory=lambda: [0] * len(ROLES))


class Indications:
    """The groups of a folder, ready to be looked up."""

    def __init__(self, folder: Path) -> None:
        tables = [tomllib.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.toml"))]
        groups = sorted(chain.from_iterable(table.items() for table in tables), key=itemgetter(0))
        self.names = tuple(name for name, _ in groups)
        self.width = -(-len(groups) // _BITS)
        self._root = _Node()
        for place, (_, group) in enumerate(groups):
            for role, key in enumerate(ROLES):
                for entry in group.get(key, ()):
                    self._add(patterns(entry), role, 1 << place)
        self._known = frozenset(_patterns(self._root))
        self._stems, self._endings = self._lengths()
        self._fitting = remembered(_WORDS)(self._patterns_of)

    def _add(self, entry: Sequence[str], role: int, bit: int) -> None:
        node = self._root
        for pattern in entry:
            node = node.further.setdefault(pattern, _Node())
        node.bits[role] |= bit

    def _lengths(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """How long the stems and the endings of all entries are."""
        stems = {len(each) - 1 for each in self._known if each.endswith("*")}
        endings = {len(each) - 1 for each in self._known if each.startswith("*")}
        return tuple(sorted(stems)), tuple(sorted(endings))

    def masks(self, name: str) -> list[int]:
        """For each role the groups, as bits, that have an entry in the name."""
        words = [self._fitting(word) for word in _WORD.findall(fold(name).text)]
        found = [0] * len(ROLES)
        for first in (place for place, fitting in enumerate(words) if fitting):
            for bits in self._from(words, first):
                found = [one | other for one, other in zip(found, bits, strict=True)]
        return found

    def _from(self, words: Sequence[Sequence[str]], first: int) -> Iterator[Sequence[int]]:
        nodes, place = [self._root], first
        while nodes and place < len(words):
            nodes = [
                node.further[pattern]
                for node in nodes
                for pattern in words[place]
                if pattern in node.further
            ]
            yield from (node.bits for node in nodes)
            place += 1

    def _patterns_of(self, word: str) -> tuple[str, ...]:
        """The patterns of all entries that a word fits."""
        stems = [word[:length] + "*" for length in self._stems if length <= len(word)]
        endings = ["*" + word[-length:] for length in self._endings if length <= len(word)]
        return tuple(each for each in (word, *stems, *endings) if each in self._known)


def _patterns(node: _Node) -> Iterator[str]:
    for pattern, further in node.further.items():
        yield pattern
        yield from _patterns(further)


def patterns(entry: str) -> list[str]:
    """The words of an entry, folded, with their asterisks."""
    return _PATTERN.findall(fold(entry).text)


@cache
def indications() -> Indications:
    """Read what the package holds, once."""
    return Indications(FOLDER)


def known(names: Iterable[str]) -> Masks:
    """Bits (names, ROLES, words of 64 groups) of what is known of each name."""
    rows = b"".join([_row(name) for name in names])
    return np.frombuffer(rows, "<u8").reshape(-1, len(ROLES), indications().width)


@remembered(_NAMES)
def _row(name: str) -> bytes:
    size = indications().width * _BITS // 8
    return b"".join(mask.to_bytes(size, "little") for mask in indications().masks(name))


def hashes(masks: Masks) -> npt.NDArray[np.uint32]:
    """One hash for each set of groups (sets, words): it stays when other groups are added."""
    bits = np.unpackbits(masks.astype("<u8").view(np.uint8), axis=1, bitorder="little")
    return bits @ _hashes()


@cache
def _hashes() -> npt.NDArray[np.uint32]:
    hashed = np.zeros(indications().width * _BITS, np.uint32)
    hashed[: len(indications().names)] = [crc32(name.encode()) for name in indications().names]
    return hashed
