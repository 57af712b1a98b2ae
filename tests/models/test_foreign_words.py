"""What is a word in one language is no name in another."""

import pytest

from models.foreign_words import is_word
from models.types import PhiSpan, Span


def taken(
    text: str,
    category: str = "NAME",
    score: float = 1.0,
    method: str = "pattern",
    before: str = "",
) -> bool:
    """Whether what was found behind `before` is a word."""
    whole = before + text
    span = Span.of(whole, len(before), len(whole))
    return is_word(PhiSpan(span, category, score, method), whole)


@pytest.mark.parametrize("text", ["Asthma", "Hypertension", "suikerziekte", "Chronic asthma"])
def test_words_of_medicine(text: str) -> None:
    assert taken(text)


@pytest.mark.parametrize("text", ["Maria", "Oyelaranye", "Maria asthma", "Utrecht"])
def test_names_and_places_stay(text: str) -> None:
    assert not taken(text)


def test_a_guess_gives_way_to_a_word_that_is_a_name_as_well() -> None:
    assert taken("asma", score=0.3)
    assert not taken("asma")


def test_other_kinds_and_what_the_model_found_stay() -> None:
    assert not taken("asthma", "ID")
    assert not taken("asthma", method="model")


TITLES = ["Dr. ", "Dr ", "Vista la Sra. ", "mevr. ", "DR. ", "mw.", "Dña. "]


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("name", ["Arm", "Dolor", "Pijn"])
def test_what_a_title_makes_sure_stays(title: str, name: str) -> None:
    assert not taken(name, before=title)
    assert not taken(name, score=0.3, before=title)


@pytest.mark.parametrize("before", ["MR ", "DR ", "Dr. Baker: ", "father ", "mr\n", "Alder "])
def test_other_words_before_it_make_no_name_sure(before: str) -> None:
    assert taken("asthma", before=before)
