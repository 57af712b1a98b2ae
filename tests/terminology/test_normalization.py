from __future__ import annotations

import pytest

from terminology.normalization import abbreviation_key, fold, name_hash, normalizer

SAME = [
    ("Crohn's disease", "Crohn’s Disease"),
    ("Crohn's disease", "Crohn disease"),
    ("cancer of the breast", "breast cancer"),
    ("type II diabetes mellitus", "Type-2 diabetes mellitus"),
    ("oesophageal varices", "esophageal varices"),
    ("anaemia", "anemia"),
    ("diarrhoea", "diarrhea"),
    ("tumours", "tumor"),
    ("kidney stones", "kidney stone"),
    ("biopsies", "biopsy"),
    ("metastases", "metastasis"),
    ("diverticuloses", "diverticulosis"),
    ("Ménière disease", "meniere disease"),
    ("β-blocker", "beta blocker"),
    ("COVID-19", "covid 19"),
    ("vitamin B12", "vitamin B-12"),
    ("a fracture", "fracture"),
    ("asthma, unspecified", "asthma"),
]

DIFFERENT = [
    ("hepatitis A", "hepatitis"),
    ("hepatitis A", "hepatitis B"),
    ("vitamin A deficiency", "vitamin deficiency"),
    ("type 1 diabetes", "type 2 diabetes"),
    ("secondary hypertension", "hypertension"),
    ("diabetes without complication", "diabetes with complication"),
    ("acute pancreatitis", "chronic pancreatitis"),
    ("hypotension", "hypertension"),
    ("0.5 mg", "5 mg"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_ways_to_write_a_name_have_one_key(one: str, other: str) -> None:
    assert normalizer("en").key(one) == normalizer("en").key(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_two_meanings_keep_two_keys(one: str, other: str) -> None:
    assert normalizer("en").key(one) != normalizer("en").key(other)


def test_each_language_has_its_own_rules() -> None:
    assert normalizer("es").key("Neumonías") == normalizer("es").key("neumonia")
    assert normalizer("nl").key("oedeem van de benen") == normalizer("nl").key("benen, oedeem")


def test_a_regional_tag_is_its_language() -> None:
    assert normalizer("en-GB").language == "en"


def test_an_unknown_language_names_those_there_are() -> None:
    with pytest.raises(KeyError, match="en, es, nl"):
        normalizer("fi")


@pytest.mark.parametrize("text", ["", "  ", "—", "心筋梗塞", "\x00", "💊"])
def test_text_without_letters_has_no_key(text: str) -> None:
    assert normalizer("en").key(text) == ""


def test_a_word_is_remembered_without_changing_the_key() -> None:
    rules = normalizer("en")
    assert [rules.key("leukaemias") for _ in range(2)] == ["leukemia", "leukemia"]


def test_short_forms_ignore_case_and_dots() -> None:
    assert abbreviation_key("C.O.P.D.") == abbreviation_key("copd") == "abbr:copd"
    assert abbreviation_key("h/o") != abbreviation_key("hb")


def test_fold() -> None:
    assert fold("NEUMONÍA") == "neumonia"


def test_the_hash_is_stable_and_knows_the_language() -> None:
    assert name_hash("en", "fever") == name_hash("en", "fever") < 2**48
    assert name_hash("en", "fever") != name_hash("nl", "fever")
