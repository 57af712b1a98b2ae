"""The words that change what a note claims: resources/<language>/assertion.toml, read.

A rule says what its triggers claim of an entity, how far they reach and of which labels they speak.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import ahocorasick

from models import lexicon
from models.folding import fold
from models.types import Experiencer, Presence, Temporality

Side = Literal["before", "after", "around", "terminate"]
_SIDES: tuple[Side, ...] = ("before", "after", "around")

_AXES: dict[str, type[Presence | Temporality | Experiencer]] = {
    "presence": Presence,
    "temporality": Temporality,
    "experiencer": Experiencer,
}


@dataclass(frozen=True, slots=True)
class Claim:
    """One value on one axis of an assertion."""

    axis: str
    value: Presence | Temporality | Experiencer

    @classmethod
    def parse(cls, name: str) -> Claim:
        """Read `presence.absent`."""
        axis, _, value = name.partition(".")
        return cls(axis, _AXES[axis](value))


@dataclass(frozen=True, slots=True)
class Rule:
    """What a group of triggers, or a section, claims.

    `reach` and `reach_after` count tokens, `commas` what may stand between trigger and entity;
    in a list that one of the words of `lists` closes (`no fever, chills or cough`) none counts.
    """

    claim: Claim
    reach: int
    reach_after: int
    commas: int | None
    commas_after: int | None
    lists: re.Pattern[str] | None
    only: frozenset[str]
    unless: frozenset[str]

    @classmethod
    def of(cls, entry: dict[str, Any]) -> Rule:
        """Read a `[[rule]]` or `[[section]]` table."""
        reach = entry.get("reach", 0)
        commas = entry.get("commas")
        return cls(
            Claim.parse(entry["set"]),
            reach,
            entry.get("reach_after", reach),
            commas,
            entry.get("commas_after", commas),
            re.compile(rf"\b(?:{'|'.join(entry['lists'])})\b", re.IGNORECASE)
            if "lists" in entry
            else None,
            frozenset(entry.get("only", ())),
            frozenset(entry.get("unless", ())),
        )

    def speaks_of(self, label: str | None) -> bool:
        """Tell whether the rule is for entities with this label."""
        return label not in self.unless and (not self.only or label in self.only)

    def reaches(self, side: Side, distance: int, commas: int) -> bool:
        """Tell whether an entity that far from a trigger, on that side of it, is spoken of."""
        reach, most = (
            (self.reach, self.commas) if side == "before" else (self.reach_after, self.commas_after)
        )
        return distance <= reach and (most is None or commas <= most)


@dataclass(frozen=True, slots=True)
class Trigger:
    """A phrase of the lists: what it is there for, and its rule's place in the file.

    One written with `^` in front counts only where a clause opens: `Bij koorts bellen`.
    """

    side: Side
    rank: int = -1
    opens: bool = False
    stops: Claim | None = None
    """What a terminating word ends; none is all."""


@dataclass(frozen=True, slots=True)
class Rules:
    """One language's assertion.toml, ready to search with."""

    rules: tuple[Rule, ...]
    sections: dict[str, Rule]
    farthest: int
    phrases: ahocorasick.Automaton

    @classmethod
    def of(cls, data: dict[str, Any]) -> Rules:
        """Build the search from the file's tables."""
        triggers: dict[str, list[Trigger]] = {}
        for rank, entry in enumerate(data["rule"]):
            for side in _SIDES:
                for phrase in entry.get(side, ()):
                    trigger = Trigger(side, rank, phrase.startswith("^"))
                    triggers.setdefault(phrase.removeprefix("^"), []).append(trigger)
        for phrase in [*data["terminate"]["all"], *data["terminate"]["punctuation"]]:
            triggers.setdefault(phrase, []).append(Trigger("terminate"))
        for claim, stops in data["terminate"].get("only", {}).items():
            for phrase in stops:
                stop = Trigger("terminate", stops=Claim.parse(claim))
                triggers.setdefault(phrase, []).append(stop)
        triggers.update({phrase: [] for phrase in data["pseudo"]["phrases"]})
        if data.get("unaccented"):
            triggers = {fold(phrase).text: meant for phrase, meant in triggers.items()} | triggers
        phrases = ahocorasick.Automaton()
        for phrase, meant in triggers.items():
            phrases.add_word(phrase, (len(phrase), tuple(meant)))
        phrases.make_automaton()
        said = {entry["kind"]: Rule.of(entry) for entry in data["section"]}
        rules = tuple(Rule.of(entry) for entry in data["rule"])
        farthest = max(max(rule.reach, rule.reach_after) for rule in rules)
        return cls(rules, said, farthest, phrases)


@cache
def rules_of(language: str) -> Rules:
    """The rules of a language; `LanguageUnsupported` when it has none."""
    return Rules.of(lexicon.read(language, "assertion"))
