from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from terminology.build import build
from terminology.index import Index
from terminology.vocabulary import derive


@pytest.fixture
def path(pack, make_row, tmp_path: Path) -> Path:
    sources = pack(
        mondo=[
            make_row("MONDO:1", "Gouty arthritis", "disorder", umls="C0003868"),
            make_row("MONDO:2", "type 2 diabetes of B12", "disorder", umls="C0011860"),
        ]
    )
    build(sources, tmp_path / "i.sqlite", supplement_dir=tmp_path)
    return tmp_path / "i.sqlite"


def test_the_words_of_the_names_by_their_first_letter(path: Path) -> None:
    with Index(path) as index:
        assert index.words("en", "g") == ["gouty"]
        assert index.words("en", "a") == ["arthritis"]
        assert index.words("en", "d") == ["diabetes"]


def test_numbers_and_other_languages_have_none(path: Path) -> None:
    with Index(path) as index:
        assert index.words("en", "b") == index.words("en", "2") == index.words("nl", "g") == []


def test_the_table_can_be_derived_again(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        before = connection.execute("SELECT * FROM word").fetchall()
        derive(connection)
        assert connection.execute("SELECT * FROM word").fetchall() == before
