"""The models that there are: registry.toml, and the files it vouches for.

A record is `[<id>]` with the keys of `Model`; `[<id>.files]` gives the sha256 of each file of
weights/<id>/, and `[<id>.metrics]` the strict F1 of each benchmark that the card describes. With
`opt_in = true` a model is used only where someone asks for it: its licence may not suit all.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from models.errors import LanguageUnsupported, ModelCorrupt, ModelNotFound

EVERY = "mul"
"""Language of a record that serves all languages (ISO 639-2): relations."""
DEFAULT = Path(__file__).with_name("registry.toml")
_KEYS = frozenset({"language", "version", "licence", "entities", "phi", "files", "metrics"})
_OPTIONAL = frozenset({"opt_in"})
_READ = frozenset(
    {
        "config.json",
        "dictionary.npz",
        "model.onnx",
        "tokenizer.json",
        "weights.npz",
        "words.npz",
    }
)
"""Files that a model is read from, each where it is there."""


@dataclass(frozen=True, slots=True)
class Model:
    """A record of the registry; `entities` and `phi` are the heads, apart by use.

    `language` is a primary BCP 47 subtag, `licence` an SPDX expression for the weights. Those of an
    `opt_in` model relate what the model of its language finds.
    """

    identifier: str
    folder: Path
    language: str
    version: str
    licence: str
    entities: tuple[str, ...]
    phi: tuple[str, ...]
    files: Mapping[str, str]
    metrics: Mapping[str, float]
    opt_in: bool = False

    @property
    def tags(self) -> bool:
        """Whether it finds mentions; one that does not relates those that others find."""
        return bool(self.entities or self.phi)

    def verify(self) -> None:
        """Compare every file that is read with its sha256.

        Raises:
            ModelCorrupt: it names the first file that differs, or that the record lacks.
        """
        for name, expected in self.files.items():
            path = self.folder / name
            if not path.is_file():
                raise ModelCorrupt(f"{path} is missing")
            if hashlib.sha256(path.read_bytes()).hexdigest() != expected:
                raise ModelCorrupt(f"{path} is not the file that the registry describes")
        for name in sorted(_READ - set(self.files)):
            if (self.folder / name).exists():
                raise ModelCorrupt(f"{self.folder / name} is not in the record of the registry")


@dataclass(frozen=True)
class Registry:
    """All records, by id."""

    models: Mapping[str, Model]

    @classmethod
    def load(cls, path: Path = DEFAULT) -> Registry:
        """Read a registry; weights lie in `weights/<id>/` beside it.

        Raises:
            ModelCorrupt: the file is missing, is no TOML, or has unknown or missing keys.
        """
        try:
            tables = tomllib.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise ModelCorrupt(f"{path} cannot be read") from error
        weights = path.parent / "weights"
        return cls({name: _model(name, table, weights) for name, table in tables.items()})

    def get(self, identifier: str) -> Model:
        """Find a model by id; `ModelNotFound` names those that there are."""
        if identifier not in self.models:
            raise ModelNotFound(f"no model {identifier!r}; there are: {_listed(self.models)}")
        return self.models[identifier]

    @cached_property
    def defaults(self) -> tuple[Model, ...]:
        """The models that nobody has to ask for."""
        return tuple(model for model in self.models.values() if not model.opt_in)

    def opted(self, identifiers: Collection[str]) -> tuple[Model, ...]:
        """Find opt-in models by id, each once; `ModelNotFound` names those that there are."""
        offered = {model.identifier: model for model in self.models.values() if model.opt_in}
        for identifier in identifiers:
            if identifier not in offered:
                raise ModelNotFound(
                    f"no opt-in model {identifier!r}; there are: {_listed(offered)}"
                )
        return tuple(offered[identifier] for identifier in dict.fromkeys(identifiers))

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Languages with a model."""
        return tuple(sorted({model.language for model in self.defaults if model.tags}))

    @property
    def relations(self) -> tuple[Model, ...]:
        """The relation models, of all languages or of one."""
        return tuple(model for model in self.defaults if not model.tags)

    def relating(self, language: str) -> tuple[Model, ...]:
        """The relation models that read a language."""
        return tuple(model for model in self.relations if model.language in (EVERY, language))

    def of(self, language: str) -> Model:
        """Find the model of a BCP 47 language; the region does not matter (`en-GB` reads `en`).

        Raises:
            LanguageUnsupported: there is none; the message names the languages that there are.
        """
        primary = language.split("-", maxsplit=1)[0].lower()
        for model in self.defaults:
            if model.tags and model.language == primary:
                return model
        raise LanguageUnsupported(
            f"no model for language {primary!r}; there are: {_listed(self.languages)}"
        )


def _model(name: str, table: Mapping[str, Any], weights: Path) -> Model:
    if not isinstance(table, Mapping) or set(table) - _OPTIONAL != _KEYS:
        wrong = sorted(set(table) - _OPTIONAL ^ _KEYS) if isinstance(table, Mapping) else [name]
        raise ModelCorrupt(f"registry record {name!r} has unknown or missing keys: {wrong}")
    return Model(
        identifier=name,
        folder=weights / name,
        language=table["language"],
        version=table["version"],
        licence=table["licence"],
        entities=tuple(table["entities"]),
        phi=tuple(table["phi"]),
        files=table["files"],
        metrics=table["metrics"],
        opt_in=table.get("opt_in", False),
    )


def _listed(names: Mapping[str, Model] | tuple[str, ...]) -> str:
    return ", ".join(sorted(names)) or "none"
