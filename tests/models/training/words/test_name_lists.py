import json
import lzma

import pytest

from models.training.words import name_lists
from models.training.words.word_lists import tables

ENGLISH = tables("en")


@pytest.fixture
def folder(tmp_path):
    for path, rows in (
        ("text/en.00.jsonl.xz", [json.dumps({"text": "patient " * 400 + "qualm " * 8})]),
        ("lists/names/en/first_names.txt.xz", ["Patient", "Zynward", ""]),
        ("lists/names/en/surnames.txt.xz", [f"Wetherden{'x' * each}" for each in range(9)]),
        ("lists/names/en/cities.txt.xz", ["Zyn", "Qualm", "Brimholdt"]),
        ("lists/names/xx/streets.txt.xz", ["Wég 5 van Zyn"]),
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(lzma.compress("".join(f"{r}\n" for r in rows).encode()))
    return tmp_path


def made(folder, kind, given=ENGLISH):
    return name_lists.name_list(folder, "en", given, kind, {"qualm"})


def test_given_names_are_the_listed_ones_that_are_no_words_and_those_written(folder):
    found = made(folder, "given_names")
    assert {"zynward", "aarav", "alan"} <= found
    assert not {"patient", "", "!"} & found


def test_so_many_family_names(folder):
    given = {**ENGLISH, "family_names": {"file": "surnames", "first": 2}}
    assert made(folder, "family_names", given) == {"wetherden", "wetherdenx"}


def test_towns_are_no_words_and_no_short_ones(folder):
    found = made(folder, "cities")
    assert {"brimholdt", "london", "quebec city"} <= found
    assert not {"zyn", "qualm"} & found


def test_names_are_those_of_the_lists_that_are_made(folder):
    found = name_lists.names(folder, "en", ENGLISH)
    assert {"patient", "zynward", "wetherden", "aarav"} <= found
    assert "brimholdt" not in found


def test_names_are_all_words_of_the_lists_where_none_is_made(folder):
    assert name_lists.names(folder, "xx", {}) == {"weg", "van", "zyn"}
