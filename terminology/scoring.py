"""How close a match is: the score of a candidate by the way it was found.

The steps, the closest first; the first that finds any ends the search:

    exact          1.00   a name, letter for letter but for case
    normalised     0.95   accents, hyphens, plural, word order, possessive, British spelling;
                          then everything again without a bracket at the end
    abbreviation   0.90   a short form that the note defines, or with one meaning, or the one that
                          the supplement settled;
                   0.80   one meaning within the group, or the one that the context spells out
    clinical_drug  0.95   ingredient, strength and form are those of one RxNorm drug
    ingredient     0.85   the drug without strength, form and frequency
    variant        0.80   one word replaced by another of the same meaning, or a compound
    headword       0.70   without modifiers, side or cause ("poorly controlled", "due to gout")
    fuzzy          0.65   misspelled words brought back (spelling.py), then the steps above
    broad          0.60   annotators chose this code, which may be wider than the words
    cognate        0.75   every word has a cognate in the backup language (cognate.py)

What the supplement or annotators settled counts 1.00 in the first two. A synonym counts 0.99 of
the score, a related one 0.9, a coder's wording 0.85, another group of the same family 0.995, a
name of the backup language 0.95.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from terminology.codesystem import code_systems, groups
from terminology.index import Hit
from terminology.posting import CODER, EXACT, MENTION, RELATED
from terminology.types import Candidate

SCORES = {
    "exact": 1.0,
    "normalised": 0.95,
    "abbreviation": 0.9,
    "ambiguous_abbreviation": 0.8,
    "clinical_drug": 0.95,
    "ingredient": 0.85,
    "variant": 0.8,
    "cognate": 0.75,
    "headword": 0.7,
    "fuzzy": 0.65,
    "broad": 0.6,
}
_SYNONYM = 0.99
_RELATED = 0.9
_CODER = 0.85
_OTHER_GROUP = 0.995


def fits(hit: Hit, group: str | None) -> bool:
    """Whether a hit is a concept of the group or its family."""
    if hit.group is None:
        return False
    if group is None:
        return True
    wanted = groups()[group]
    return wanted.family == hit.group.family or hit.group.shown_as == group


def candidate(hit: Hit, match: str, group: str | None) -> Candidate:
    """A hit with its score.

    Raises:
        ValueError: the hit is a meaning without a code.
    """
    if hit.concept is None:
        raise ValueError("a meaning without a code is no candidate")
    settled = hit.origin.decided or hit.origin.kind == MENTION
    if settled and match in {"exact", "normalised"}:
        return Candidate(hit.concept, SCORES["exact"], match, hit.term)
    score = SCORES[match]
    if hit.origin.kind == EXACT:
        score *= _SYNONYM
    elif hit.origin.kind == RELATED:
        score *= _RELATED
    elif hit.origin.kind == CODER:
        score *= _CODER
    if group is not None and hit.concept.group != group:
        score *= _OTHER_GROUP
    shown = "abbreviation" if match == "ambiguous_abbreviation" else match
    return Candidate(hit.concept, round(score, 4), shown, hit.term)


def lowered(candidates: Iterable[Candidate], match: str) -> list[Candidate]:
    """The same candidates, found in a weaker way."""
    return [
        replace(one, match=match, score=round(min(one.score, SCORES[match]), 4))
        for one in candidates
    ]


def weighed(candidates: Iterable[Candidate], weight: float) -> list[Candidate]:
    """The same candidates with a part of their scores."""
    return [replace(one, score=round(one.score * weight, 4)) for one in candidates]


def is_led(candidates: list[Candidate]) -> bool:
    """Whether the best candidate has a code of the system that leads its group."""
    if not candidates:
        return False
    concept = candidates[0].concept
    leading = code_systems()[groups()[concept.group].systems[0]].uri
    return concept.codings[0].system == leading


def best_first(candidates: Iterable[Candidate]) -> list[Candidate]:
    """By score; the order of the index decides between equals. One candidate a concept."""
    return once(sorted(candidates, key=lambda one: -one.score))


def once(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The first candidate of each concept."""
    seen: dict[int, Candidate] = {}
    for one in candidates:
        seen.setdefault(id(one.concept), one)
    return list(seen.values())
