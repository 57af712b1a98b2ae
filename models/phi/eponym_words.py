"""Words of names that stand for things, and words that may be someone's or somewhere's name."""

from __future__ import annotations

import re
from functools import cache

from models import lexicon
from models.phi.senses import sense, senses

ROMAN = re.compile(r"[ivx]{1,4}[abc]?|[a-f]")
"""A grade; the words are folded."""
_PLACES = ("cities", "places", "towns")
_NAMES = ("given_names", "family_names", "eponym_names", *_PLACES)


def is_thing_word(word: str) -> bool:
    """An eponym, or what is written with one: its sign or disease, a particle, a grade."""
    return (
        is_eponym(word)
        or word in sense("particles")
        or word in sense("heads")
        or ROMAN.fullmatch(word) is not None
    )


def is_vocabulary(word: str, language: str) -> bool:
    """In a list of words; a list of names may have it as well."""
    return (
        is_eponym(word)
        or word in sense("particles")
        or any(word in lexicon.words(language, name) for name in ("clinical_words", "common_words"))
        or ROMAN.fullmatch(word) is not None
    )


def is_eponym(word: str) -> bool:
    """An eponym, or one with a thing joined to it: Kirschnerdraden."""
    if word in _eponyms():
        return True
    return any(word.removesuffix(end) in _eponyms() for end in _endings() if word.endswith(end))


def is_name(word: str) -> bool:
    """In a list of any language; eponyms that people have as their name are in one of their own."""
    return lexicon.is_listed(word, _NAMES)


def is_given_name(word: str) -> bool:
    """In a list of any language."""
    return lexicon.is_listed(word, ("given_names",))


def is_place(word: str) -> bool:
    """A town of any language, or a land."""
    return word in sense("lands") or lexicon.is_listed(word, _PLACES)


@cache
def _eponyms() -> frozenset[str]:
    """Of all languages: a note borrows the names of another."""
    every = (
        lexicon.words(language, name)
        for language in lexicon.languages("phi")
        for name in ("eponyms", "name_eponyms")
    )
    return frozenset[str]().union(*every)


@cache
def _endings() -> tuple[str, ...]:
    return tuple(sorted(senses()["endings"]))
