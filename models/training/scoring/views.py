"""Label schemes that users know, as views over the inventory (views.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

VIEWS = Path(__file__).with_name("views.toml")
View = Mapping[str, tuple[str, ...]]
"""Labels of the inventory by label of the view."""


@cache
def views() -> Mapping[str, View]:
    """Read all views, by name."""
    tables = tomllib.loads(VIEWS.read_text("utf-8"))
    return {
        name: {label: tuple(meant) for label, meant in table.items()}
        for name, table in tables.items()
    }


def view(name: str) -> View:
    """Find a view; a `ValueError` names those that there are."""
    known = views()
    if name not in known:
        raise ValueError(f"no view {name!r}; there are: {', '.join(sorted(known))}")
    return known[name]
