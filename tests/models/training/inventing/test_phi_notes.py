"""Notes made from templates: the spans read back, names are new, held-out people are not drawn."""

from __future__ import annotations

import lzma
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from models.training.corpora import LABELS, gold, schemes
from models.training.inventing import phi_notes
from models.training.inventing.phi_notes import Stock, documents, invented
from models.training.recipe import Recipe
from models.training.scoring import phi_sets
from models.training.scoring.phi_sets import NEGATIVE, TRAIN, Values, classes, fill, languages

SET = """
[values]
given = ["Ownfirst"]
man = ["Ownman"]
woman = ["Ownwoman"]
family = ["Ownlast"]
city = ["Owntown"]
road = ["Own Road"]
hospital = ["{city} Clinic"]
full = ["{given} {family}"]
mrn = ["####"]
age90 = ["93"]
[templates]
header = ["Name: {full}\\nMRN: {mrn}\\n\\nA 67-year-old, {age90} year old {woman} of {city}."]
negative = ["Hearing 12/27."]
"""

NAMES = "Ashworth\nAshfield\nBourneman\nFieldbourne\nAshford\nBourneford\nFielder\nWorther"
HELD_OUT = """
[values]
given = []
man = []
woman = []
family = ["Ashfield"]
city = []
"""


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Invent few names, which takes a moment."""
    monkeypatch.setattr(phi_notes, "_MOST", 200)


@pytest.fixture
def lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of lists, and a set of one template in the place of the real ones."""
    folder = tmp_path / "lists" / "names" / "en"
    folder.mkdir(parents=True)
    (folder / "surnames.txt.xz").write_bytes(lzma.compress(NAMES.encode()))
    (tmp_path / "en_train.toml").write_text(SET)
    (tmp_path / "en_dev.toml").write_text(HELD_OUT)
    monkeypatch.setattr(phi_sets, "SETS", tmp_path)
    phi_sets.table.cache_clear()
    yield tmp_path / "lists"
    phi_sets.table.cache_clear()


@pytest.mark.parametrize("language", languages(TRAIN))
def test_every_template_fills(language: str) -> None:
    content = phi_sets.table(language, TRAIN)
    for style, templates in content["templates"].items():
        for template in templates:
            case = fill("x", style, template, Values(content["values"], template))
            assert not {"{", "}"} & set(case.text)
            assert all("\n" not in case.text[each.start : each.end] for each in case.gold)
            assert not case.gold or style != NEGATIVE


@cache
def real(language: str) -> list[dict[str, Any]]:
    return list(documents(language, Path("none"), 150))


@pytest.mark.parametrize("language", languages(TRAIN))
def test_spans_read_back(language: str) -> None:
    for each in real(language):
        last = 0
        for entity in each["entities"]:
            value = each["text"][entity["start"] : entity["end"]]
            assert value == value.strip() != ""
            assert "\n" not in value
            assert last <= entity["start"]
            last = entity["end"]
    assert real(language) == list(documents(language, Path("none"), 150))


def test_every_slot_has_a_label() -> None:
    slots = [slot for all_ in phi_notes._tables()["labels"].values() for slot in all_]
    assert sorted(slots) == sorted(slot for all_ in classes().values() for slot in all_)


def test_slots_become_labels_and_other_ages_stay_open(lists: Path) -> None:
    scheme = schemes(LABELS)["phi_notes"]
    made = next(each for each in documents("en", lists, 50) if each["text"].startswith("Name"))
    assert [each["label"] for each in made["entities"]] == [
        "NAME", "ID", "YOUNGER", "AGE", "NAME", "LOCATION",
    ]  # fmt: skip
    ages = [made["text"][start:end] for start, end in gold(made, scheme, "AGE")]
    assert ages == ["93"]
    assert made["text"][slice(*(made["entities"][2][key] for key in ("start", "end")))] == (
        "67-year-old"
    )


def test_names_come_from_lists_from_the_set_and_from_nowhere(lists: Path) -> None:
    stock = Stock.of("en", lists, phi_sets.table("en", TRAIN)["values"])
    drawn = {name for n in range(40) for name in stock.some(random.Random(n))["family"]}
    assert {"Ownlast", "Ashworth", "Bourneman"} < drawn
    assert drawn & set(stock.new["family"])
    assert "Ashfield" not in drawn


def test_invented_names_are_new() -> None:
    like = ["Ashbourne", "Ashfield", "Bourneman", "Fieldman", "Fieldbourne"]
    made = invented(like, {"ashman"}, 50, random.Random(1))
    assert made
    assert len(set(made)) == len(made)
    assert not {name.lower() for name in made} & {"ashman", *(name.lower() for name in like)}


def test_names_alone_change_their_case_and_headers_go(lists: Path) -> None:
    texts = [each["text"] for each in documents("en", lists, 300)]
    headless = [text for text in texts if text.startswith("A 67")]
    small = [text for text in texts if "Name: " in text and text.split("\n")[0][6:].islower()]
    assert 0 < len(headless) < 40
    assert 0 < len(small) < 40


def test_a_recipe_reads_them(lists: Path) -> None:
    recipe = Recipe("x", "en", ("NAME", "ID"), {"phi_notes": 1.0}, phi_notes=7)
    data = pytest.importorskip("models.training.data", exc_type=ModuleNotFoundError)
    assert list(data._documents("phi_notes", recipe, lists.parent)) == list(
        documents("en", lists, 7)
    )
