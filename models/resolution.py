"""Which mentions stay when several heads claim the same characters (resources/resolution.toml)."""

from __future__ import annotations

import math
import tomllib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from models.mention import Mention
from models.types import PhiSpan

RULES = Path(__file__).with_name("resources") / "resolution.toml"
_EDGE = 1e-6
SURE = 0.9
"""A score from which on a mention, or what a pattern found, is no guess."""


@dataclass(frozen=True, slots=True)
class Rules:
    """`family` maps a label to its family; `priors` are in log-odds, by language.

    Mentions of the labels `marks` may be without a letter or digit.
    """

    family: Mapping[str, int]
    marks: frozenset[str]
    rivals: frozenset[str]
    priors: Mapping[str, Mapping[str, float]]


@cache
def rules() -> Rules:
    """Read the rules; an unknown key is a `ValueError`."""
    table = tomllib.loads(RULES.read_text("utf-8"))
    if set(table) != {"families", "marks", "rivals", "prior"}:
        raise ValueError(f"{RULES.name} has unknown or missing keys")
    family = {label: number for number, labels in enumerate(table["families"]) for label in labels}
    return Rules(family, frozenset(table["marks"]), frozenset(table["rivals"]), table["prior"])


@cache
def _prior(language: str) -> Mapping[str, float]:
    """The priors of all languages, and those of this one over them."""
    priors = rules().priors
    return {**priors["all"], **priors.get(language.split("-", maxsplit=1)[0].lower(), {})}


def telling(mentions: Iterable[Mention], text: str) -> list[Mention]:
    """Leave out what is marks alone, where the label needs a name."""
    marks = rules().marks
    return [
        each
        for each in mentions
        if each.label in marks or any(map(str.isalnum, text[each.start : each.end]))
    ]


def entities(mentions: Sequence[Mention], language: str) -> list[Mention]:
    """Keep the best of the overlapping mentions of one family, in text order."""
    known, prior = rules(), _prior(language)
    families: dict[object, list[Mention]] = {}
    for mention in mentions:
        families.setdefault(known.family.get(mention.label, mention.label), []).append(mention)
    return sorted(kept for family in families.values() for kept in _best(family, prior))


def _best(family: list[Mention], prior: Mapping[str, float]) -> Iterator[Mention]:
    """Walk chains of overlapping mentions; each chain is short, so comparing all is cheap."""
    chain: list[Mention] = []
    end = -1
    for mention in sorted(family):
        if mention.start >= end:
            yield from _settle(chain, prior)
            chain = []
        chain.append(mention)
        end = max(end, mention.end)
    yield from _settle(chain, prior)


def _settle(chain: list[Mention], prior: Mapping[str, float]) -> Iterator[Mention]:
    kept: list[Mention] = []
    for mention in sorted(chain, key=lambda each: (-weight(each, prior), each)):
        if all(mention.end <= other.start or other.end <= mention.start for other in kept):
            kept.append(mention)
            yield mention


def weight(mention: Mention, prior: Mapping[str, float]) -> float:
    """Log-odds of the score and the prior of the label."""
    score = min(max(mention.score, _EDGE), 1 - _EDGE)
    return math.log(score / (1 - score)) + prior.get(mention.label, 0.0)


def eponyms(
    found: Sequence[Mention], names: Sequence[Mention], sure: Sequence[Mention] = ()
) -> tuple[list[Mention], list[Mention]]:
    """Settle a person's name against a clinical mention: inside the better one it goes.

    Only names of the model are weighed, never those of patterns or of the patient's record. What
    a pattern is `sure` of (by a title, a known given name or a relative before it) is a person: a
    name of the model there stays, and a clinical mention inside it goes.
    Returns the clinical mentions and the PHI that stay.
    """
    inventory = rules().rivals
    people = _Places([one for one in sure if one.label in inventory])
    rivals = _Places([name for name in names if name.label in inventory])
    settled = [
        mention
        for mention in found
        if not any(_inside(mention, one) for one in people.near(mention))
    ]
    lost = {
        name
        for mention in settled
        for name in rivals.near(mention)
        if _inside(name, mention) and mention.score > name.score and not people.near(name)
    }
    clinical = [
        mention
        for mention in settled
        if not any(name.score > mention.score for name in rivals.near(mention) if name not in lost)
    ]
    return clinical, [name for name in names if name not in lost]


def guesses(shaped: Sequence[PhiSpan], found: Sequence[Mention]) -> list[PhiSpan]:
    """Drop what a pattern only guessed where the model is sure of a clinical mention."""
    sure = _Places([each for each in found if each.score >= SURE])
    spans = (
        (one, Mention(one.span.start, one.span.end, one.category, one.score)) for one in shaped
    )
    return [
        one
        for one, mention in spans
        if one.score >= SURE or not any(_inside(mention, each) for each in sure.near(mention))
    ]


def _inside(one: Mention, other: Mention) -> bool:
    return other.start <= one.start and one.end <= other.end


class _Places:
    """Mentions by where they begin, to find those that overlap another one."""

    def __init__(self, mentions: Sequence[Mention]) -> None:
        self._mentions = sorted(mentions)
        self._starts = [each.start for each in self._mentions]
        self._longest = max((each.end - each.start for each in mentions), default=0)

    def near(self, other: Mention) -> list[Mention]:
        first = bisect_left(self._starts, other.start - self._longest)
        last = bisect_left(self._starts, other.end)
        return [each for each in self._mentions[first:last] if each.end > other.start]


def phi(spans: Sequence[PhiSpan]) -> tuple[PhiSpan, ...]:
    """Drop a span inside another one of its category; all else stays, overlapping or not."""
    kept: list[PhiSpan] = []
    order = sorted(spans, key=lambda each: (each.span.start, -each.span.end, -each.score))
    reach: dict[str, int] = {}
    for each in order:
        if each.span.end > reach.get(each.category, -1):
            kept.append(each)
            reach[each.category] = each.span.end
    return tuple(kept)
