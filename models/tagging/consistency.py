"""Names that a text repeats: what the model saw in one place holds in the others.

Which labels, and how often it must have been seen: resources/consistency.toml.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import ahocorasick

from models.mention import Mention

RULES = Path(__file__).parents[1] / "resources" / "consistency.toml"


@dataclass(frozen=True, slots=True)
class Rules:
    """`share` of the places of a name of at least `shortest` characters that must be tagged."""

    labels: frozenset[str]
    share: float
    shortest: int


@cache
def rules() -> Rules:
    """Read the rules; an unknown or missing key is a `TypeError`."""
    table = tomllib.loads(RULES.read_text("utf-8"))
    return Rules(**(table | {"labels": frozenset(table["labels"])}))


def repeated(text: str, mentions: Sequence[Mention]) -> list[Mention]:
    """Add the places of a name that were missed, with the mean score times the share, in order.

    A place that touches a mention of one of the labels is left as it is. Linear in the text.
    """
    named = [
        each
        for each in mentions
        if each.label in rules().labels and each.end - each.start >= rules().shortest
    ]
    if not named:
        return list(mentions)
    scores: dict[tuple[str, str], list[float]] = {}
    for each in named:
        scores.setdefault((text[each.start : each.end], each.label), []).append(each.score)
    places = _places(text, {name for name, _ in scores})
    taken = _Taken(named)
    added = {
        Mention(start, end, label, sum(seen) / max(len(seen), len(places[name])))
        for (name, label), seen in scores.items()
        if len(seen) >= rules().share * len(places[name])
        for start, end in places[name]
        if not taken.touches(start, end)
    }
    return sorted([*mentions, *added])


def _places(text: str, names: set[str]) -> dict[str, list[tuple[int, int]]]:
    """Find each name wherever it stands as whole words."""
    automaton = ahocorasick.Automaton()
    for name in sorted(names):
        automaton.add_word(name, name)
    automaton.make_automaton()
    places: dict[str, list[tuple[int, int]]] = {name: [] for name in names}
    for last, name in automaton.iter(text):
        start, end = last + 1 - len(name), last + 1
        before, after = text[start - 1 : start], text[end : end + 1]
        if not (before.isalnum() or after.isalnum()):
            places[name].append((start, end))
    return places


class _Taken:
    """The stretches that mentions cover, joined."""

    def __init__(self, mentions: Sequence[Mention]) -> None:
        joined = list(_joined(mentions))
        self._starts = [start for start, _ in joined]
        self._ends = [end for _, end in joined]

    def touches(self, start: int, end: int) -> bool:
        at = bisect_left(self._starts, end) - 1
        return at >= 0 and self._ends[at] > start


def _joined(mentions: Sequence[Mention]) -> Iterator[tuple[int, int]]:
    start = end = -1
    for each in sorted(mentions):
        if each.start > end:
            if end > 0:
                yield start, end
            start = each.start
        end = max(end, each.end)
    if end > 0:
        yield start, end
