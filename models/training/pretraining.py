"""Teach an encoder its language before any label: `train(recipe, data, out, start)`.

Each direction of the BiLSTM predicts the piece that it reads next (Peters et al. 2018, ELMo), so
that neither sees what it is asked for. The answer is scored against the pieces of the same batch
and a sample of the vocabulary, with the sampling corrected (Jean et al. 2015).
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.errors import RecipeInvalid
from models.tagging.tokenization import Tokenizer
from models.training import checkpoint, recipe_file
from models.training.corpora import sha256
from models.training.network import Encoder, Shape
from models.training.words.pieces import character_table
from models.training.words.vocabulary import texts

log = logging.getLogger(__name__)

SAVE_EVERY = 500
TELL_EVERY = 100


@dataclass(frozen=True, slots=True)
class Recipe:
    """Texts below `text/`, read `steps` times `rows` windows of `width` pieces.

    A `share` of the pieces is asked for at each step; `samples` pieces of the vocabulary stand
    against the answers beside one another.
    """

    __pydantic_config__ = recipe_file.STRICT

    kind: str
    identifier: str
    texts: tuple[str, ...]
    steps: int
    rows: int = 56
    width: int = 96
    share: float = 0.5
    samples: int = 500
    vector: int = 200
    hidden: int = 256
    rate: float = 2e-3
    warm_up: int = 300
    dropout: float = 0.1
    clip: float = 1.0
    average: float = 0.998
    threads: int = 1
    seed: int = 1

    @classmethod
    def load(cls, path: Path) -> Recipe:
        """Read the file; `RecipeInvalid` says what is wrong in it."""
        return recipe_file.load(path, cls)


def train(recipe_path: Path, data: Path, out: Path, start: Path | None) -> Path:
    """Train, or go on from the checkpoint in `out`; returns the file of the averaged weights.

    `start` is a run whose vocabulary and piece vectors the encoder begins with; `out` can then be
    the `start` of a tagger's training.

    Raises:
        RecipeInvalid: the recipe is wrong, or there is neither a vocabulary in `out` nor a `start`.
    """
    recipe = Recipe.load(recipe_path)
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(recipe.threads)
    out.mkdir(parents=True, exist_ok=True)
    for name in ("tokenizer.json", "vectors.npy"):
        if not (out / name).exists():
            if start is None:
                raise RecipeInvalid("an encoder needs a run to start with, for its vocabulary")
            (out / name).write_bytes((start / name).read_bytes())
    tokenizer = Tokenizer.load(out / "tokenizer.json")
    files = [data / "text" / name for name in recipe.texts]
    stream = read(files, tokenizer)
    log.info("%d pieces of text", len(stream.ids))
    run = Run(recipe, tokenizer, torch.from_numpy(np.load(out / "vectors.npy")), stream, out)
    run.to_the_end()
    report = {
        "recipe": asdict(recipe) | {"heads": []},
        "data": {f"text/{file.name}": sha256(file) for file in files},
        "pieces": len(stream.ids),
        "loss": run.mean,
        "torch": torch.__version__,
    }
    (out / "run.json").write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    torch.save({f"encoder.{name}": each for name, each in run.average.items()}, out / "weights.pt")
    return out / "weights.pt"


@dataclass(frozen=True, slots=True)
class Stream:
    """All texts in a row, each behind a padding piece: ids and shapes (pieces)."""

    ids: npt.NDArray[np.int32]
    shapes: npt.NDArray[np.int8]


def read(files: list[Path], tokenizer: Tokenizer) -> Stream:
    """Encode the texts of the files."""
    ids: list[npt.NDArray[np.int32]] = []
    shapes: list[npt.NDArray[np.int8]] = []
    for text in texts(files):
        (pieces,) = tokenizer.encode(text, [(0, len(text))])
        ids.append(np.append(pieces.ids, 0).astype(np.int32))
        shapes.append(np.append(pieces.shapes, 0).astype(np.int8))
    return Stream(np.concatenate(ids), np.concatenate(shapes))


class Predictor(nn.Module):  # type: ignore[misc]
    """What turns a state of one direction into the features of a piece."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        width = shape.vector + shape.character_filters
        self.turn = nn.ModuleList(nn.Linear(shape.hidden, width) for _ in range(2))
        self.bias = nn.Parameter(torch.zeros(shape.pieces))

    def forward(self, states: Tensor, direction: int, features: Tensor, asked: Tensor) -> Tensor:
        """Scores (states, asked pieces)."""
        scores: Tensor = self.turn[direction](states) @ features.T + self.bias[asked]
        return scores


