"""Eponyms, also with a thing joined to them, and what may be a name or a place all the same."""

from __future__ import annotations

import pytest

from models import lexicon
from models.phi.eponym_words import is_eponym, is_name, is_place, is_thing_word, is_vocabulary


@pytest.mark.parametrize("word", ["crohn", "kirschnerdraden", "colonoscopie", "blakemoresonde"])
def test_a_thing_may_be_joined_to_an_eponym(word: str) -> None:
    assert is_eponym(word) == (word != "colonoscopie")


def test_words_beside_an_eponym() -> None:
    assert all(map(is_thing_word, ("teken", "von", "iii", "crohn")))
    assert not is_thing_word("tweeling")
    assert is_vocabulary("tweeling", "nl")
    assert not is_vocabulary("tjitskelien", "nl")


def test_a_name_of_any_language_is_a_name() -> None:
    assert is_name("stevens")
    assert "stevens" not in lexicon.words("nl", "family_names")


@pytest.mark.parametrize("word", ["hodgkin", "alzheimer", "ruiter", "heberden", "babinski"])
def test_an_eponym_that_people_are_called_is_a_name(word: str) -> None:
    assert is_eponym(word)
    assert is_name(word)


@pytest.mark.parametrize("language", lexicon.languages("phi"))
def test_eponyms_that_are_names_hide_none_from_the_patterns(language: str) -> None:
    """The patterns take no eponym for an unknown name: theirs have no surnames of this list."""
    more = lexicon.words(language, "name_eponyms")
    assert all(map(is_name, more))
    assert not more & lexicon.words(language, "eponyms")


def test_lands_and_towns_are_places() -> None:
    assert is_place("argentina")
    assert is_place("irvine")
    assert not is_place("kimmelstiel")


@pytest.mark.parametrize("language", lexicon.languages("phi"))
@pytest.mark.parametrize("name", ["eponyms", "name_eponyms", "eponym_names"])
def test_eponyms_are_written_once(language: str, name: str) -> None:
    lines = (lexicon.ROOT / language / f"{name}.txt").read_text("utf-8").splitlines()
    words = [line for line in lines if not line.startswith("#")]
    assert words == sorted(set(words))
