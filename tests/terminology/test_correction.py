"""The corrections, in the shipped index."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import terminology
from terminology.codesystem import code_systems
from terminology.index import Index
from terminology.linker import Linker

CORRECTIONS = tomllib.loads(
    (Path(terminology.__file__).parent / "corrections.toml").read_text("utf-8")
)


@pytest.fixture(scope="module")
def index() -> Iterator[Index]:
    with Index() as opened:
        yield opened


@pytest.mark.parametrize(("system", "code", "other", "right"), CORRECTIONS["code"])
def test_a_wrong_code_is_put_right(
    index: Index, system: str, code: str, other: str, right: str
) -> None:
    uri = code_systems()[other].uri
    concepts = [c for c in index.lookup(system, code) if c.group in {"disorder", "finding"}]
    found = {coding.code for c in concepts for coding in c.codings if coding.system == uri}
    assert concepts
    assert found == ({right} if right else set())


@pytest.mark.parametrize(
    ("mention", "wrong"),
    [
        ("mitral regurgitation", "Q23.3"),
        ("allergic", "L20"),
        ("stroke", "I67.9"),
        ("nephritis", "N08"),
        ("pulmonary infections", "699014000"),
    ],
)
def test_a_wrong_code_is_gone(index: Index, mention: str, wrong: str) -> None:
    found = Linker(index).link(mention, language="en", group="disorder")
    assert wrong not in {c.code for one in found[:1] for c in one.concept.codings}


def test_pneumonia_has_its_code(index: Index) -> None:
    (found, *_) = Linker(index).link("pneumonia", language="en", group="disorder")
    assert {"233604007", "J18.9"} <= {coding.code for coding in found.concept.codings}
