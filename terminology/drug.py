"""A drug mention taken apart into ingredient, strengths and form (drugs.toml)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from terminology.normalization import normalizer

_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3})\.(?=\d{3}(?!\d))")


@dataclass(frozen=True, slots=True)
class DrugParts:
    """`ingredient` are the words that name the drug; `strengths` are like "0.5 g"."""

    ingredient: tuple[str, ...]
    strengths: tuple[str, ...]
    form: tuple[str, ...]
    language: str = "en"

    @property
    def is_clinical_drug(self) -> bool:
        """Whether it says enough for a clinical drug: what, how strong, in which form."""
        return bool(self.ingredient and self.strengths and self.form)

    @property
    def base(self) -> tuple[str, ...]:
        """The ingredient without the salt that follows it: "calcium carbonate" stays whole."""
        salts = _rules(self.language).salts
        words = [
            word for place, word in enumerate(self.ingredient) if place == 0 or word not in salts
        ]
        first = self.ingredient[:1]
        return self.ingredient if first and first[0] in salts else tuple(words)

    def called(self, name: str) -> DrugParts:
        """The same strengths and form of the drug with this English name."""
        return DrugParts(take_apart(name).ingredient, self.strengths, self.form)

    def key(self) -> str:
        """The key of the clinical drug, by its English name: the salt goes without saying."""
        parts = (self.base, self.strengths, sorted(set(self.form)))
        return "rx:" + "|".join(" ".join(sorted(part)) for part in parts)


@dataclass(frozen=True, slots=True)
class _Rules:
    units: Mapping[str, tuple[Decimal, str]]
    forms: Mapping[str, tuple[str, ...]]
    noise: frozenset[str]
    salts: frozenset[str]
    decimal_comma: bool


def take_apart(mention: str, language: str = "en") -> DrugParts:
    """Sort the words of a mention; a number without a unit belongs to the name."""
    rules = _rules(language)
    if rules.decimal_comma:
        mention = _DECIMAL_COMMA.sub(".", _THOUSANDS.sub(r"\1", mention))
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
    return DrugParts(tuple(ingredient), tuple(sorted(strengths)), tuple(sorted(form)), language)


@cache
def _rules(language: str) -> _Rules:
    document = tomllib.loads((Path(__file__).parent / "drugs.toml").read_text("utf-8"))
    own = document.get(language, {})
    units = {**document["unit"], **_normalised(language, own.get("unit", {}))}
    forms = {**document["form"], **_normalised(language, own.get("form", {}))}
    return _Rules(
        units={unit: _unit(meaning) for unit, meaning in units.items()},
        forms={word: tuple(form.split(" ")) for word, form in forms.items()},
        noise=_words(document["noise"], own.get("noise", {}), "words", language),
        salts=_words(document["noise"], own.get("noise", {}), "salts", language),
        decimal_comma=own.get("decimal_comma", False),
    )


def _unit(meaning: str) -> tuple[Decimal, str]:
    factor, name = meaning.split(" ")
    return Decimal(factor), name


def _words(
    shared: Mapping[str, list[str]], own: Mapping[str, list[str]], key: str, language: str
) -> frozenset[str]:
    return frozenset({*shared[key], *_normalised(language, dict.fromkeys(own.get(key, ()), ""))})


def _normalised(language: str, words: Mapping[str, str]) -> dict[str, str]:
    """The words as tokens of the language; stop words are gone."""
    tokens = normalizer(language).tokens
    return {found[0]: meaning for word, meaning in words.items() if (found := tokens(word))}
