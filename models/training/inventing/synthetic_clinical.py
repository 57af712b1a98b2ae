"""Telegraphic clinical lines with labels, which case reports and abstracts do not have."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Iterator, Sequence
from typing import Any

from models.training.inventing.identities import TEMPLATES
from models.training.inventing.templates import Slot, fill, shout

_LABELS = {
    "drug": ("drugs", "DRUG"),
    "disease": ("diseases", "DISEASE"),
    "symptom": ("symptoms", "SYMPTOM"),
    "procedure": ("procedures", "PROCEDURE"),
    "test": ("tests", "DIAGNOSTIC_PROCEDURE"),
    "lab": ("labs", "DIAGNOSTIC_PROCEDURE"),
    "value": ("values", "LAB_VALUE"),
    "dose": ("doses", "DOSAGE"),
    "freq": ("frequencies", "FREQUENCY"),
    "route": ("routes", None),
    "severity": ("severities", "SEVERITY"),
    "duration": ("durations", "DURATION"),
}
_STRENGTHS = (
    5,
    10,
    12.5,
    20,
    25,
    40,
    50,
    75,
    80,
    100,
    150,
    200,
    250,
    300,
    325,
    500,
    600,
    850,
    1000,
)
_NUMBER = re.compile(r"\{(n|d|mg)\}")


def documents(count: int, *, seed: int = 21) -> Iterator[dict[str, Any]]:
    """Make documents of one to four lines; slots vary in capitals."""
    draw = random.Random(seed)
    tables = tomllib.loads((TEMPLATES / "en_clinical.toml").read_text("utf-8"))
    slots = {name: _slot(draw, tables[values], label) for name, (values, label) in _LABELS.items()}
    for number in range(count):
        lines = draw.choices(tables["train"], k=draw.randint(1, 4))
        template = draw.choice([" ", "\n"]).join(lines)
        document = fill(template, slots, f"synthetic-clinical-{number}")
        yield shout(document) if draw.random() < 0.1 else document


def _slot(draw: random.Random, values: Sequence[str], label: str | None) -> Slot:
    def make() -> tuple[str, str | None]:
        text = _NUMBER.sub(lambda match: _number(draw, match[1]), draw.choice(values))
        return (text.capitalize() if text.islower() and draw.random() < 0.25 else text), label

    return make


def _number(draw: random.Random, kind: str) -> str:
    if kind == "mg":
        return str(draw.choice(_STRENGTHS))
    return str(draw.randint(1, 9) if kind == "d" else draw.randint(10, 200))
