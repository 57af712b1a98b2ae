from __future__ import annotations

from pathlib import Path

import pytest

from terminology.build import HERE
from terminology.errors import SourceMalformed
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
