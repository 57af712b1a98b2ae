"""The words that change what a note claims: resources/<language>/assertion.toml, read.

A rule says what its triggers claim of an entity, how far they reach and of which labels they speak.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import ahocorasick

from models import lexicon
from models.folding import fold
from models.types import Experiencer, Presence, Temporality

Side = Literal["before", "after", "around", "terminate"]
_SIDES: tuple[Side, ...] = ("before", "after", "around")

_COUNTED = 60
"""The largest number that a phrase with `{number}` is written with."""

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

    @classmethod
    def all(cls, name: str) -> tuple[Claim, ...]:
        """Read `presence.absent`, or `presence` for every value of the axis."""
        axis, _, value = name.partition(".")
        return (cls.parse(name),) if value else tuple(cls(axis, each) for each in _AXES[axis])


@dataclass(frozen=True, slots=True)
class Rule:
    """What a group of triggers, or a section, claims.

    `reach` and `reach_after` count tokens, `commas` what may stand between trigger and entity;
    in a list that one of the words of `lists` closes (`no fever, chills or cough`) none counts.
    With `runs`, a bare run to the end of the sentence is a list too: `no fever, chills, cough.`
    `passes` are stops of its claim that it goes on over. `named` and `spares` are what the words
    of the entity itself must, or must not, say.
    """

    claim: Claim
    reach: int
    reach_after: int
    commas: int | None
    commas_after: int | None
    lists: re.Pattern[str] | None
    runs: bool
    passes: frozenset[str]
    only: frozenset[str]
    unless: frozenset[str]
    named: re.Pattern[str] | None
    spares: re.Pattern[str] | None
    within: bool
    """Whether its trigger may be the first word of the entity itself: `no fever`."""

    @classmethod
    def of(cls, entry: dict[str, Any], names: Mapping[str, re.Pattern[str]]) -> Rule:
        """Read a `[[rule]]` or `[[section]]` table."""
        reach = entry.get("reach", 0)
        commas = entry.get("commas")
        return cls(
            Claim.parse(entry["set"]),
            reach,
            entry.get("reach_after", reach),
            commas,
            entry.get("commas_after", commas),
            _words(entry["lists"]) if "lists" in entry else None,
            entry.get("runs", False),
            frozenset(entry.get("passes", ())),
            frozenset(entry.get("only", ())),
            frozenset(entry.get("unless", ())),
            names[entry["named"]] if "named" in entry else None,
            names[entry["spares"]] if "spares" in entry else None,
            entry.get("within", True),
        )

    def speaks_of(self, label: str | None, mention: str) -> bool:
        """Tell whether the rule is for entities with this label and these words."""
        if label in self.unless or (self.only and label not in self.only):
            return False
        if self.named and not self.named.search(mention):
            return False
        return not (self.spares and self.spares.search(mention))

    def reaches(self, side: Side, distance: int) -> bool:
        """Tell whether a trigger on that side speaks of what stands so many tokens from it."""
        return distance <= (self.reach if side == "before" else self.reach_after)

    def bears(self, side: Side, commas: int) -> bool:
        """Tell whether a trigger on that side speaks over so many commas."""
        most = self.commas if side == "before" else self.commas_after
        return most is None or commas <= most


@dataclass(frozen=True, slots=True)
class Trigger:
    """A phrase of the lists: what it is there for, and its rule's place in the file.

    One written with `^` in front counts only where a clause opens: `Bij koorts bellen`; one with
    `$` at its end only where a clause closes: `Fever: no.`
    """

    side: Side
    rank: int = -1
    opens: bool = False
    closes: bool = False
    stops: Claim | None = None
    """What a terminating word ends; none is all."""

    @classmethod
    def of(cls, written: str, side: Side, rank: int) -> Trigger:
        """Read a phrase of a rule, with or without its marks."""
        return cls(side, rank, written.startswith("^"), written.endswith("$"))


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a phrase stands for in one place: the ranks of its rules by side, and what it stops."""

    before: tuple[int, ...]
    after: tuple[int, ...]
    stops: tuple[Claim, ...]
    ends: bool
    """Whether no trigger reaches over it."""

    @classmethod
    def of(cls, triggers: Sequence[Trigger]) -> Meaning | None:
        """Sort triggers by what they do; none of them is no meaning."""
        if not triggers:
            return None
        return cls(
            tuple(each.rank for each in triggers if each.side in ("before", "around")),
            tuple(each.rank for each in triggers if each.side in ("after", "around")),
            tuple(each.stops for each in triggers if each.stops),
            any(each.side == "terminate" and not each.stops for each in triggers),
        )

    @property
    def speaks(self) -> bool:
        """Whether the phrase is a trigger, and no mere stop."""
        return bool(self.before or self.after)

    def concerns(self, claim: Claim) -> bool:
        """Whether it is more than a stop of other claims: `no pain on exertion, cough or rash`."""
        return self.speaks or self.ends or claim in self.stops


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase to look for; `bound` where some trigger hangs on where a clause opens or closes.

    `first` and `last` tell whether it begins and ends inside a word when a letter stands beside it.
    """

    text: str
    triggers: tuple[Trigger, ...]
    anywhere: Meaning | None
    bound: bool
    first: bool
    last: bool

    @classmethod
    def of(cls, text: str, triggers: Sequence[Trigger]) -> Phrase:
        """Work out what the phrase means wherever it stands."""
        free = [each for each in triggers if not (each.opens or each.closes)]
        bound = len(free) < len(triggers)
        return cls(
            text,
            tuple(triggers),
            Meaning.of(free),
            bound,
            text[:1].isalnum(),
            text[-1:].isalnum(),
        )

    def where(self, opens: bool, closes: bool) -> Meaning | None:
        """Say what the phrase means where a clause opens with it, or closes."""
        return Meaning.of(
            [
                each
                for each in self.triggers
                if (opens or not each.opens) and (closes or not each.closes)
            ]
        )


@dataclass(frozen=True, slots=True)
class Rules:
    """One language's assertion.toml, ready to search with.

    `years` are the triggers that every bare year stands for: `pneumonia 2015`. `timeless` are the
    labels of what is not history where it is absent: `never had a seizure`.
    """

    rules: tuple[Rule, ...]
    sections: tuple[tuple[str, Rule], ...]
    farthest: int
    phrases: ahocorasick.Automaton
    years: Phrase | None
    timeless: frozenset[str | None]

    @classmethod
    def of(cls, data: dict[str, Any]) -> Rules:
        """Build the search from the file's tables."""
        names = {name: _named(parts) for name, parts in data.get("names", {}).items()}
        rules = tuple(Rule.of(entry, names) for entry in data["rule"])
        return cls(
            rules,
            tuple((entry["kind"], Rule.of(entry, names)) for entry in data["section"]),
            max(max(rule.reach, rule.reach_after) for rule in rules),
            _automaton(_triggers(data)),
            _years(data["rule"]),
            frozenset([None, *data.get("timeless", ())]),
        )


