"""The held-out notes: spans read back, every class is there, and nothing of it was trained on."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from models.phi.checks import CHECKS
from models.training import notes
from models.training.corpora import documents
from models.training.inventing.identities import SURNAMES, TEMPLATES, names
from models.training.inventing.surrogate_notes import Cast
from models.training.scoring.phi_sets import (
    CLEAN,
    FILLINGS,
    NEGATIVE,
    PARTS,
    TRAIN,
    Case,
    Values,
    cases,
    classes,
    languages,
    people,
    table,
)

SHARED = Path(__file__).parents[5] / "shared"
LISTS, CORPORA = SHARED / "lists" / "names", SHARED / "corpora"
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
SMALL = "blind"
"""The part that is too small for every class in every style."""
ALL = [(language, part) for part in PARTS for language in languages(part)]


@cache
def made(language: str, part: str) -> tuple[Case, ...]:
    return tuple(cases(language, part))


def plain(template: str) -> str:
    return " ".join(re.sub(r"\{\w+\}", "{}", template).split())


@pytest.mark.parametrize("part", PARTS)
def test_every_language_has_every_part(part: str) -> None:
    assert languages(part) == ["en", "es", "nl"]


@pytest.mark.parametrize(("language", "part"), ALL)
def test_spans_read_back(language: str, part: str) -> None:
    known = {slot for slots in classes().values() for slot in slots}
    for case in made(language, part):
        last = 0
        for gold in case.gold:
            value = case.text[gold.start : gold.end]
            assert gold.slot in known
            assert value == value.strip() != ""
            assert not set(value) & set("#$%{}\n")
            assert last <= gold.start
            last = gold.end
        assert not case.gold or case.style != NEGATIVE
        assert not {"{", "}"} & set(case.text)


@pytest.mark.parametrize(("language", "part"), ALL)
def test_the_same_values_come_every_time(language: str, part: str) -> None:
    assert tuple(cases(language, part)) == made(language, part)
    texts = {case.text for case in made(language, part) if case.gold}
    assert len(texts) > 0.97 * sum(bool(case.gold) for case in made(language, part))


@pytest.mark.parametrize(("language", "part"), [pair for pair in ALL if SMALL not in pair])
def test_every_class_is_written_in_several_styles(language: str, part: str) -> None:
    styles: dict[str, set[str]] = defaultdict(set)
    templates: dict[str, set[str]] = defaultdict(set)
    for case in made(language, part):
        for gold in case.gold:
            styles[gold.slot].add(case.style)
            templates[gold.slot].add(case.template)
    assert len(classes()) == 19
    for slots in classes().values():
        assert len(set().union(*(styles[slot] for slot in slots))) >= 4
        assert len(set().union(*(templates[slot] for slot in slots))) >= 4
    assert len({case.template for case in made(language, part) if case.gold}) >= 60
    assert len([case for case in made(language, part) if case.style == NEGATIVE]) >= 20


@pytest.mark.parametrize("part", CLEAN)
def test_clean_notes_have_no_personal_data_and_are_many(part: str) -> None:
    assert languages(part) == ["en", "es", "nl"]
    for language in languages(part):
        clean = made(language, part)
        assert {(case.style, case.gold) for case in clean} == {(NEGATIVE, ())}
        assert len({case.text for case in clean}) == len(clean) >= 60


@pytest.mark.parametrize("language", languages("test"))
def test_the_parts_share_no_template_and_no_name(language: str) -> None:
    parts = [part for part in (*PARTS, *CLEAN, TRAIN) if language in languages(part)]
    sides = {
        part: {plain(each) for all_ in table(language, part)["templates"].values() for each in all_}
        for part in parts
    }
    trained = tomllib.loads((TEMPLATES / "en_phi.toml").read_text("utf-8"))
    sides["older"] = {plain(each) for each in trained["train"]}
    for one, other in combinations(sides, 2):
        assert not sides[one] & sides[other]
    for one, other in combinations(set(parts) & set(PARTS), 2):
        assert not people(language, [one]) & people(language, [other])


@pytest.mark.parametrize("language", languages("dev"))
def test_no_name_is_in_the_notes_that_the_models_learn_from(language: str) -> None:
    seen = {
        word
        for document in notes.documents(language, "train")
        for entity in document["entities"]
        if entity["label"] in {"NAME", "LOCATION"}
        for text in [document["text"][entity["start"] : entity["end"]]]
        for word in (text, *WORD.findall(text))
    }
    assert not people(language) & seen


@pytest.mark.parametrize("language", languages("dev"))
def test_no_name_is_on_the_training_side_of_a_list(language: str) -> None:
    if not LISTS.is_dir():
        pytest.skip("the name lists are not there")
    sources = {"en": ("first_names", "surnames", "cities"), "nl": ("surnames",)}
    trained = {
        word
        for source in sources.get(language, ("first_names", "surnames"))
        for name in names(LISTS / language / f"{source}.txt.xz", False)[:SURNAMES]
        for word in ((name,) if source == "cities" else (name, name.split()[-1]))
    }
    assert not people(language) & trained


@pytest.mark.parametrize("language", languages("dev"))
def test_no_name_is_drawn_for_the_notes_that_stand_in(language: str) -> None:
    if not LISTS.is_dir():
        pytest.skip("the name lists are not there")
    cast = Cast.of(language, LISTS.parent, [])
    drawn = {*cast.given, *cast.surnames, *cast.lists["cities"]}
    assert not people(language) & {word for name in drawn for word in (name, name.split()[-1])}


def test_no_spanish_name_is_in_the_corpus_that_the_model_learns_from() -> None:
    corpus = CORPORA / "es" / "meddocan" / "train.jsonl.xz"
    if not corpus.is_file():
        pytest.skip("the corpus is not there")
    seen = {
        word
        for document in documents(corpus)
        for entity in document["entities"]
        if entity["label"].startswith(("NOMBRE", "TERRITORIO"))
        for text in [document["text"][entity["start"] : entity["end"]]]
        for word in (text, *WORD.findall(text))
    }
    assert not people("es") & seen


def test_slots_with_one_digit_speak_of_one_person() -> None:
    lists = {
        "given": ["Ada", "Bo", "Cy"],
        "family": ["Xu", "Yi", "Zu"],
        "full": ["{given} {family}"],
        "email": ["{given}.{family}@a.example"],
    }
    values = Values(lists, "seed")
    full = values.say("full", "1")
    given, family = full.split()
    assert values.say("given", "1") == given
    assert values.say("email", "1") == f"{given}.{family}@a.example".lower()
    assert values.say("full") != full


def test_forms_draw_digits_letters_days_and_checks() -> None:
    calendar = {
        "months": ["one"] * 12,
        "short_months": ["o"] * 12,
        "weekdays": ["day"] * 7,
        "ordinals": [f"{n}." for n in range(1, 32)],
    }
    lists = calendar | {
        "mrn": ["A#$%"],
        "date": ["{nth_day}|{d}|{dd}"],
        "ssn": [{"form": "#########", "check": "bsn"}],
    }
    values = Values(lists, "seed")
    assert re.fullmatch(r"A\d[A-Z][0-9a-f]", values.say("mrn"))
    nth, day, padded = values.say("date").split("|")
    assert nth == f"{day}."
    assert int(day) == int(padded)
    assert CHECKS["bsn"](values.say("ssn"))


def test_a_form_that_never_passes_its_check_is_told() -> None:
    values = Values({"ssn": [{"form": "1#", "check": "bsn"}]}, "seed")
    with pytest.raises(ValueError, match="no value of the form '1#' passes the check 'bsn'"):
        values.say("ssn")


def test_capitals_and_small_letters_keep_the_offsets() -> None:
    for case in made("nl", "dev"):
        if case.style == "capitals":
            assert case.text == "".join(c.upper() if len(c.upper()) == 1 else c for c in case.text)
    assert FILLINGS > 1
