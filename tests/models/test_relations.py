"""Nearness inside one sentence."""

import re

import pytest

from models.relations import relations, rules
from models.types import Entity, Span

LABELS = {
    "DRUG": "metformin|lisinopril|aspirin",
    "DOSAGE": r"\d+ mg",
    "FREQUENCY": "daily|twice a day",
    "LAB_VALUE": r"\d+\.\d",
    "DIAGNOSTIC_PROCEDURE": "sodium|potassium",
    "SEVERITY": "severe|mild",
    "SYMPTOM": "pain|cough",
}


def related(text, label):
    entities = sorted(
        (
            Entity(Span.of(text, *match.span()), name, 0.9)
            for name, pattern in LABELS.items()
            for match in re.finditer(pattern, text)
        ),
        key=lambda entity: entity.span,
    )
    bounds = [match.span() for match in re.finditer(r"[^;]+", text)]
    return [
        (each.head.span.text, each.tail.span.text)
        for each in relations(entities, bounds)
        if each.label == label
    ]


@pytest.mark.parametrize(
    ("text", "label", "expected"),
    [
        (
            "metformin 500 mg twice a day, lisinopril 10 mg daily",
            "DOSAGE_OF",
            [("500 mg", "metformin"), ("10 mg", "lisinopril")],
        ),
        (
            "metformin 500 mg twice a day, lisinopril 10 mg daily",
            "FREQUENCY_OF",
            [("twice a day", "metformin"), ("daily", "lisinopril")],
        ),
        ("500 mg of metformin", "DOSAGE_OF", [("500 mg", "metformin")]),
        ("metformin; then 500 mg", "DOSAGE_OF", []),
        ("metformin" + " and so on" * 9 + " 500 mg", "DOSAGE_OF", []),
        ("sodium 140.1, potassium 4.2", "RESULT_OF", [("140.1", "sodium"), ("4.2", "potassium")]),
        ("mild cough and severe pain", "SEVERITY_OF", [("mild", "cough"), ("severe", "pain")]),
    ],
)
def test_a_modifier_goes_to_the_nearest(text, label, expected):
    assert related(text, label) == expected


def test_the_score_is_the_lower_one():
    text = "aspirin 81 mg"
    drug = Entity(Span.of(text, 0, 7), "DRUG", 0.9)
    dose = Entity(Span.of(text, 8, 13), "DOSAGE", 0.6)
    (relation,) = relations([drug, dose], [(0, len(text))])
    assert (relation.head, relation.tail, relation.score) == (dose, drug, 0.6)


def test_nothing_from_nothing():
    assert relations([], []) == ()


def test_rules_name_the_labels_of_the_inventory():
    assert {"DOSAGE_OF", "FREQUENCY_OF", "RESULT_OF", "SEVERITY_OF"} == {r.label for r in rules()}
