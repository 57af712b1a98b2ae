"""What is a word in one language is no name in another."""

import pytest

from models.foreign_words import is_word
from models.types import PhiSpan, Span


def found(
    text: str, category: str = "NAME", score: float = 1.0, method: str = "pattern"
) -> PhiSpan:
    return PhiSpan(Span(0, len(text), text), category, score, method)


@pytest.mark.parametrize("text", ["Asthma", "Hypertension", "suikerziekte", "Chronic asthma"])
def test_words_of_medicine(text: str) -> None:
    assert is_word(found(text))


@pytest.mark.parametrize("text", ["Maria", "Oyelaranye", "Maria asthma", "Utrecht"])
def test_names_and_places_stay(text: str) -> None:
    assert not is_word(found(text))


def test_a_guess_gives_way_to_a_word_that_is_a_name_as_well() -> None:
    assert is_word(found("asma", score=0.3))
    assert not is_word(found("asma"))


def test_other_kinds_and_what_the_model_found_stay() -> None:
    assert not is_word(found("asthma", "ID"))
    assert not is_word(found("asthma", method="model"))
