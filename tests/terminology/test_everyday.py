"""What clinicians type every day: each language's list gets the right codes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from terminology.codesystem import code_systems
from terminology.index import Index
from terminology.linker import Linker

LEAST = {"en": 200, "es": 150, "nl": 150}


def read(language: str) -> list[tuple[str, ...]]:
    text = (Path(__file__).parent / f"everyday_{language}.tsv").read_text("utf-8")
    return [tuple(line.split("\t")) for line in text.splitlines()[1:]]


TERMS = [(language, row) for language in LEAST for row in read(language)]


@pytest.fixture(scope="module")
def linker() -> Iterator[Linker]:
    with Index() as index:
        yield Linker(index)


@pytest.mark.parametrize("language", LEAST)
def test_the_list_is_long_and_wide_enough(language: str) -> None:
    rows = read(language)
    assert len(set(rows)) == len(rows)
    assert len({mention for mention, *_ in rows}) >= LEAST[language]
    groups = {group for _, group, _, _ in rows}
    assert groups == {"disorder", "finding", "procedure", "drug", "lab"}


@pytest.mark.parametrize(("language", "row"), TERMS)
def test_a_term_gets_its_code(linker: Linker, language: str, row: tuple[str, ...]) -> None:
    mention, group, system, code = row
    found = linker.link(mention, language=language, group=group)
    assert found
    codings = {(coding.system, coding.code) for coding in found[0].concept.codings}
    assert (code_systems()[system].uri, code) in codings
