"""The file of a recipe: TOML whose keys and types are those of a dataclass."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from models.errors import RecipeInvalid

Kind = TypeVar("Kind")

STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
"""What a dataclass of a recipe takes as its `__pydantic_config__`."""
_SAID = {"missing": "is missing", "unexpected_keyword_argument": "is no key of a recipe"}


def table(path: Path) -> dict[str, Any]:
    """Parse the file; a `RecipeInvalid` if it cannot be read or is no TOML."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise RecipeInvalid(f"{path.name} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise RecipeInvalid(f"{path.name} is no TOML: {error}") from error


def load(path: Path, kind: type[Kind]) -> Kind:
    """Read a recipe; a `RecipeInvalid` names the file and each key that is wrong.

    `kind` is a dataclass whose config, and that of those in its fields, is `STRICT`.
    """
    # Strict JSON has arrays for tuples, which strict Python has not.
    written = json.dumps(table(path), default=str)
    try:
        return TypeAdapter(kind).validate_json(written)
    except ValidationError as error:
        wrong = "; ".join(map(_said, error.errors()))
        raise RecipeInvalid(f"{path.name}: {wrong}") from error


def _said(wrong: ErrorDetails) -> str:
    key = ".".join(map(str, wrong["loc"]))
    return f"{key} {_SAID.get(wrong['type']) or 'is wrong: ' + wrong['msg']}"
