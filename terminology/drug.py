"""A drug mention taken apart into ingredient, strengths and form (drugs.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from terminology.normalization import normalizer


@dataclass(frozen=True, slots=True)
class DrugParts:
    """`ingredient` are the words that name the drug; `strengths` are like "0.5 g"."""

    ingredient: tuple[str, ...]
    strengths: tuple[str, ...]
    form: tuple[str, ...]

    @property
    def is_clinical_drug(self) -> bool:
        """Whether it says enough for a clinical drug: what, how strong, in which form."""
        return bool(self.ingredient and self.strengths and self.form)

    @property
    def base(self) -> tuple[str, ...]:
        """The ingredient without the salt that follows it: "calcium carbonate" stays whole."""
        salts = _rules().salts
        words = [
            word for place, word in enumerate(self.ingredient) if place == 0 or word not in salts
        ]
        first = self.ingredient[:1]
        return self.ingredient if first and first[0] in salts else tuple(words)

    def key(self) -> str:
        """The key of the clinical drug: the salt goes without saying."""
        parts = (self.base, self.strengths, sorted(set(self.form)))
        return "rx:" + "|".join(" ".join(sorted(part)) for part in parts)


@dataclass(frozen=True, slots=True)
class _Rules:
    units: Mapping[str, tuple[Decimal, str]]
    forms: Mapping[str, tuple[str, ...]]
    noise: frozenset[str]
    salts: frozenset[str]


def take_apart(mention: str, language: str = "en") -> DrugParts:
    """Sort the words of a mention; a number without a unit belongs to the name."""
    rules = _rules()
    ingredient: list[str] = []
    strengths: list[str] = []
    form: list[str] = []
    tokens = normalizer(language).tokens(mention)
    position = 0
    while position < len(tokens):
        token, following = tokens[position], "".join(tokens[position + 1 : position + 2])
        position += 1
        if token[0].isdigit() and following in rules.units:
            factor, unit = rules.units[following]
            if unit != "hr":
                strengths.append(f"{(Decimal(token) * factor).normalize():f} {unit}")
            position += 1
        elif token in rules.forms:
            form.extend(rules.forms[token])
        elif token not in rules.units and token not in rules.noise:
            ingredient.append(token)
    return DrugParts(tuple(ingredient), tuple(sorted(strengths)), tuple(sorted(form)))


@cache
def _rules() -> _Rules:
    document = tomllib.loads((Path(__file__).parent / "drugs.toml").read_text("utf-8"))
    units: dict[str, tuple[Decimal, str]] = {}
    for unit, meaning in document["unit"].items():
        factor, name = meaning.split(" ")
        units[unit] = (Decimal(factor), name)
    return _Rules(
        units=units,
        forms={word: tuple(form.split(" ")) for word, form in document["form"].items()},
        noise=frozenset(document["noise"]["words"]),
        salts=frozenset(document["noise"]["salts"]),
    )