class Run:
    """The state of a training."""

    def __init__(
        self, recipe: Recipe, tokenizer: Tokenizer, vectors: Tensor, stream: Stream, out: Path
    ) -> None:
        self.recipe, self.stream, self.out = recipe, stream, out
        characters, alphabet = character_table(tokenizer.vocabulary)
        shape = Shape(len(characters), 0, alphabet, vector=recipe.vector, hidden=recipe.hidden)
        self.encoder = Encoder(shape, torch.from_numpy(characters))
        self.encoder.pieces.weight.data.copy_(vectors * 0.6)
        self.encoder.pieces.weight.data[0] = 0
        self.predictor = Predictor(shape)
        counts = np.bincount(stream.ids, minlength=len(characters)).astype(np.float64)
        counts[0] = 0
        self.share = torch.from_numpy(np.maximum(counts, 1) / counts.sum()).float()
        self.draws = (counts**0.5) / (counts**0.5).sum()
        self.parameters = [*self.encoder.parameters(), *self.predictor.parameters()]
        self.optimiser = torch.optim.Adam(self.parameters, lr=recipe.rate, betas=(0.9, 0.98))
        self.average = checkpoint.average_of(self.encoder)
        self._parts = {
            "encoder": self.encoder,
            "predictor": self.predictor,
            "optimiser": self.optimiser,
        }
        self.steps, self.mean = 0, 0.0
        self._resume()

    def to_the_end(self) -> None:
        """Run all steps."""
        while self.steps < self.recipe.steps:
            for ids, shapes in self._windows(self.steps * self.recipe.rows):
                value = self._step(ids, shapes)
                self.mean = value if not self.mean else 0.99 * self.mean + 0.01 * value
                if self.steps % TELL_EVERY == 0:
                    log.info("step %d loss %.3f", self.steps, self.mean)
                if self.steps % SAVE_EVERY == 0:
                    self._save()
                if self.steps >= self.recipe.steps:
                    break
        self._save()

    def _windows(self, begun: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield the rest of a pass over the text, in an order of its own, one batch at a time."""
        width, rows = self.recipe.width, self.recipe.rows
        places = len(self.stream.ids) // width - 1
        done, skipped = divmod(begun, places // rows * rows)
        draw = np.random.default_rng([self.recipe.seed, done])
        offset, order = int(draw.integers(width)), draw.permutation(places)
        for first in range(skipped, places - rows + 1, rows):
            starts = order[first : first + rows] * width + offset
            cells = starts[:, None] + np.arange(width)
            ids, shapes = self.stream.ids[cells].astype(np.int64), self.stream.shapes[cells]
            # Padding ends a window; what parts two texts within one is an unknown piece.
            ids[ids == 0] = 1
            yield torch.from_numpy(ids), torch.from_numpy(shapes.astype(np.int64))

    def _step(self, ids: Tensor, shapes: Tensor) -> float:
        for group in self.optimiser.param_groups:
            group["lr"] = self._rate()
        states = self.encoder(ids, shapes, self.recipe.dropout)
        hidden, draw = self.recipe.hidden, np.random.default_rng([self.recipe.seed, self.steps])
        chosen = torch.from_numpy(draw.random((len(ids), ids.shape[1] - 1)) < self.recipe.share)
        answers = ids[:, 1:][chosen], ids[:, :-1][chosen]
        asked = self._asked(answers, draw)
        features = self.encoder.table(asked)
        place = torch.zeros(len(self.share), dtype=torch.long)
        place[asked] = torch.arange(len(asked))
        correction = torch.log(self._expected(asked))
        rows = states[:, :-1, :hidden][chosen], states[:, 1:, hidden:][chosen]
        value = torch.zeros(())
        for direction in range(2):
            scores = self.predictor(rows[direction], direction, features, asked) - correction
            value = value + functional.cross_entropy(scores, place[answers[direction]]) / 2
        self.optimiser.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, self.recipe.clip)
        self.optimiser.step()
        self.steps += 1
        checkpoint.follow(self.average, self.encoder, self.steps, self.recipe.average)
        return float(value.item())

    def _asked(self, answers: tuple[Tensor, Tensor], draw: np.random.Generator) -> Tensor:
        drawn = draw.choice(len(self.draws), self.recipe.samples, p=self.draws)
        return torch.unique(torch.cat([*answers, torch.from_numpy(drawn)]))

    def _expected(self, asked: Tensor) -> Tensor:
        """How likely each piece was to be among the asked ones: by the batch, or by the draw."""
        cells = 2 * self.recipe.share * self.recipe.rows * (self.recipe.width - 1)
        drawn = torch.from_numpy(self.draws).float()[asked]
        seen = self.share[asked] * cells + drawn * self.recipe.samples
        return 1 - torch.exp(-seen)

    def _rate(self) -> float:
        warm = min(1.0, (self.steps + 1) / self.recipe.warm_up)
        done = self.steps / self.recipe.steps
        return self.recipe.rate * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))

    def _save(self) -> None:
        values = {"average": self.average, "steps": self.steps, "mean": self.mean}
        checkpoint.save(self.out, self._parts, values)

    def _resume(self) -> None:
        values = checkpoint.resume(self.out, self._parts)
        if values is None:
            return
        self.average, self.steps, self.mean = values["average"], values["steps"], values["mean"]
        log.info("resumed at step %d", self.steps)
