"""A recipe that is wrong is refused in one line, with its name and that of the key."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from models.errors import RecipeInvalid
from models.training import recipe_file
from models.training.recipe import Recipe
from server.cli import main

RECIPES = Path(recipe_file.__file__).with_name("recipes")
TAGGER = 'identifier = "x"\nlanguage = "en"\nheads = ["DRUG"]\nmix = { bc5cdr = 1 }\n'
KINDS = {
    "tagger": TAGGER,
    "relations": 'kind = "relations"\nidentifier = "x"\nmix = { ade = ["train"] }\n',
    "reader": (
        'kind = "reader"\nidentifier = "x"\noutputs = "relations_ddi.toml"\ntexts = []\n'
        'mix = { ddi = ["train"] }\n'
    ),
    "encoder": 'kind = "encoder"\nidentifier = "x"\ntexts = []\nsteps = 1\n',
}
Run = Callable[[Path], tuple[int, list[str]]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    pytest.importorskip("torch")

    def run(recipe: Path) -> tuple[int, list[str]]:
        arguments = ["models", "train", str(recipe), "--data", str(tmp_path)]
        arguments += ["--out", str(tmp_path / "out")]
        monkeypatch.setattr(sys, "argv", ["chartloom", *arguments])
        with pytest.raises(SystemExit) as exit_:
            main()
        return int(exit_.value.code or 0), capfd.readouterr().err.splitlines()

    return run


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('colour = 1\nidentifier = "x"', ": colour is no key of a recipe"),
        ("", ": identifier is missing"),
        ("identifier = 1", ": identifier is wrong: Input should be a valid string"),
        ("identifier =", " is no TOML"),
    ],
)
def test_the_command_says_what_is_wrong(
    run: Run, tmp_path: Path, kind: str, line: str, reason: str
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(KINDS[kind].replace('identifier = "x"', line))
    status, lines = run(path)
    assert status == 1
    assert len(lines) == 1
    assert lines[0].startswith(f"chartloom: RecipeInvalid: mine.toml{reason}")


def test_the_command_names_a_file_that_is_missing(run: Run, tmp_path: Path) -> None:
    status, lines = run(tmp_path / "mine.toml")
    assert status == 2
    assert len(lines) == 1
    assert "mine.toml" in lines[0]


def test_the_command_names_the_kinds(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(KINDS["reader"].replace("reader", "writer"))
    assert run(path) == (
        1,
        ["chartloom: RecipeInvalid: mine.toml: kind is none of relations, reader, encoder"],
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('threads = "1"', "threads is wrong: Input should be a valid integer"),
        ("steps = 1.5", "steps is wrong"),
        ("dictionary = 1", "dictionary is wrong: Input should be a valid boolean"),
        ("rate = nan", "rate is wrong: Input should be a finite number"),
        ('texts = "en"', "texts is wrong: Input should be a valid array"),
        ("splits = { bc5cdr = [1] }", "splits.bc5cdr.0 is wrong: Input should be a valid string"),
        ("roughness = { colour = 1 }", "roughness.colour is no key of a recipe"),
    ],
)
def test_what_is_wrong_has_its_place(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(f"{text}\n{TAGGER}")
    with pytest.raises(RecipeInvalid) as error:
        Recipe.load(path)
    assert str(error.value).startswith(f"mine.toml: {reason}")


def test_all_that_is_wrong_is_told(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(f"colour = 1\n{TAGGER.replace('language', '#')}")
    with pytest.raises(RecipeInvalid, match="language is missing; colour is no key"):
        Recipe.load(path)


@pytest.mark.parametrize("written", [None, b"\xff"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, written: bytes | None) -> None:
    path = tmp_path / "mine.toml"
    if written is not None:
        path.write_bytes(written)
    with pytest.raises(RecipeInvalid, match=r"mine\.toml (is no TOML|cannot be read)"):
        recipe_file.table(path)


def test_lists_become_tuples_and_whole_numbers_do_for_shares(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(f'label_maps = ["own.toml"]\n{TAGGER}\n[roughness]\njoined = [8]\n')
    recipe = Recipe.load(path)
    assert (recipe.heads, dict(recipe.mix)) == (("DRUG",), {"bc5cdr": 1.0})
    assert recipe.label_maps == (str(tmp_path / "own.toml"),)
    assert recipe.roughness.joined == (8,)


def test_the_recipes_that_come_with_it_are_right() -> None:
    pytest.importorskip("torch")
    from models.training import pretraining, train
    from models.training.relating import reading as relation_reading
    from models.training.relating import training as relation_training

    kinds = {
        "relations": relation_training.Recipe,
        "reader": relation_reading.Recipe,
        "encoder": pretraining.Recipe,
    }
    paths = list(RECIPES.glob("*.toml"))
    assert {train.kind_of(path) for path in paths} == {None, *kinds}
    for path in paths:
        kind = kinds.get(train.kind_of(path) or "", Recipe)
        assert recipe_file.load(path, kind).identifier
