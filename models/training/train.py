"""Train a tagger from a recipe: `train(recipe, data, out)`; it stops and resumes anywhere."""

from __future__ import annotations

import json
import logging
import math
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from models.errors import RecipeInvalid
from models.tagging.dictionary import MARKS
from models.tagging.tokenization import Tokenizer
from models.tagging.windows import pad
from models.training import checkpoint, pretraining, recipe_file
from models.training.batches import Window, batches, epoch
from models.training.data import Material, gather
from models.training.likelihood import loss
from models.training.network import TAGS, Shape, Tagger
from models.training.recipe import Recipe
from models.training.relating import reading as relation_reading
from models.training.relating import training as relation_training
from models.training.words.pieces import character_table

log = logging.getLogger(__name__)

KINDS = ("relations", "reader", "encoder")
"""What a recipe trains that says its kind."""
SAVE_EVERY = 120.0
TELL_EVERY = 100


def train(
    recipe_path: Path,
    data: Path = Path("../shared"),
    out: Path = Path("training"),
    start: Path | None = None,
    seed: int | None = None,
) -> Path:
    """Train, or go on from the checkpoint in `out`; returns the file of the averaged weights.

    `data` holds corpora/, text/, lists/ and terminology/. `out` receives the vocabulary, the
    vectors, the dictionary, run.json (recipe, hashes of the data, steps), checkpoint.pt and
    weights.pt.
    `seed` takes the place of the recipe's.
    `start` is the folder of a finished run whose vocabulary, encoder and heads of the same name the
    new one begins with.
    A recipe of the kind `relations` trains the relation model instead, one of the kind `reader` a
    relation model that reads word by word, and one of the kind `encoder` an encoder to start with;
    all write files of their own.

    Raises:
        RecipeInvalid: the recipe is wrong, or needs a run to start with.
    """
    match kind_of(recipe_path):
        case "relations":
            return relation_training.train(recipe_path, data, out)
        case "reader":
            return relation_reading.train(recipe_path, data, out)
        case "encoder":
            return pretraining.train(recipe_path, data, out, start)
    recipe = Recipe.load(recipe_path)
    if seed is not None:
        recipe = replace(recipe, seed=seed)
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(recipe.threads)
    out.mkdir(parents=True, exist_ok=True)
    if start is not None:
        _inherit(start, out)
    material = gather(recipe, data, out)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    run = Run(recipe, material, out, device, start)
    _describe(recipe, material, out, run)
    run.to_the_end()
    _describe(recipe, material, out, run)
    return run.save_weights()


def kind_of(recipe_path: Path) -> str | None:
    """Tell which kind of model a recipe trains; a tagger's says nothing."""
    kind = recipe_file.table(recipe_path).get("kind")
    if kind is not None and kind not in KINDS:
        raise RecipeInvalid(f"{recipe_path.name}: kind is none of {', '.join(KINDS)}")
    return kind


class Run:
    """The state of a training: weights, their average, the optimiser and the time spent."""

    def __init__(
        self,
        recipe: Recipe,
        material: Material,
        out: Path,
        device: torch.device,
        start: Path | None = None,
    ) -> None:
        self.recipe, self.material, self.out, self.device = recipe, material, out, device
        self.tagger = build(recipe, material.tokenizer, torch.from_numpy(material.vectors))
        if start is not None:
            begin_with(self.tagger, [recipe.begins.get(head, head) for head in recipe.heads], start)
        self.tagger.to(device)
        self.average = checkpoint.average_of(self.tagger)
        self.optimiser = torch.optim.Adam(
            self.tagger.parameters(), lr=recipe.rate, betas=(0.9, 0.98), fused=True
        )
        self._parts = {"tagger": self.tagger, "optimiser": self.optimiser}
        self.spent, self.steps, self.epochs = 0.0, 0, 0
        self._resume()

    @property
    def progress(self) -> float:
        """Share of the steps, or else of the training time, that is used up."""
        if self.recipe.steps:
            return min(self.steps / self.recipe.steps, 1.0)
        return min(self.spent / (self.recipe.minutes * 60), 1.0)

    def to_the_end(self) -> None:
        """Run epochs until the time is used up."""
        saved = self.spent
        while self.progress < 1.0:
            for batch in self._epoch():
                begun = time.monotonic()
                value = self._step(batch)
                self.spent += time.monotonic() - begun
                if self.steps % TELL_EVERY == 0:
                    log.info(
                        "epoch %d step %d progress %.3f loss %.3f",
                        *(self.epochs, self.steps, self.progress, value),
                    )
                if self.spent - saved > SAVE_EVERY:
                    self._save()
                    saved = self.spent
                if self.progress >= 1.0:
                    break
            self.epochs += 1
        self._save()

    def _epoch(self) -> Iterator[list[Window]]:
        draw = np.random.default_rng([self.recipe.seed, self.epochs])
        material = self.material
        made = epoch(
            material.rows, self.recipe.mix, self.recipe.roughness, material.line_break, draw
        )
        return batches(made, self.recipe.budget, draw)

    def _step(self, batch: list[Window]) -> float:
        ids, shapes, allowed, lengths = (each.to(self.device) for each in tensors(batch))
        marks = marks_of(batch)
        for group in self.optimiser.param_groups:
            group["lr"] = self._rate()
        emissions = self.tagger(
            ids, shapes, self.recipe.dropout, None if marks is None else marks.to(self.device)
        )
        value = loss(emissions, self.tagger.moves(), allowed, lengths) / len(batch)
        self.optimiser.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(self.tagger.parameters(), self.recipe.clip)
        self.optimiser.step()
        self.steps += 1
        checkpoint.follow(self.average, self.tagger, self.steps, self.recipe.average)
        return float(value.item())

    def _rate(self) -> float:
        warm = min(1.0, (self.steps + 1) / self.recipe.warm_up)
        return (
            self.recipe.rate * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * self.progress)))
        )

    def _save(self) -> None:
        values = {
            "average": self.average,
            "spent": self.spent,
            "steps": self.steps,
            "epochs": self.epochs,
        }
        checkpoint.save(self.out, self._parts, values)

    def _resume(self) -> None:
        values = checkpoint.resume(self.out, self._parts, self.device)
        if values is None:
            return
        self.average = values["average"]
        self.spent, self.steps, self.epochs = values["spent"], values["steps"], values["epochs"]
        log.info("resumed at step %d, progress %.3f", self.steps, self.progress)

    def save_weights(self) -> Path:
        """Write the averaged weights, which are the ones to export."""
        path = self.out / "weights.pt"
        torch.save(self.average, path)
        return path


