import json
import lzma

import pytest

from models.training.words.common_words import common_words
from models.training.words.word_lists import tables

TEXT = "Zoë Wetherden has qualmig pains. A qualmig ache, a Qualmig one. Qualmig! " * 3


@pytest.fixture
def folder(tmp_path):
    for path, text in (
        ("text/{}.00.jsonl.xz", json.dumps({"text": TEXT})),
        ("text/{}_nc.00.jsonl.xz", json.dumps({"text": "unopen " * 9})),
        ("lists/names/{}/first_names.txt.xz", "Alan\nSkin\nZynward"),
        ("lists/names/{}/surnames.txt.xz", "Wetherden"),
    ):
        for language in ("en", "es", "nl"):
            target = tmp_path / path.format(language)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(lzma.compress(f"{text}\n".encode()))
    return tmp_path


@pytest.mark.parametrize("language", ["es", "nl"])
def test_counts_what_is_written_in_lower_case(folder, language):
    found = common_words(folder, language, tables(language))
    assert {"qualmig", "pains"} <= found
    assert not {"wetherden", "zoe", "unopen"} & found


def test_english_asks_more_of_a_word_that_is_no_name(folder):
    rows = ["skin grows fast"] * 3 + ["Zynward", "zynward"] * 3 + ["Zynward"] * 6 + ["alan"] * 9
    text = folder / "text/en.00.jsonl.xz"
    text.write_bytes(lzma.compress("".join(json.dumps({"text": r}) + "\n" for r in rows).encode()))
    assert common_words(folder, "en", tables("en")) == {"skin"}


def test_the_words_of_the_tokenizer_count_unless_they_are_names(folder):
    found = common_words(folder, "es", tables("es"))
    assert "paciente" in found
    names = folder / "lists/names/es/first_names.txt.xz"
    names.write_bytes(lzma.compress(b"Qualm\n"))
    given = {"common_words": {"vocabulary": True, "read": []}}
    assert "paciente" in common_words(folder, "es", given)
    names.write_bytes(lzma.compress(b"Paciente\n"))
    assert "paciente" not in common_words(folder, "es", given)
