"""What finds of personal data may mean instead: resources/senses.toml, of all languages at once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

SENSES = Path(__file__).parents[1] / "resources" / "senses.toml"


@cache
def senses() -> Mapping[str, Any]:
    """Read the file, with its lists in their order."""
    return tomllib.loads(SENSES.read_text("utf-8"))


@cache
def sense(key: str) -> frozenset[str]:
    """Give a list as a set; a list that is not there is a `KeyError`."""
    return frozenset(senses()[key])
