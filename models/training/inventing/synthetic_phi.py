"""Clinical letters, headers and sentences with invented personal data, as stand-off documents."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from models.training.inventing.identities import TEMPLATES, Identities
from models.training.inventing.templates import Slot, fill, shout

WORD = "WORD"
"""A word such as a title: not personal, and surely no clinical mention either."""

_SEED = {False: 11, True: 12}


def documents(
    lists: Path, notes: Sequence[str], count: int, *, test: bool
) -> Iterator[dict[str, Any]]:
    """Make documents; `notes` are sentences without personal data that fill the gaps."""
    identities = Identities(lists, test, _SEED[test])
    tables = tomllib.loads((TEMPLATES / "en_phi.toml").read_text("utf-8"))
    templates: list[str] = tables["test" if test else "train"]
    slots = _labelled(identities) | _plain(identities, notes)
    draw = identities.random
    for number in range(count):
        template = draw.choice(templates).strip("\n")
        if draw.random() < 0.25:
            template += "\n\n" + draw.choice(templates).strip("\n")
        document = fill(template, slots, f"synthetic-phi-{number}")
        yield shout(document) if draw.random() < 0.1 else document


def _labelled(of: Identities) -> dict[str, Slot]:
    makers: dict[str, list[Callable[[], str]]] = {
        "NAME": [of.full, of.last_first, of.first, of.last, of.short, of.named, of.namesake],
        "AGE": [of.age, of.age_old],
        "DATE": [of.date, of.month_year, of.year],
        "ID": [of.mrn, of.account, of.ssn, of.serial, of.plate, of.npi],
        "LOCATION": [of.street, of.city, of.state, of.zip, of.hospital],
        "CONTACT": [of.phone, of.email, of.url, of.pager],
        "PROFESSION": [of.job],
    }
    return {make.__name__: _slot(make, label) for label, all_ in makers.items() for make in all_}


def _slot(make: Callable[[], str], label: str) -> Slot:
    return lambda: (make(), label)


def _plain(of: Identities, notes: Sequence[str]) -> dict[str, Slot]:
    fillers: dict[str, Sequence[str]] = {
        "sex": ["male", "female", "M", "F", "man", "woman"],
        "person": of.words["persons"],
        "relative": of.words["relatives"],
        "title": ["Mr.", "Mrs.", "Ms.", "Miss", "Mr", "Ms", "Dr."],
        "poss": ["his", "her"],
        "pron": ["He", "She"],
        "pron_low": ["he", "she"],
    }
    slots: dict[str, Slot] = {name: _choice(of, values, WORD) for name, values in fillers.items()}
    slots["eponym"] = _choice(of, of.words["eponyms"], None)
    slots["note"] = _choice(of, notes, None)
    slots["clock"] = lambda: (f"{of.integer(0, 23):02d}:{of.integer(0, 59):02d}", WORD)
    return slots


def _choice(of: Identities, values: Sequence[str], label: str | None) -> Slot:
    return lambda: (of.random.choice(values), label)
