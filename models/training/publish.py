"""A finished run to a model folder and its registry record, gated on parity."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch

from models.tagging.session import Session
from models.tagging.tokenization import Tokenizer
from models.training import checkpoint
from models.training.corpora import sha256
from models.training.export import MADE, copied, export
from models.training.network import Tagger
from models.training.recipe import Recipe
from models.training.train import build

TOLERANCE = 2e-3
"""Largest difference of an emission between PyTorch and the float32 graph."""
PHI = ("NAME", "AGE", "DATE", "ID", "LOCATION", "CONTACT", "PROFESSION", "OTHER")


def publish(
    recipe_path: Path, run: Path, folder: Path, version: str, metrics: Mapping[str, float]
) -> str:
    """Export the averaged weights of `run` to `folder`; returns the registry record as TOML.

    Raises:
        FileNotFoundError: the run lacks a file that the model needs.
        ValueError: the float32 graph does not give what PyTorch gives.
    """
    recipe = Recipe.load(recipe_path)
    tagger = restore(recipe, run)
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch)
        export(tagger, recipe, run, plain, int8=False)
        gap = parity(tagger, plain / "model.onnx")
    if gap > TOLERANCE:
        raise ValueError(f"the exported graph differs from PyTorch by {gap:.4f}")
    export(tagger, recipe, run, folder)
    return record(recipe, folder, version, metrics)


def restore(recipe: Recipe, run: Path) -> Tagger:
    """Load the averaged weights of a run, finished or not."""
    final, unfinished = run / "weights.pt", run / checkpoint.NAME
    if final.exists():
        state = torch.load(final, weights_only=True, map_location="cpu")
    else:
        state = torch.load(unfinished, weights_only=True, map_location="cpu")["average"]
    tagger = build(recipe, Tokenizer.load(run / "tokenizer.json"))
    tagger.load_state_dict(state)
    tagger.eval()
    return tagger


def parity(tagger: Tagger, path: Path, seed: int = 0) -> float:
    """Largest difference between the emissions of PyTorch and of the graph, on random rows."""
    draw = np.random.default_rng(seed)
    lengths = np.array([40, 17, 1])
    live = np.arange(40) < lengths[:, None]
    ids = np.where(live, draw.integers(1, tagger.shape.pieces, live.shape), 0)
    shapes = np.where(live, draw.integers(0, tagger.shape.shapes, live.shape), 0)
    marks = (
        draw.integers(0, 2, (*ids.shape, tagger.shape.marks), np.uint8)
        if tagger.shape.marks
        else None
    )
    with torch.no_grad():
        ours = tagger(
            torch.from_numpy(ids),
            torch.from_numpy(shapes),
            marks=None if marks is None else torch.from_numpy(marks),
        ).numpy()
    theirs = Session.load(path).run(ids, shapes, marks).transpose(1, 0, 2, 3)
    return float(np.abs(ours - theirs)[live].max())


def record(recipe: Recipe, folder: Path, version: str, metrics: Mapping[str, float]) -> str:
    """Write the registry record of a model folder."""
    entities = [head for head in recipe.heads if head not in {*PHI, *recipe.auxiliary}]
    phi = [head for head in recipe.heads if head in PHI]
    files = (*MADE, *copied(marked=recipe.dictionary))
    lines = [
        f"[{recipe.identifier}]",
        f'language = "{recipe.language}"',
        f'version = "{version}"',
        'licence = "Apache-2.0"',
        f"entities = {json.dumps(entities)}",
        f"phi = {json.dumps(phi)}",
        "",
        f"[{recipe.identifier}.files]",
        *(f'"{name}" = "{sha256(folder / name)}"' for name in files),
        "",
        f"[{recipe.identifier}.metrics]",
        *(f'"{name}" = {value}' for name, value in metrics.items()),
    ]
    return "\n".join(lines) + "\n"
