"""Held-out notes with invented personal data of every HIPAA class, made from templates.

phi_sets/<language>_<part>.toml holds `[values]` and `[templates]`, which the head of en_dev.toml
explains. No part of `PARTS` is ever trained on, and they share neither with each other; what a
training makes of the part `TRAIN` is told in phi_notes.py. The parts of `CLEAN` have no personal
data at all, and nothing is trained on them either.
"""

from __future__ import annotations

import random
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import chain, count
from pathlib import Path
from typing import Any

from models.phi.checks import CHECKS

SETS = Path(__file__).with_name("phi_sets")
TABLES = Path(__file__).with_name("phi_benchmark.toml")
PARTS = ("dev", "dev2", "blind", "test")
CLEAN = ("clean", "clean2")
TRAIN = "train"
FILLINGS = 5
"""How often each template is filled, every time with other values."""
NEGATIVE = "negative"
"""The style of notes without personal data."""

_SLOT = re.compile(r"\{([a-z_]+?(?:90)?)(\d?)\}")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_NAMES = ("given", "man", "woman", "family")
_DRAWN = re.compile(r"[#$%]")
_FOLDED = frozenset({"email", "url"})
_DATE_PARTS = ("d", "dd", "m", "mm", "y", "yy", "month", "mon", "weekday", "nth_day")
_FIRST_DAY = date(1948, 1, 1)
_DAYS = 365 * 77
_PATIENCE = 10_000
"""So often a form is drawn anew until it passes its check."""
_LETTERS = "ABCDEFGHJKLMNPRSTVWXYZ"
_HEXADECIMAL = "0123456789abcdef"


@dataclass(frozen=True, slots=True)
class Gold:
    """One identifier, in half-open code points; `slot` says of which kind."""

    start: int
    end: int
    slot: str


@dataclass(frozen=True, slots=True)
class Case:
    """One filled template; `template` names it, so that its fillings can be told from others."""

    template: str
    style: str
    text: str
    gold: tuple[Gold, ...]


@cache
def classes() -> Mapping[str, Sequence[str]]:
    """The slots of each HIPAA class."""
    table: dict[str, list[str]] = tomllib.loads(TABLES.read_text("utf-8"))["classes"]
    return table


@cache
def table(language: str, part: str) -> Mapping[str, Any]:
    """Values and templates of one set."""
    return tomllib.loads((SETS / f"{language}_{part}.toml").read_text("utf-8"))


def languages(part: str) -> list[str]:
    """Those that have a set of this part."""
    return sorted(path.name.split("_")[0] for path in SETS.glob(f"*_{part}.toml"))


def people(language: str, parts: Iterable[str] = PARTS) -> frozenset[str]:
    """The words of all names, and the towns: what a training must not draw from its lists."""
    there = [table(language, part)["values"] for part in parts if language in languages(part)]
    written = " ".join(name for values in there for key in _NAMES for name in values[key])
    names = (word for word in _WORD.findall(written) if word[0].isupper())
    return frozenset(chain(names, *(values["city"] for values in there)))


def cases(language: str, part: str) -> Iterator[Case]:
    """Fill every template; the same values come every time."""
    content = table(language, part)
    for style, templates in content["templates"].items():
        for number, template in enumerate(templates):
            name = f"{style} {number}"
            for filling in range(1 if style == NEGATIVE else FILLINGS):
                seed = f"{language} {part} {name} {filling}"
                yield fill(name, style, template, Values(content["values"], seed))


def fill(name: str, style: str, template: str, values: Values) -> Case:
    """Draw a value for each slot of a template."""
    text, gold, last = "", list[Gold](), 0
    template = template.strip("\n")
    for found in _SLOT.finditer(template):
        text += template[last : found.start()]
        value = values.say(found[1], found[2])
        gold.append(Gold(len(text), len(text) + len(value), found[1]))
        text += value
        last = found.end()
    return Case(name, style, _cased(text + template[last:], style), tuple(gold))


