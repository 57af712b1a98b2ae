from __future__ import annotations

from pathlib import Path

import pytest

from terminology.build import HERE
from terminology.errors import SourceMalformed
from terminology.normalization import abbreviation_key, is_short_form, normalizer
from terminology.supplement import read_supplements

HEADER = "name\tgroup\tsystem\tcode\n"


def test_rows_with_the_language_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "supplement_nl.tsv").write_text(
        HEADER + "longontsteking\tdisorder\tsnomed\t233604007\n"
    )
    (read,) = read_supplements(tmp_path)
    assert (read.language, read.name, read.code) == ("nl", "longontsteking", "233604007")
    assert read.place == "supplement_nl.tsv:2"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", ":1: the header"),
        ("name\tcode\n", ":1: the header"),
        (HEADER + "MI\tdisorder\tsnomed\n", ":2: not 4 cells"),
        (HEADER + "MI\tillness\tsnomed\t22298006\n", ":2: unknown group"),
        (HEADER + "MI\tdisorder\tloinc\t4548-4\n", ":2: a disorder has no 'loinc' code"),
        (HEADER + "MI\tdisorder\tsnomed\t22298007\n", ":2: '22298007' is no snomed code"),
    ],
)
def test_a_bad_row_names_file_and_line(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "supplement_en.tsv").write_text(text)
    with pytest.raises(SourceMalformed, match=f"supplement_en.tsv{complaint}"):
        list(read_supplements(tmp_path))


def test_the_shipped_supplement_names_each_thing_once() -> None:
    rows = list(read_supplements(HERE))
    keys = [(row.language, row.name, row.group) for row in rows]
    assert len(keys) == len(set(keys)) > 300


def test_a_name_of_the_shipped_supplement_has_one_meaning_however_it_is_written() -> None:
    meaning: dict[tuple[str, ...], str] = {}
    for row in read_supplements(HERE):
        short = is_short_form(row.name)
        key = abbreviation_key(row.name) if short else normalizer(row.language).key(row.name)
        known = meaning.setdefault((row.language, row.group, row.system, key), row.code)
        assert known == row.code, row.place


def test_the_shipped_supplement_closes_the_gaps_of_the_sources() -> None:
    english = [row for row in read_supplements(HERE) if row.language == "en"]
    procedures = {row.code for row in english if row.group == "procedure"}
    tests = {row.code for row in english if row.group == "lab"}
    assert len(procedures) >= 600
    assert len(tests) >= 150
