"""What releases.toml says, read once."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def facts(section: str) -> dict[str, Any]:
    """One section of releases.toml."""
    document = tomllib.loads((Path(__file__).parent / "releases.toml").read_text("utf-8"))
    section_found: dict[str, Any] = document[section]
    return section_found
