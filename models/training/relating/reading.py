"""Train a relation model that reads word by word: `train(recipe, data, out)`.

Several networks learn, each from all documents but one share, and their answers are averaged. What
each makes of the documents that it did not see chooses the threshold, so that all are learned from.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
import onnx
import torch

from models.relating.reader import Floats, Vocabulary, readings
from models.relating.words import Hashes
from models.training import recipe_file
from models.training.corpora import sha256
from models.training.relating.corpora import READERS, read
from models.training.relating.examples import Examples, Flags, Inventory
from models.training.relating.inventory import OUTPUTS, inventory
from models.training.relating.reader import Batch, Lesson, Network, Settings, fit
from models.training.relating.reader_graph import graph, rounded
from models.training.relating.training import best_threshold
from models.training.words.word_vectors import word_vectors

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recipe:
    """`mix` names corpora and their parts, `texts` the files below `text/` of the word vectors.

    `outputs` is the file, beside relations.toml, that says what the model learns.
    """

    __pydantic_config__ = recipe_file.STRICT

    kind: str
    identifier: str
    outputs: str
    mix: Mapping[str, tuple[str, ...]]
    texts: tuple[str, ...]
    settings: Settings = field(default_factory=Settings)

    @classmethod
    def load(cls, path: Path) -> Recipe:
        """Read the file; `RecipeInvalid` says what is wrong in it."""
        return recipe_file.load(path, cls)


def train(recipe_path: Path, data: Path, out: Path) -> Path:
    """Train and write config.json, words.npz, model.onnx and run.json to `out`.

    Returns the file of the graph.
    """
    recipe = Recipe.load(recipe_path)
    settings = recipe.settings
    known = inventory(OUTPUTS.with_name(recipe.outputs))
    hashes, vectors = word_vectors(_texts(recipe, data), settings.words, settings.vector)
    log.info("%d words", len(hashes))
    small, scales = rounded(vectors)
    vectors, vocabulary = small * scales, Vocabulary(hashes)
    examples = list(_examples(recipe, data / "corpora", known))
    networks, given = [], []
    for fold in range(settings.folds):
        taught = [each for place, each in enumerate(examples) if place % settings.folds != fold]
        network = fit(
            list(lessons(taught, vocabulary)), settings, vectors, len(known.outputs), fold + 1
        )
        networks.append(network)
        given += [answers(network, each, vocabulary) for each in examples[fold :: settings.folds]]
    right = [
        each.right for fold in range(settings.folds) for each in examples[fold :: settings.folds]
    ]
    held_out = _held_out(np.concatenate(given), np.concatenate(right))
    threshold = held_out["threshold"]
    outputs = tuple(replace(each, threshold=threshold) for each in known.outputs)
    save(networks, hashes, replace(known, outputs=outputs), out)
    _describe(recipe, data, held_out, out)
    return out / "model.onnx"


def _texts(recipe: Recipe, data: Path) -> list[Path]:
    return [data / "text" / name for name in recipe.texts]


def _examples(recipe: Recipe, corpora: Path, known: Inventory) -> Iterator[Examples]:
    for name, parts in recipe.mix.items():
        for part in parts:
            yield from read(name, part, corpora, known)


def answers(network: Network, examples: Examples, known: Vocabulary) -> Floats:
    """Probabilities (pairs, outputs) of what a network did not see; 0 but for the best kind."""
    given = np.zeros(examples.right.shape, np.float32)
    for lesson in lessons([examples], known):
        with torch.no_grad():
            found = torch.softmax(network(Batch.of([lesson.reading])), dim=1)
        given[lesson.reading.rows] = found[:, 1:].numpy()
    best: Floats = np.where(given == given.max(axis=1, keepdims=True), given, np.float32(0))
    return best


def _held_out(given: Floats, right: Flags) -> dict[str, float]:
    """The threshold of the best F1, of all kinds together, and that F1 of single networks."""
    best = best_threshold(given.ravel(), right.ravel())
    threshold = max(math.floor(best * 1e4), 1) / 1e4
    found = given >= threshold
    f1 = 2 * int((found & right).sum()) / max(int(found.sum() + right.sum()), 1)
    log.info("out of fold: F1 %.3f at a threshold of %.4f", f1, threshold)
    return {"threshold": threshold, "f1": round(f1, 4)}


def lessons(examples: Iterable[Examples], known: Vocabulary) -> Iterator[Lesson]:
    """The sentences that have pairs; a pair of several kinds counts for the first one."""
    for each in examples:
        if each.units is not None and each.tails is not None:
            classes = np.where(each.right.any(axis=1), each.right.argmax(axis=1) + 1, 0)
            for reading in readings(each.units, each.heads, each.tails, known):
                yield Lesson(reading, classes[reading.rows])


def save(networks: Sequence[Network], hashes: Hashes, known: Inventory, out: Path) -> None:
    """Write what `models.relating.model` reads; the networks share their settings."""
    out.mkdir(parents=True, exist_ok=True)
    onnx.save(graph(networks, *rounded(networks[0].vectors.numpy())), out / "model.onnx")
    np.savez_compressed(out / "words.npz", hashes=hashes)
    config = {"groups": dict(known.groups), "outputs": [asdict(each) for each in known.outputs]}
    (out / "config.json").write_text(json.dumps(config, indent=1) + "\n", "utf-8")


def _describe(recipe: Recipe, data: Path, held_out: Mapping[str, float], out: Path) -> None:
    files = [
        data / "corpora" / READERS[name][1] / f"{part}.jsonl.xz"
        for name, parts in recipe.mix.items()
        for part in parts
    ]
    files += _texts(recipe, data)
    hashes = {str(path.relative_to(data)): sha256(path) for path in sorted(set(files))}
    text = json.dumps({"recipe": asdict(recipe), "hashes": hashes, "held_out": held_out}, indent=1)
    (out / "run.json").write_text(text + "\n", "utf-8")
