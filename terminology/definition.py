"""The short forms that a note defines itself: "chronic obstructive pulmonary disease (COPD)".

After Schwartz and Hearst, "A simple algorithm for identifying abbreviation definitions in
biomedical text", Pacific Symposium on Biocomputing 2003: from the right, each letter of the short
form must be found in the long form, its first letter at the start of a word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_BRACKET = re.compile(r"\(([^()\n]{2,80})\)")
_SENTENCE_END = re.compile(r"[.;:!?](?:\s|$)|[()\n]")
_SHORT = re.compile(r"(?=.*[^\W\d_])[^\W_](?:[\w./+-]*[\w+])?")
_PARTS = re.compile(r"[;,=]")
_LONGEST_SHORT = 10
_REACH = 200
_CACHED_NOTES = 8


@lru_cache(_CACHED_NOTES)
def definitions(text: str) -> Mapping[str, str]:
    """Long form by short form, the first definition of each; linear in the length of the text."""
    found: dict[str, str] = {}
    for bracket in _BRACKET.finditer(text):
        before = _same_sentence(text[max(0, bracket.start() - _REACH) : bracket.start()])
        inside = _PARTS.split(bracket[1])[0].strip()
        if _is_short(inside):
            short, long = inside, _long_form(inside, _candidate(inside, before))
        else:
            short, long = _turned(before, inside)
        if long:
            found.setdefault(short, long)
    return found


def _turned(before: str, inside: str) -> tuple[str, str]:
    """The other order, "COPD (chronic obstructive pulmonary disease)"; empty when it is not."""
    short = before.rsplit(None, 1)[-1] if before else ""
    fits = _is_short(short) and short.isupper() and _long_form(short, inside) == inside
    return (short, inside) if fits else ("", "")


def _same_sentence(before: str) -> str:
    ends = [end.end() for end in _SENTENCE_END.finditer(before)]
    return before[ends[-1] if ends else 0 :].strip()


def _is_short(text: str) -> bool:
    """One word of at most ten characters with a capital letter, as the paper has it."""
    if not 2 <= len(text) <= _LONGEST_SHORT:
        return False
    return _SHORT.fullmatch(text) is not None and any(char.isupper() for char in text)


def _candidate(short: str, before: str) -> str:
    """The words before the bracket among which the long form can be."""
    letters = sum(char.isalnum() for char in short)
    return " ".join(before.split()[-min(letters + 5, letters * 2) :])


def _long_form(short: str, candidate: str) -> str:
    """The shortest end of the candidate that spells the short form; empty when there is none."""
    place = len(candidate)
    letters = [char.lower() for char in short if char.isalnum()]
    lower = candidate.lower()
    for number, letter in reversed(list(enumerate(letters))):
        place -= 1
        while place >= 0 and (
            lower[place] != letter or (number == 0 and place > 0 and lower[place - 1].isalnum())
        ):
            place -= 1
        if place < 0:
            return ""
    return _checked(short, candidate[place:])


def _checked(short: str, long: str) -> str:
    """A long form is longer than the short one, does not hold it, and is made of words."""
    words = long.split()
    too_short = len(long) <= len(short) or short in words
    return "" if too_short or len(words) > 2 * len(short) else long
