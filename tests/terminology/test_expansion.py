"""Searching the concepts of a group by the beginnings of words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from terminology.expansion import Expansions, shown_groups
from terminology.index import Index


@pytest.fixture(scope="module")
def expansions() -> Iterator[Expansions]:
    with Index() as index:
        yield Expansions(index)


def _names(expansions: Expansions, group: str, text: str) -> list[str]:
    found = expansions.numbers(group, text)
    return [expansions.index.concept(number).name for number in found]


def test_the_closest_name_comes_first(expansions: Expansions) -> None:
    assert _names(expansions, "disorder", "asthma")[0] == "Asthma"


@pytest.mark.parametrize("text", ["mellitus diabetes", "MELL diab", "diabetes, mell."])
def test_words_are_found_in_any_order(expansions: Expansions, text: str) -> None:
    assert "Diabetes mellitus" in _names(expansions, "disorder", text)


def test_a_word_is_found_by_its_beginning_only(expansions: Expansions) -> None:
    assert "Diabetes mellitus" not in _names(expansions, "disorder", "betes")


def test_accents_do_not_matter(expansions: Expansions) -> None:
    plain = list(expansions.numbers("disorder", "neumonia"))
    assert plain
    assert list(expansions.numbers("disorder", "neumonía")) == plain


def test_a_name_in_another_language_finds_the_concept(expansions: Expansions) -> None:
    assert "Asthma" in _names(expansions, "disorder", "astma")


def test_only_concepts_of_the_group_are_found(expansions: Expansions) -> None:
    for number in expansions.numbers("drug", "metformin 500"):
        assert expansions.index.concept(number).group == "drug"


def test_no_two_have_the_same_code(expansions: Expansions) -> None:
    found = [expansions.index.concept(n).codings[0] for n in expansions.numbers("lab", "")]
    assert len({(one.system, one.code) for one in found}) == len(found)


def test_an_unknown_group_is_named_with_those_there_are(expansions: Expansions) -> None:
    with pytest.raises(KeyError, match="disorder"):
        expansions.numbers("none", "")
    assert "clinical_drug" not in shown_groups()


def test_too_many_words_find_nothing(expansions: Expansions) -> None:
    assert len(expansions.numbers("disorder", "asthma " * 11)) == 0
