"""The mean of runs that began alike."""

import json

import pytest

torch = pytest.importorskip("torch")

from models.errors import RecipeInvalid  # noqa: E402
from models.training.soup import cook  # noqa: E402 - needs torch


def run(folder, seed, *weights, rate=1e-3):
    folder.mkdir()
    report = {"recipe": {"seed": seed, "rate": rate}, "data": {}, "steps": 2, "seconds": 10}
    (folder / "run.json").write_text(json.dumps(report))
    (folder / "tokenizer.json").write_text("{}")
    torch.save({"a": torch.tensor(weights), "steps": torch.tensor(7)}, folder / "weights.pt")
    return folder


def test_the_weights_are_the_mean_and_the_files_go_along(tmp_path):
    runs = [run(tmp_path / str(seed), seed, 1.0 * seed, 6.0) for seed in (1, 2, 6)]
    state = torch.load(cook(runs, tmp_path / "out"), weights_only=True)
    assert state["a"].tolist() == [3.0, 6.0]
    assert state["steps"].item() == 7
    report = json.loads((tmp_path / "out" / "run.json").read_text())
    assert (report["seeds"], report["seconds"]) == ([1, 2, 6], 30)
    assert (tmp_path / "out" / "tokenizer.json").read_text() == "{}"


def test_runs_of_another_recipe_are_refused(tmp_path):
    runs = [run(tmp_path / "1", 1, 1.0), run(tmp_path / "2", 2, 1.0, rate=2e-3)]
    with pytest.raises(RecipeInvalid, match="more than their seeds"):
        cook(runs, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_one_run_is_refused(tmp_path):
    with pytest.raises(RecipeInvalid, match="two runs"):
        cook([run(tmp_path / "1", 1, 1.0)], tmp_path / "out")
