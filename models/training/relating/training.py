"""Train the relation model from a recipe: `train(recipe, data, out)`.

Thresholds are chosen with a model of the training parts, on the parts of `tune`; the weights that
are written learn from both, unless the recipe keeps that first model.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from models.registry import EVERY
from models.relating.indications import FOLDER
from models.relating.model import SILENT, Output, RelationModel
from models.training import recipe_file
from models.training.corpora import documents, sha256
from models.training.relating.corpora import READERS, read
from models.training.relating.examples import Examples, Inventory
from models.training.relating.inventory import OUTPUTS, inventory
from models.training.relating.network import Network, Settings, Table
from models.training.relating.network import train as fit
from models.training.scoring import evaluate
from models.training.scoring.relation_scores import probabilities, total, with_gold_entities

log = logging.getLogger(__name__)

Tuned = tuple[str, Examples]
"""The corpus of an example, and the example."""
_HELD_OUT = 0.15
"""Share of the documents without a development part that thresholds are chosen on."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """`mix` names corpora and their parts; `tune` those parts of them that choose thresholds.

    `outputs` is the file, beside relations.toml, that says what the model learns. Without `whole`,
    the weights are those that the thresholds were chosen with. One in `distant` of the unrelated
    pairs far apart is learned from. `precise` is the share of what is shown in a note that has to
    be right.

    A corpus that `tune` does not name lends a share of its documents, by a hash of their place.
    Documents whose `meta.pmid` occurs in one of the files `apart` are never read.
    """

    __pydantic_config__ = recipe_file.STRICT

    kind: str
    identifier: str
    mix: Mapping[str, tuple[str, ...]]
    tune: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    apart: tuple[str, ...] = ()
    outputs: str = "relations.toml"
    whole: bool = True
    distant: int = 4
    precise: float = 0.5
    settings: Settings = field(default_factory=Settings)

    @classmethod
    def load(cls, path: Path) -> Recipe:
        """Read the file; `RecipeInvalid` says what is wrong in it."""
        return recipe_file.load(path, cls)


def train(recipe_path: Path, data: Path, out: Path) -> Path:
    """Train and write config.json, weights.npz and run.json to `out`; returns the weights."""
    recipe = Recipe.load(recipe_path)
    known = inventory(OUTPUTS.with_name(recipe.outputs))
    learned, tuned = _examples(recipe, data / "corpora", known)
    out.mkdir(parents=True, exist_ok=True)
    learned = [thinned(each, recipe.distant) for each in learned]
    log.info("%d and %d documents", len(learned), len(tuned))
    network = fit(Table(learned), recipe.settings, len(known.outputs))
    trial = save(network, known, out)
    known = replace(known, outputs=tuple(thresholds(trial, tuned, recipe.precise)))
    trial = replace(trial, outputs=known.outputs)
    log.info(
        "on what was held out\n%s",
        evaluate.table(total(with_gold_entities(trial, [each for _, each in tuned]))),
    )
    if recipe.whole:
        learned += [thinned(each, recipe.distant) for _, each in tuned]
        network = fit(Table(learned), recipe.settings, len(known.outputs))
    save(network, known, out)
    _describe(recipe, data / "corpora", out)
    return out / "weights.npz"


def _examples(
    recipe: Recipe, corpora: Path, known: Inventory
) -> tuple[list[Examples], list[Tuned]]:
    apart = _kept_apart(recipe, corpora)
    learned: list[Examples] = []
    tuned: list[Tuned] = []
    for name, parts in recipe.mix.items():
        for part in parts:
            log.info("reading %s %s", name, part)
            for place, each in enumerate(read(name, part, corpora, known, apart)):
                if part in recipe.tune[name] if name in recipe.tune else _is_held_out(name, place):
                    tuned.append((name, each))
                else:
                    learned.append(each)
    return learned, tuned


def thinned(examples: Examples, distant: int) -> Examples:
    """Leave out most pairs of mentions that are far apart and not related: they teach little."""
    unrelated = examples.far & ~examples.right[examples.owners].any(axis=1)
    if distant == 1 or not unrelated.any():
        return examples
    return examples.only(~unrelated | (np.arange(len(unrelated)) % distant == 0))


def _is_held_out(name: str, place: int) -> bool:
    digest = hashlib.sha256(f"{name} {place}".encode()).digest()
    return int.from_bytes(digest[:4]) < _HELD_OUT * 2**32


def _kept_apart(recipe: Recipe, corpora: Path) -> frozenset[str]:
    found = (
        document.get("meta", {}).get("pmid")
        for path in recipe.apart
        for document in documents(corpora / f"{path}.jsonl.xz")
    )
    return frozenset(filter(None, found))


def thresholds(model: RelationModel, tuned: Sequence[Tuned], precise: float) -> Iterator[Output]:
    """The outputs with the threshold of the best F1 that is precise enough; rivals share one.

    What the project's own notes can tell is chosen on them alone: they are what will be read.
    """
    scored = [(name, probabilities(model, each), each.right) for name, each in tuned]
    for place, output in enumerate(model.outputs):
        alike = [
            other
            for other, rival in enumerate(model.outputs)
            if other == place or (output.is_for_mentions and rival.says_what(output))
        ]
        own = [each for each in scored if each[0].startswith("notes/")] if _in_notes(output) else []
        given = _joined(found[:, alike].ravel() for _, found, _ in own or scored)
        right = _joined(truth[:, alike].ravel() for _, _, truth in own or scored).astype(bool)
        least = precise if own else 0.0
        threshold = best_threshold(given, right, least)
        # Pairs that lost to a rival are given nothing, which no threshold may let through.
        yield replace(output, threshold=max(math.floor(threshold * 1e4), 1) / 1e4)


def _in_notes(output: Output) -> bool:
    return output.is_for_mentions and not output.stretch


def _joined(parts: Iterable[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    return np.concatenate([np.zeros(0), *parts])


def best_threshold(
    given: npt.NDArray[Any], right: npt.NDArray[np.bool_], precise: float = 0.0
) -> float:
    """The threshold of the best F1 among those that are `precise`; `SILENT` if none is."""
    order = np.argsort(-given, kind="stable")
    hits = np.cumsum(right[order])
    found = np.arange(1, len(order) + 1)
    scores = np.where(hits >= precise * found, 2 * hits / (found + right.sum()), 0.0)
    best = int(scores.argmax()) if len(scores) else 0
    return float(given[order[best]]) if scores.any() else SILENT


def save(network: Network, known: Inventory, out: Path) -> RelationModel:
    """Write the network with int8 tables; returns it as it will be read."""
    arrays: dict[str, npt.NDArray[Any]] = {}
    with torch.no_grad():
        for name, table in (("sums", network.sums), ("stretches", network.stretches)):
            values = table.weight.numpy()
            scale = np.maximum(np.quantile(np.abs(values), 0.9999, axis=0), 1e-6) / 127
            arrays[name] = np.clip(np.round(values / scale), -127, 127).astype(np.int8)
            arrays[f"{name}_scale"] = scale.astype(np.float32)
        arrays["bias"] = network.bias.numpy()
        arrays["weights"] = network.out.weight.numpy().T
        arrays["out_bias"] = network.out.bias.numpy()
    np.savez_compressed(out / "weights.npz", **arrays)  # type: ignore[arg-type]
    config = {"groups": dict(known.groups), "outputs": [asdict(each) for each in known.outputs]}
    (out / "config.json").write_text(json.dumps(config, indent=1) + "\n", "utf-8")
    return RelationModel.load(out)


def _describe(recipe: Recipe, corpora: Path, out: Path) -> None:
    files = [
        corpora / READERS[name][1] / f"{part}.jsonl.xz"
        for name, parts in recipe.mix.items()
        for part in parts
        if name in READERS
    ]
    hashes = {str(path.relative_to(corpora)): sha256(path) for path in sorted(set(files))}
    hashes |= {f"indications/{path.name}": sha256(path) for path in sorted(FOLDER.glob("*.toml"))}
    text = json.dumps({"recipe": asdict(recipe), "hashes": hashes}, indent=1)
    (out / "run.json").write_text(text + "\n", "utf-8")


def record(folder: Path, version: str, metrics: Mapping[str, float]) -> str:
    """Write the registry record of the model in `folder`, whose name is its id."""
    lines = [
        f"[{folder.name}]",
        f'language = "{EVERY}"',
        f'version = "{version}"',
        'licence = "Apache-2.0"',
        "entities = []",
        "phi = []",
        "",
        f"[{folder.name}.files]",
        *(f'"{name}" = "{sha256(folder / name)}"' for name in ("config.json", "weights.npz")),
        "",
        f"[{folder.name}.metrics]",
        *(f'"{name}" = {value}' for name, value in metrics.items()),
    ]
    return "\n".join(lines) + "\n"
