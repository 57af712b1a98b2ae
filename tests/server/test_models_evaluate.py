"""`chartloom models evaluate` as a user runs it, on corpora of their own."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from server.cli import main

Run = Callable[..., tuple[int, str, str]]

TEXT = "Naproxen was stopped because of hypertension."
PUBTATOR = f"1|t|{TEXT}\n1\t0\t8\tNaproxen\tChemical\n1\t32\t44\thypertension\tDisease\n"
MAP = '[labels]\nDRUG = ["Chemical"]\nDISEASE = ["Disease"]\n'


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["chartloom", "models", "evaluate", *arguments])
        with pytest.raises(SystemExit) as exit_:
            main()
        out, errors = capfd.readouterr()
        return int(exit_.value.code or 0), out, errors

    return run


@pytest.fixture
def corpus(tmp_path: Path) -> list[str]:
    (tmp_path / "mine.pubtator").write_text(PUBTATOR)
    (tmp_path / "map.toml").write_text(MAP)
    return ["--corpus", str(tmp_path / "mine.pubtator"), "--labels", str(tmp_path / "map.toml")]


def test_prints_a_table_and_writes_json(run: Run, corpus: list[str], tmp_path: Path) -> None:
    out = tmp_path / "scores.json"
    status, printed, errors = run(*corpus, "--language", "en", "--json", str(out))
    assert (status, errors) == (0, "")
    assert "| DRUG | 1 | 100.0 | 100.0 | 100.0 | 100.0–100.0 | 100.0 |" in printed
    (scored,) = json.loads(out.read_text())["sets"]
    assert scored["tables"]["heads"]["micro"]["gold"] == 2


def test_takes_a_model_by_its_name(run: Run, corpus: list[str]) -> None:
    assert run(*corpus, "--model", "clinical-en")[0] == 0
    status, _, errors = run(*corpus, "--model", "clinical-xx")
    assert status == 1
    assert "no model 'clinical-xx'; there are: clinical-en" in errors


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "give either --corpora or --corpus"),
        (["--corpora", "x", "--corpus", "y"], "give either --corpora or --corpus"),
        (["--corpora", "/no/such/folder"], "is no folder"),
        (["--corpus", "/no/such/file", "--language", "en"], "does not exist"),
        (["--corpus", "{mine}"], "mine.pubtator does not say one language"),
        (["--corpus", "{mine}", "--language", "en"], "annotates Chemical, Disease, none of it"),
        (["--corpus", "{mine}", "--language", "xx"], "no model for language 'xx'"),
        (["--corpus", "{mine}", "--labels", "/no/map.toml", "--language", "en"], "no label map"),
        (["--corpus", "{bad}", "--language", "en"], "bad.pubtator:2: neither a mention"),
    ],
)
def test_wrong_use_is_one_line(
    run: Run, corpus: list[str], tmp_path: Path, arguments: list[str], reason: str
) -> None:
    (tmp_path / "bad.pubtator").write_text(f"1|t|{TEXT}\n{TEXT}\n")
    places = {"{mine}": corpus[1], "{bad}": str(tmp_path / "bad.pubtator")}
    status, out, errors = run(*(places.get(each, each) for each in arguments))
    assert status > 0
    assert out == ""
    assert len(errors.splitlines()) == 1
    assert reason in errors
    assert "hypertension" not in errors


def test_floors_decide_the_status(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from models.training.scoring import benchmark, relation_benchmark

    def one(floor: float) -> tuple[benchmark.Set, ...]:
        return (benchmark.Set("en", "notes", "test", floors={"product.DRUG": floor}),)

    arguments = ("--corpora", str(tmp_path), "--sample", "3", "--floors")
    monkeypatch.setattr(relation_benchmark, "sets", tuple)
    monkeypatch.setattr(benchmark, "sets", lambda: one(0.2))
    assert run(*arguments)[0] == 0
    monkeypatch.setattr(benchmark, "sets", lambda: one(1.01))
    status, printed, errors = run(*arguments)
    assert status == 1
    assert "| DRUG |" in printed
    assert errors.startswith("notes test product.DRUG: ")
    assert "is below 1.010" in errors
