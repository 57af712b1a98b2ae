"""Train the relation model from a recipe: `train(recipe, data, out)`.

Thresholds are chosen with a model of the training parts, on the parts of `tune`; the weights that
are written learn from both.
"""

from __future__ import annotations

import hashlib
import json
import logging
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from models.registry import EVERY
from models.relation_model import Output, RelationModel
from models.training import evaluate
from models.training.corpora import documents, sha256
from models.training.relation_corpora import READERS, read
from models.training.relation_examples import Examples, Inventory
from models.training.relation_network import Network, Settings, Table
from models.training.relation_network import train as fit
from models.training.relation_scores import probabilities, with_gold_entities

log = logging.getLogger(__name__)

OUTPUTS = Path(__file__).with_name("relations.toml")
_DISTANT = 4
"""One in so many of the unrelated pairs far apart is learned from."""
_HELD_OUT = 0.15
"""Share of the documents without a development part that thresholds are chosen on."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """`mix` names corpora and their parts; `tune` those parts of them that choose thresholds.

    A corpus that `tune` does not name lends a share of its documents, by a hash of their place.
    Documents whose `meta.pmid` occurs in one of the files `apart` are never read.
    """

    kind: str
    identifier: str
    mix: Mapping[str, tuple[str, ...]]
    tune: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    apart: tuple[str, ...] = ()
    settings: Settings = field(default_factory=Settings)

    @classmethod
    def load(cls, path: Path) -> Recipe:
        """Read the file; an unknown or missing key is a `ValueError`."""
        table = tomllib.loads(path.read_text("utf-8"))
        if set(table) - {each.name for each in fields(cls)}:
            raise ValueError(f"{path.name} has unknown keys")
        try:
            return cls(
                kind=table["kind"],
                identifier=table["identifier"],
                mix={name: tuple(parts) for name, parts in table["mix"].items()},
                tune={name: tuple(parts) for name, parts in table.get("tune", {}).items()},
                apart=tuple(table.get("apart", ())),
                settings=Settings(**table.get("settings", {})),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"{path.name} lacks or misnames a key: {error}") from error


def inventory(path: Path = OUTPUTS) -> Inventory:
    """Read groups and outputs; thresholds are still one half."""
    table = tomllib.loads(path.read_text("utf-8"))
    numbers = {name: place for place, name in enumerate(table["groups"])}
    groups = {
        label: numbers[name]
        for name, labels in table["groups"].items()
        for label in labels or [name]
    }
    defaults = {"relation": "", "reach": 0, "single": False, "stretch": False, "document": False}
    outputs = tuple(
        Output(
            **{
                **defaults,
                **each,
                "heads": tuple(numbers[name] for name in each["heads"]),
                "tails": tuple(numbers[name] for name in each["tails"]),
                "threshold": 0.5,
            }
        )
        for each in table["output"]
    )
    return Inventory(groups, len(numbers), outputs)


def train(recipe_path: Path, data: Path, out: Path) -> Path:
    """Train and write config.json, weights.npz and run.json to `out`; returns the weights."""
    recipe, known = Recipe.load(recipe_path), inventory()
    learned, tuned = _examples(recipe, data / "corpora", known)
    out.mkdir(parents=True, exist_ok=True)
    learned = [thinned(each) for each in learned]
    log.info("%d and %d documents", len(learned), len(tuned))
    first = fit(Table(learned), recipe.settings, len(known.outputs))
    trial = save(first, known, out)
    known = replace(known, outputs=tuple(thresholds(trial, tuned)))
    trial = replace(trial, outputs=known.outputs)
    log.info("on what was held out\n%s", evaluate.table(with_gold_entities(trial, tuned)))
    last = fit(Table([*learned, *map(thinned, tuned)]), recipe.settings, len(known.outputs))
    save(last, known, out)
    _describe(recipe, data / "corpora", out)
    return out / "weights.npz"


def _examples(
    recipe: Recipe, corpora: Path, known: Inventory
) -> tuple[list[Examples], list[Examples]]:
    apart = _kept_apart(recipe, corpora)
    learned: list[Examples] = []
    tuned: list[Examples] = []
    for name, parts in recipe.mix.items():
        for part in parts:
            log.info("reading %s %s", name, part)
            found = list(read(name, part, corpora, known, apart))
            if name in recipe.tune:
                (tuned if part in recipe.tune[name] else learned).extend(found)
            else:
                for place, each in enumerate(found):
                    (tuned if _is_held_out(name, place) else learned).append(each)
    return learned, tuned


def thinned(examples: Examples) -> Examples:
    """Leave out most pairs of mentions that are far apart and not related: they teach little."""
    distant = (examples.sums[:, -2] == 0) & ~examples.right[examples.owners].any(axis=1)
    if not distant.any():
        return examples
    kept = ~distant | (np.arange(len(distant)) % _DISTANT == 0)
    return replace(
        examples,
        sums=examples.sums[kept],
        stretches=None if examples.stretches is None else examples.stretches[kept],
        owners=np.arange(int(kept.sum())),
        heads=examples.heads[kept],
        right=examples.right[kept],
        judged=examples.judged[kept],
        pairs=tuple(pair for pair, keep in zip(examples.pairs, kept, strict=True) if keep),
    )


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


def thresholds(model: RelationModel, tuned: Sequence[Examples]) -> Iterator[Output]:
    """The outputs with the threshold of the best F1; rivals share one."""
    scored = [(probabilities(model, each), each) for each in tuned]
    for output in model.outputs:
        alike = [
            place
            for place, other in enumerate(model.outputs)
            if other == output or (output.is_for_mentions and other.says_what(output))
        ]
        given = _joined(each[:, alike].ravel() for each, _ in scored)
        right = _joined(each.right[:, alike].ravel() for _, each in scored)
        yield replace(output, threshold=round(best_threshold(given, right.astype(bool)), 4))


def _joined(parts: Iterable[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    return np.concatenate([np.zeros(0), *parts])


def best_threshold(given: npt.NDArray[Any], right: npt.NDArray[np.bool_]) -> float:
    """The threshold of the best F1; one half where nothing is right."""
    if not right.any():
        return 0.5
    order = np.argsort(-given, kind="stable")
    hits = np.cumsum(right[order])
    scores = 2 * hits / (np.arange(1, len(order) + 1) + right.sum())
    return float(given[order[int(scores.argmax())]])


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
