"""Misspellings over the shipped index."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from terminology.index import Index
from terminology.linker import Linker
from terminology.misspelling import measure, misspellings
from terminology.normalization import normalizer
from terminology.spelling import Reach, Speller

LOOK_ALIKES = [
    ("prednisone", "prednisolone"),
    ("hydroxyzine", "hydralazine"),
    ("celecoxib", "citalopram"),
    ("clonidine", "clonazepam"),
    ("vinblastine", "vincristine"),
    ("chlorpromazine", "chlorpropamide"),
    ("metformin", "metronidazole"),
    ("tramadol", "trazodone"),
    ("glipizide", "glyburide"),
    ("dopamine", "dobutamine"),
]


@pytest.fixture(scope="module")
def index() -> Iterator[Index]:
    with Index() as opened:
        yield opened


@pytest.fixture(scope="module")
def linker(index: Index) -> Linker:
    return Linker(index)


@pytest.mark.parametrize(
    ("mention", "language", "group", "name"),
    [
        ("pneumnoia", "en", "disorder", "Pneumonia"),
        ("diabtes mellitus", "en", "disorder", "Diabetes mellitus"),
        ("poorly controled type 2 diabtes mellitus", "en", "disorder", "Type 2 diabetes mellitus"),
        ("amoxicilin", "en", "drug", "amoxicillin"),
        ("neumoina", "es", "disorder", "Pneumonia"),
        ("longontstekking", "nl", "disorder", "Pneumonia"),
    ],
)
def test_a_slip_is_put_right(
    linker: Linker, mention: str, language: str, group: str, name: str
) -> None:
    (found, *_) = linker.link(mention, language=language, group=group)
    assert found.concept.name == name


@pytest.mark.parametrize(("one", "other"), LOOK_ALIKES)
def test_drugs_that_look_alike_stay_apart(linker: Linker, one: str, other: str) -> None:
    first, second = (linker.link(drug, language="en", group="drug")[0] for drug in (one, other))
    assert first.concept != second.concept
    assert {first.match, second.match} == {"exact"}


@pytest.mark.parametrize("mention", ["prednisolne", "hydralizine"])
def test_a_slip_between_two_drugs_is_neither(linker: Linker, mention: str) -> None:
    assert linker.link(mention, language="en", group="drug") == []


@pytest.mark.parametrize("mention", ["feve", "coug", "12345", "T4x", "b1"])
def test_short_words_and_numbers_are_left_alone(linker: Linker, mention: str) -> None:
    assert not any(c.match == "fuzzy" for c in linker.link(mention, language="en"))


def test_a_known_word_is_never_changed(index: Index) -> None:
    speller = Speller(index, Reach())
    assert speller.knows("en", "hydroxyzine")
    assert list(speller.corrections(normalizer("en"), ["hydroxyzine"])) == []


def test_a_shorter_reach_finds_less(index: Index) -> None:
    rules = normalizer("en")
    assert list(Speller(index, Reach(shortest=5)).corrections(rules, ["pneumnoia"]))
    assert list(Speller(index, Reach(shortest=10)).corrections(rules, ["pneumnoia"])) == []


@pytest.mark.parametrize("group", ["disorder", "drug", "procedure"])
def test_most_misspelled_names_find_their_concept(index: Index, linker: Linker, group: str) -> None:
    scores = measure(linker, misspellings(index, group, 150))
    assert scores.precision > 0.9
    assert scores.recall > 0.7


def test_misspellings_repeat(index: Index) -> None:
    assert misspellings(index, "drug", 5) == misspellings(index, "drug", 5)
    assert any(one.text != one.name for one in misspellings(index, "drug", 5))
