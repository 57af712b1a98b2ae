"""Ages over 89 that stand beside others, in ranges and lists."""

from __future__ import annotations

import re

import pytest

from models.phi.patterns import find
from tests.models.phi_found import is_linear

HIGH = re.compile(r"(?<!\d)(?:9\d|1[01]\d)(?!\d)")
AGES = {
    "en": [
        "Age: 90-94",
        "Age 92–93.",
        "Age range: 90-99",
        "Age group 90+",
        "Age: >= 92",
        "age (years): 93",
        "aged 92-93",
        "aged 91, 92 and 95",
        "aged 89 or 90",
        "between 91 and 95 years old",
        "between the ages of 91 and 95",
        "90 to 94-year-olds",
        "85-92 years",
        "a 92/93 year old",
        "91, 94 and 95 years",
    ],
    "es": [
        "Edad: 90-94",
        "Edad > 90",
        "edad entre 91 y 95",
        "edades comprendidas entre 90 y 99",
        "entre 91 y 95 años",
        "entre los 91 y los 95 años",
        "90-94 años",
        "85–92 años",
        "92/93 años",
        "91, 92 y 95 años",
        "de 88 a 95 años",
    ],
    "nl": [
        "Leeftijd: 90-94",
        "leeftijd tussen 91 en 95",
        "Leeftijdsgroep: 90-94",
        "lft > 90",
        "tussen 91 en 95 jaar",
        "tussen de 90 en de 99 jaar oud",
        "90-94 jaar",
        "90 t/m 94 jaar",
        "92/93 jaar",
        "91- en 93-jarige",
        "91, 92 en 95 jaar",
    ],
}
OTHERS = {
    "en": [
        "BP 95-100 mmHg",
        "sat between 92 and 95",
        "weight between 91 and 95 kg",
        "for 90 to 100 days",
        "aged 90-95 days",
        "ages 18-65",
        "aged 4 to 9 years",
        "Age 40, 95 kg",
        "age 40, BP 95/60",
        "Age 62, 91 bpm",
        "90-100 years ago",
    ],
    "es": [
        "SatO2 92-94%",
        "entre 91 y 95 lpm",
        "de 90 a 100 días",
        "Edad 40-65",
        "edad 45, 120/95",
        "edad 45, 98 lpm",
    ],
    "nl": [
        "sat 92-94%",
        "tussen 91 en 95 kg",
        "90-100 dagen",
        "90-100 jaar geleden",
        "leeftijd 40-65",
        "lft 45, 110/95",
    ],
}


def _hidden(text: str, language: str) -> set[int]:
    spans = [one.span for one in find(text, language) if one.category == "AGE"]
    return {at for span in spans for at in range(span.start, span.end)}


@pytest.mark.parametrize(
    ("language", "text"), [(code, text) for code, texts in AGES.items() for text in texts]
)
def test_all_high_ages_go(language: str, text: str) -> None:
    high = {at for age in HIGH.finditer(text) for at in range(*age.span())}
    assert high
    assert high <= _hidden(text, language)


@pytest.mark.parametrize(
    ("language", "text"), [(code, text) for code, texts in OTHERS.items() for text in texts]
)
def test_other_numbers_stay(language: str, text: str) -> None:
    assert not _hidden(text, language)


@pytest.mark.parametrize("piece", ["91, 92 ", "91-92", "aged 91, 92, ", "edad 91 y ", "lft 91 en "])
@pytest.mark.parametrize("language", ["en", "es", "nl"])
def test_the_time_is_linear(piece: str, language: str) -> None:
    assert is_linear(piece, language, 40_000)
