"""Eponyms, also with a thing joined to them, and what may be a name or a place all the same."""

from __future__ import annotations

import pytest

from models import lexicon
from models.eponym_words import is_eponym, is_name, is_place, is_thing_word, is_vocabulary


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


def test_lands_and_towns_are_places() -> None:
    assert is_place("argentina")
    assert is_place("irvine")
    assert not is_place("kimmelstiel")


@pytest.mark.parametrize("language", lexicon.languages("phi"))
def test_eponyms_are_written_once(language: str) -> None:
    lines = (lexicon.ROOT / language / "eponyms.txt").read_text("utf-8").splitlines()
    words = [line for line in lines if not line.startswith("#")]
    assert words == sorted(set(words))
