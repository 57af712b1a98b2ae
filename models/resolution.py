"""Which mentions stay when several heads claim the same characters (resources/resolution.toml)."""

from __future__ import annotations

import math
import tomllib
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from models.tagger import Mention
from models.types import PhiSpan

RULES = Path(__file__).with_name("resources") / "resolution.toml"
_EDGE = 1e-6


@dataclass(frozen=True, slots=True)
class Rules:
    """`family` maps a label to its family; `prior` is in log-odds, by language."""

    family: Mapping[str, int]
    rivals: frozenset[str]
    priors: Mapping[str, Mapping[str, float]]


@cache
def rules() -> Rules:
    """Read the rules; an unknown key is a `ValueError`."""
    table = tomllib.loads(RULES.read_text("utf-8"))
    if set(table) != {"families", "rivals", "prior"}:
        raise ValueError(f"{RULES.name} has unknown or missing keys")
    family = {label: number for number, labels in enumerate(table["families"]) for label in labels}
    return Rules(family, frozenset(table["rivals"]), table["prior"])


@cache
def _prior(language: str) -> Mapping[str, float]:
    """The priors of all languages, and those of this one over them."""
    priors = rules().priors
    return {**priors["all"], **priors.get(language.split("-", maxsplit=1)[0].lower(), {})}


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
    found: Sequence[Mention], names: Sequence[Mention]
) -> tuple[list[Mention], list[Mention]]:
    """Settle a person's name against a clinical mention: inside the better one it goes.

    Only names of the model are weighed, never those of patterns or of the patient's record.
    Returns the clinical mentions and the PHI that stay.
    """
    rivals = sorted(name for name in names if name.label in rules().rivals)
    starts = [name.start for name in rivals]
    longest = max((name.end - name.start for name in rivals), default=0)
    near = [
        rivals[bisect_left(starts, each.start - longest) : bisect_left(starts, each.end)]
        for each in found
    ]
    lost = {
        name
        for mention, names_near in zip(found, near, strict=True)
        for name in names_near
        if mention.start <= name.start and name.end <= mention.end and mention.score > name.score
    }
    clinical = [
        mention
        for mention, names_near in zip(found, near, strict=True)
        if not any(
            mention.start < name.end and name.score > mention.score
            for name in names_near
            if name not in lost
        )
    ]
    return clinical, [name for name in names if name not in lost]


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