def build(recipe: Recipe, tokenizer: Tokenizer, vectors: Tensor | None = None) -> Tagger:
    """Make the network; its character table is derived from the vocabulary alone."""
    characters, alphabet = character_table(tokenizer.vocabulary)
    shape = Shape(
        pieces=len(characters),
        heads=len(recipe.heads),
        characters=alphabet,
        vector=recipe.vector,
        marks=MARKS if recipe.dictionary else 0,
        hidden=recipe.hidden,
        layers=recipe.layers,
    )
    tagger = Tagger(shape, torch.from_numpy(characters))
    if vectors is not None:
        tagger.encoder.pieces.weight.data.copy_(vectors * 0.6)
        tagger.encoder.pieces.weight.data[0] = 0
    return tagger


def begin_with(tagger: Tagger, heads: Sequence[str], start: Path) -> None:
    """Copy the encoder of a finished run, and for each head the one of this name, if it has it.

    What the new network has more of begins at zero where it adds to sums (features, and what the
    heads read of further layers), and so changes nothing at first.
    """
    state = torch.load(start / "weights.pt", weights_only=True, map_location="cpu")
    before = json.loads((start / "run.json").read_text("utf-8"))["recipe"]["heads"]
    own = tagger.state_dict()
    encoder = {
        name: _grown(value, own[name])
        for name, value in state.items()
        if name.startswith("encoder.")
    }
    tagger.load_state_dict(encoder, strict=False)
    read = state["emit.weight"].shape[1] if before else 0
    with torch.no_grad():
        for place, head in enumerate(heads):
            if head in before:
                old = before.index(head)
                rows, was = (
                    slice(TAGS * place, TAGS * (place + 1)),
                    slice(TAGS * old, TAGS * (old + 1)),
                )
                tagger.emit.weight[rows] = 0
                tagger.emit.weight[rows, :read] = state["emit.weight"][was]
                tagger.emit.bias[rows] = state["emit.bias"][was]
                tagger.transitions[place] = state["transitions"][old]


def _grown(old: Tensor, new: Tensor) -> Tensor:
    """The old values in the shape of the new ones, zeros behind them."""
    grown = torch.zeros_like(new)
    grown[tuple(slice(size) for size in old.shape)] = old
    return grown


def _inherit(start: Path, out: Path) -> None:
    """The pieces of a vocabulary are what the encoder was trained on, so both go together."""
    for name in ("tokenizer.json", "vectors.npy"):
        if not (out / name).exists():
            shutil.copyfile(start / name, out / name)


def tensors(batch: list[Window]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Stack windows: ids, shapes (rows, time), allowed (rows, time, heads, 3), lengths."""
    ids = torch.from_numpy(pad([window.ids for window in batch]))
    shapes = torch.from_numpy(pad([window.shapes for window in batch]))
    lengths = torch.tensor([len(window.ids) for window in batch])
    bits = np.full((*ids.shape, batch[0].masks.shape[1]), 7, np.uint8)
    for index, window in enumerate(batch):
        bits[index, : len(window.ids)] = window.masks
    allowed = (bits[..., None] >> np.arange(3, dtype=np.uint8) & 1).astype(bool)
    return ids, shapes, torch.from_numpy(allowed), lengths


def marks_of(batch: list[Window]) -> Tensor | None:
    """Stack the marks of windows (rows, time, features), if they have any."""
    marks = [window.marks for window in batch if window.marks is not None]
    return torch.from_numpy(pad(marks)) if marks else None


def _describe(recipe: Recipe, material: Material, out: Path, run: Run) -> None:
    report = {
        "recipe": asdict(recipe),
        "data": material.hashes,
        "documents": {name: len(rows) for name, rows in material.rows.items()},
        "steps": run.steps,
        "epochs": run.epochs,
        "seconds": round(run.spent),
        "torch": torch.__version__,
    }
    (out / "run.json").write_text(json.dumps(report, indent=1, default=str) + "\n", "utf-8")
