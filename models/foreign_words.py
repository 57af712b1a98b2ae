"""Words of medicine in texts that do not tell their language.

What is a word in one language is in no list of another, whose patterns then take it for a name:
"Asthma" in Spanish, "asma" in English.
"""

from __future__ import annotations

import re

from models import lexicon
from models.folding import fold
from models.recognizing.lists import cues
from models.types import PhiSpan

_WORDS = ("clinical_words", "common_words")
_NAMES = ("given_names", "family_names", "cities", "places", "towns")
_KINDS = frozenset({"NAME", "LOCATION"})
_GUESS = 0.5
_WORD = re.compile(r"[^\W\d_]+")
_TITLE = re.compile(r"([^\W\d_]{1,20})(\.[ \t]{0,3}|[ \t]{1,3})$")
_REACH = 24


def is_word(found: PhiSpan, text: str) -> bool:
    """Tell whether a pattern took words of `text` for a name: some language lists all as words.

    What is in a list of names too stays found, unless the pattern only guessed; so does what
    stands right behind a title.
    """
    if found.method != "pattern" or found.category not in _KINDS:
        return False
    if found.category == "NAME" and _is_titled(text, found.span.start):
        return False
    words = {fold(word).text for word in _WORD.findall(found.span.text)}
    if not words or not all(lexicon.is_listed(word, _WORDS) for word in words):
        return False
    return found.score < _GUESS or not any(lexicon.is_listed(word, _NAMES) for word in words)


def _is_titled(text: str, start: int) -> bool:
    """Tell whether a title ends right before `start`; MR and DR without a full stop are scans."""
    before = _TITLE.search(text[max(0, start - _REACH) : start])
    if before is None or fold(before[1]).text not in cues("title"):
        return False
    return "." in before[2] or not before[1].isupper()