def _cased(text: str, style: str) -> str:
    """Write in capitals or small letters where the style asks for it; offsets stay."""
    change = {"capitals": str.upper, "lower": str.lower}.get(style)
    if change is None:
        return text
    return "".join(new if len(new := change(one)) == 1 else one for one in text)


@dataclass(slots=True)
class Values:
    """Draws the values of one filled template.

    A value is a text with `{slot}` for other values, `#` for a digit, `$` for a capital letter and
    `%` for a hexadecimal digit, or a table of such a `form` and the `check` (models/phi/checks.py)
    that the outcome passes.
    """

    lists: Mapping[str, Sequence[Any]]
    seed: str
    draw: random.Random = field(init=False)
    known: dict[tuple[str, str], str] = field(init=False, default_factory=dict)
    dates: dict[str, Mapping[str, str]] = field(init=False, default_factory=dict)
    drawn: dict[str, list[Any]] = field(init=False, default_factory=dict)
    strangers: Iterator[int] = field(init=False, default_factory=count)

    def __post_init__(self) -> None:
        self.draw = random.Random(self.seed)

    def say(self, slot: str, whose: str = "") -> str:
        """Draw a value. Slots with the same digit behind them speak of the same person or thing."""
        if whose and (slot, whose) in self.known:
            return self.known[slot, whose]
        form = self._next(slot)
        if isinstance(form, str):
            value = self._fill(form, slot, whose)
        else:
            value = self._checked(form["form"], form["check"])
        if whose:
            self.known[slot, whose] = value
        return value

    def _next(self, slot: str) -> Any:
        """The next of a shuffled list, so that one note repeats a value as late as it can."""
        if not self.drawn.get(slot):
            self.drawn[slot] = self.draw.sample(self.lists[slot], len(self.lists[slot]))
        return self.drawn[slot].pop()

    def _fill(self, form: str, slot: str, whose: str) -> str:
        whose = whose or f"stranger {next(self.strangers)}"
        parts = _SLOT.split(form)
        written = [self._letters(part) for part in parts[::3]]
        said = [
            self._part(name, digit or whose)
            for name, digit in zip(parts[1::3], parts[2::3], strict=True)
        ]
        value = written[0] + "".join(map("".join, zip(said, written[1:], strict=True)))
        return _fold(value) if slot in _FOLDED else value

    def _part(self, name: str, whose: str) -> str:
        if name not in _DATE_PARTS:
            return self.say(name, whose)
        if whose not in self.dates:
            self.dates[whose] = self._date()
        return self.dates[whose][name]

    def _date(self) -> Mapping[str, str]:
        day = _FIRST_DAY + timedelta(self.draw.randrange(_DAYS))
        calendar = (
            self.lists[each][place]
            for each, place in (
                ("months", day.month - 1),
                ("short_months", day.month - 1),
                ("weekdays", day.weekday()),
                ("ordinals", day.day - 1),
            )
        )
        numbers = (str(day.day), f"{day:%d}", str(day.month), f"{day:%m}", f"{day:%Y}", f"{day:%y}")
        return dict(zip(_DATE_PARTS, (*numbers, *calendar), strict=True))

    def _letters(self, form: str) -> str:
        marks = {"#": "0123456789", "$": _LETTERS, "%": _HEXADECIMAL}
        return _DRAWN.sub(lambda mark: self.draw.choice(marks[mark[0]]), form)

    def _checked(self, form: str, check: str) -> str:
        drawn = (self._letters(form) for _ in range(_PATIENCE))
        value = next(filter(CHECKS[check], drawn), None)
        if value is None:
            raise ValueError(f"no value of the form {form!r} passes the check {check!r}")
        return value


def _fold(text: str) -> str:
    """As an address writes a name: small, without accents and spaces."""
    plain = unicodedata.normalize("NFKD", text.lower())
    return "".join(one for one in plain if one.isascii() and not one.isspace())
