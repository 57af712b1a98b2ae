"""A recipe: all that decides a training run, read from TOML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from models.training import recipe_file
from models.training.batches import Roughness


@dataclass(frozen=True, slots=True)
class Recipe:
    """`mix` says how often a corpus is read in one epoch; `splits` which of its parts.

    `skip` names values of `meta` whose documents are never read, neither for training nor for the
    vocabulary: they are hidden tests, or stand in a development part under another name. So are
    documents whose `meta.pmid` occurs in one of the files `apart` (paths below the corpora).

    `label_maps` are files beside the recipe, written as labels.toml, for corpora that it lacks.
    With `dictionary`, pieces are marked that spell a known clinical name (dictionaries.toml).
    `join` is how many pieces the product reads together where sentences are short; it does not
    touch the training. Heads named in `auxiliary` only help the training and the evaluation;
    annotations never show them. A head in `begins` begins as another one of the run that is gone on
    from. `vocabulary` and `vector` size what the run folder gets when it has none.
    The learning rate falls to its end over `minutes` of training, or over `steps` when they are
    given. A second thread gains nothing on a CPU; two trainings at once do.
    """

    __pydantic_config__ = recipe_file.STRICT

    identifier: str
    language: str
    heads: tuple[str, ...]
    mix: Mapping[str, float]
    splits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    auxiliary: tuple[str, ...] = ()
    begins: Mapping[str, str] = field(default_factory=dict)
    skip: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    apart: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    label_maps: tuple[str, ...] = ()
    vocabulary: int = 16_000
    vector: int = 200
    hidden: int = 256
    layers: int = 1
    dictionary: bool = False
    join: int = 64
    minutes: float = 45.0
    steps: int = 0
    threads: int = 1
    seed: int = 1
    budget: int = 2400
    rate: float = 2e-3
    warm_up: int = 300
    dropout: float = 0.35
    average: float = 0.999
    clip: float = 5.0
    negatives: int = 12_000
    synthetic_phi: int = 5000
    phi_notes: int = 6000
    synthetic_clinical: int = 4000
    surrogates: int = 4
    roughness: Roughness = field(default_factory=Roughness)

    @classmethod
    def load(cls, path: Path) -> Recipe:
        """Read the file; `RecipeInvalid` says what is wrong in it."""
        recipe = recipe_file.load(path, cls)
        return replace(
            recipe, label_maps=tuple(str(path.parent / each) for each in recipe.label_maps)
        )
