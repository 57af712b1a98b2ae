from __future__ import annotations

import pytest

from terminology.cognate import Cognates, skeleton
from terminology.index import Index
from terminology.normalization import normalizer

SAME = [
    ("nephrectomy", "nefrectomía", "nefrectomie"),
    ("hypertension", "hipertensión", "hypertensie"),
    ("schizophrenia", "esquizofrenia", "schizofrenie"),
    ("infection", "infección", "infectie"),
    ("toxicity", "toxicidad", "toxiciteit"),
    ("splenomegaly", "esplenomegalia", "splenomegalie"),
    ("psychosis", "psicosis", "psychose"),
    ("hepatic", "hepática", "hepatisch"),
    ("leukemia", "leucemia", "leukemie"),
]
DIFFERENT = [
    ("hypotension", "hipertensión"),
    ("arthritis", "arteritis"),
    ("ileum", "ilion"),
    ("hyperkalemia", "hipercalcemia"),
]


@pytest.mark.parametrize(("english", "spanish", "dutch"), SAME)
def test_cognates_have_one_skeleton(english: str, spanish: str, dutch: str) -> None:
    words = {"en": english, "es": spanish, "nl": dutch}
    found = {skeleton(normalizer(language).tokens(word)[0]) for language, word in words.items()}
    assert len(found) == 1


@pytest.mark.parametrize(("english", "spanish"), DIFFERENT)
def test_other_words_have_another(english: str, spanish: str) -> None:
    (word,) = normalizer("en").tokens(english)
    (other,) = normalizer("es").tokens(spanish)
    assert skeleton(word) != skeleton(other)


def test_a_word_without_a_cognate_stops_all() -> None:
    with Index() as index:
        cognates = Cognates(index, "en")
        assert ["hepatic", "abscess"] not in list(cognates.translations(["zzyzx", "hepatic"]))
        assert list(cognates.translations(["zzyzx", "hepatic"])) == []


def test_numbers_and_short_words_stay() -> None:
    with Index() as index:
        assert ["2"] in list(Cognates(index, "en").translations(["2"]))