def _years(rules: Sequence[Mapping[str, Any]]) -> Phrase | None:
    ranks = [rank for rank, entry in enumerate(rules) if entry.get("years")]
    return Phrase.of("", [Trigger("around", rank) for rank in ranks]) if ranks else None


def _words(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)


def _named(parts: Sequence[str]) -> re.Pattern[str]:
    """Join the patterns of `[names]`, which are searched for anywhere in an entity."""
    return re.compile("|".join(parts), re.IGNORECASE)


def _triggers(data: dict[str, Any]) -> dict[str, list[Trigger]]:
    """Sort the phrases of all tables by what they stand for."""
    triggers: dict[str, list[Trigger]] = {}
    for written, trigger in _written(data):
        for phrase in _counted(written, data.get("numbers", ())):
            triggers.setdefault(phrase, []).append(trigger)
    for written in data["pseudo"]["phrases"]:
        triggers.update({phrase: [] for phrase in _counted(written, data.get("numbers", ()))})
    if data.get("unaccented"):
        return {fold(phrase).text: meant for phrase, meant in triggers.items()} | triggers
    return triggers


def _written(data: dict[str, Any]) -> Iterator[tuple[str, Trigger]]:
    for rank, entry in enumerate(data["rule"]):
        for side in _SIDES:
            for phrase in entry.get(side, ()):
                bare = phrase.removeprefix("^").removesuffix("$")
                yield bare, Trigger.of(phrase, side, rank)
    for phrase in [*data["terminate"]["all"], *data["terminate"]["punctuation"]]:
        yield phrase, Trigger("terminate")
    for stopped, stops in data["terminate"].get("only", {}).items():
        for claim in Claim.all(stopped):
            yield from ((phrase, Trigger("terminate", stops=claim)) for phrase in stops)


def _counted(phrase: str, numbers: Sequence[str]) -> Iterator[str]:
    """Write a phrase with `{number}` once for each number of the language, in digits and words."""
    if "{number}" not in phrase:
        yield phrase
        return
    for number in [*map(str, range(1, _COUNTED + 1)), *numbers]:
        yield phrase.replace("{number}", number)


def _automaton(triggers: Mapping[str, Sequence[Trigger]]) -> ahocorasick.Automaton:
    phrases = ahocorasick.Automaton()
    for phrase, meant in triggers.items():
        phrases.add_word(phrase, Phrase.of(phrase, meant))
    phrases.make_automaton()
    return phrases


@cache
def rules_of(language: str) -> Rules:
    """The rules of a language; `LanguageUnsupported` when it has none."""
    return Rules.of(lexicon.read(language, "assertion"))
