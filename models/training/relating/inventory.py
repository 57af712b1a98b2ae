"""What a relation model learns: relations.toml, or a file beside it."""

from __future__ import annotations

import tomllib
from pathlib import Path

from models.relating.model import Output
from models.training.relating.examples import Inventory

OUTPUTS = Path(__file__).with_name("relations.toml")


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
