from __future__ import annotations

import pytest

from terminology.drug import take_apart


def test_strength_and_form_leave_the_ingredient() -> None:
    parts = take_apart("metformin 500 mg oral tablet")
    assert parts.ingredient == ("metformin",)
    assert parts.strengths == ("0.5 g",)
    assert parts.form == ("tablet",)
    assert parts.is_clinical_drug


@pytest.mark.parametrize(
    ("mention", "name"),
    [
        ("metformin 500mg tablets", "metformin hydrochloride 500 MG Oral Tablet"),
        ("levothyroxine 50 mcg tab", "Levothyroxine Sodium 0.05 MG Oral Tablet"),
        (
            "metoprolol XL 25 mg tablet",
            "24 HR metoprolol succinate 25 MG Extended Release Oral Tablet",
        ),
        ("lisinopril 10 mg po daily tablet", "Lisinopril 10 MG Oral Tablet"),
    ],
)
def test_a_mention_and_its_clinical_drug_have_one_key(mention: str, name: str) -> None:
    assert take_apart(mention).key() == take_apart(name).key()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("metformin 500 mg tablet", "metformin 850 mg tablet"),
        ("metformin 500 mg tablet", "metformin 500 mg extended release tablet"),
        ("morphine 10 mg tablet", "morphine 10 mg injection"),
        ("insulin 100 units/ml solution", "insulin 100 mg/ml solution"),
    ],
)
def test_another_strength_form_or_unit_is_another_drug(one: str, other: str) -> None:
    assert take_apart(one).key() != take_apart(other).key()


@pytest.mark.parametrize("mention", ["metformin", "metformin 500 mg", "metformin tablet", "500 mg"])
def test_less_than_all_three_parts_is_no_clinical_drug(mention: str) -> None:
    assert not take_apart(mention).is_clinical_drug


def test_frequency_and_route_name_no_drug() -> None:
    assert take_apart("furosemide 20 mg IV BID prn").ingredient == ("furosemide",)


def test_a_number_without_a_unit_belongs_to_the_name() -> None:
    assert take_apart("vitamin B12 1000 mcg").ingredient == ("vitamin", "b", "12")


def test_salts_follow_the_drug_and_do_not_lead_it() -> None:
    one = take_apart("calcium carbonate 500 mg tablet")
    assert one.key() != take_apart("magnesium carbonate 500 mg tablet").key()
    assert take_apart("warfarin sodium").base == ("warfarin",)
    assert take_apart("").base == ()


def test_a_salt_alone_is_still_a_name() -> None:
    assert take_apart("potassium chloride 20 mEq tablet").key().startswith("rx:chloride potassium|")
