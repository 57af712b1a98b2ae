"""One model of several runs: the mean of their weights, no larger and no slower than one of them.

The runs went on from the same weights with different seeds, or else their mean is no model
(Wortsman et al., "Model soups", ICML 2022).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from models.errors import RecipeInvalid

_SHARED = ("tokenizer.json", "vectors.npy", "dictionary.npz")
"""Files that all the runs have alike, the last one only where there is a dictionary."""


def cook(runs: Sequence[Path], out: Path) -> Path:
    """Write a run folder with the mean of the averaged weights; returns the file of the weights.

    Its run.json is that of the first run, with `seeds` and `seconds` of all.

    Raises:
        RecipeInvalid: there are less than two runs, one is not finished, or they differ in more
            than seed and weights.
    """
    if len(runs) < 2:
        raise RecipeInvalid("an average needs at least two runs")
    for run in runs:
        if not (run / "weights.pt").is_file():
            raise RecipeInvalid(f"{run} is no finished run: it has no weights.pt")
    reports = [json.loads((run / "run.json").read_text("utf-8")) for run in runs]
    if any(_comparable(report) != _comparable(reports[0]) for report in reports):
        raise RecipeInvalid("the runs differ in more than their seeds: recipe, data or vocabulary")
    out.mkdir(parents=True, exist_ok=True)
    for name in _SHARED:
        if (runs[0] / name).exists():
            shutil.copyfile(runs[0] / name, out / name)
    path = out / "weights.pt"
    torch.save(_mean([_weights(run) for run in runs]), path)
    whole = {
        **reports[0],
        "seeds": [report["recipe"]["seed"] for report in reports],
        "seconds": sum(report["seconds"] for report in reports),
    }
    (out / "run.json").write_text(json.dumps(whole, indent=1) + "\n", "utf-8")
    return path


def _comparable(report: Mapping[str, Any]) -> dict[str, Any]:
    recipe = {key: value for key, value in report["recipe"].items() if key != "seed"}
    return {"recipe": recipe, "data": report["data"], "steps": report["steps"]}


def _weights(run: Path) -> dict[str, Tensor]:
    loaded: dict[str, Tensor] = torch.load(
        run / "weights.pt", weights_only=True, map_location="cpu"
    )
    return loaded


def _mean(states: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    return {
        name: torch.stack([state[name] for state in states]).mean(0)
        if value.is_floating_point()
        else value
        for name, value in states[0].items()
    }
