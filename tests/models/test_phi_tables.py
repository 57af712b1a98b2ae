"""Personal data by the headings of a table, and by what the rest of its column holds."""

from __future__ import annotations

import time

import pytest

from models.phi_patterns import find
from tests.models.phi_found import found


@pytest.mark.parametrize("gap", [" | ", "\t", ";", ",", "    "])
def test_a_heading_tells_what_stands_below(gap: str) -> None:
    rows = (
        ("Bed", "Patient", "Initials", "K"),
        ("1", "Burr", "TW", "4.1"),
        ("2", "Rose", "QB", "5"),
    )
    told = found("\n".join(map(gap.join, rows)), "en")
    assert {("NAME", "Burr"), ("NAME", "TW"), ("NAME", "Rose"), ("NAME", "QB")} <= told
    assert not {text for _, text in told} & {"4.1", "5", "1", "2", "Patient", "Initials"}


def test_a_table_with_a_rule_below_its_headings() -> None:
    text = (
        "| Device | Age | Battery |\n|---|---|---|\n| pump 12 | 93 | 6 y |\n| lead 14 | 62 | 2 y |"
    )
    assert {("ID", "pump 12"), ("ID", "lead 14"), ("AGE", "93")} <= found(text, "en")
    assert ("AGE", "62") not in found(text, "en")


def test_a_column_is_what_most_of_it_is() -> None:
    text = "Anna Oskelby;hernia;2\nThomas Wetherden;gout;3\nGrant Stone;cough;1"
    assert ("NAME", "Grant Stone") in found(text, "en")
    assert not {"hernia", "gout", "cough"} & {text for _, text in found(text, "en")}


@pytest.mark.parametrize(
    "text",
    [
        "Name    Dose    Route\naspirin    81 mg    oral\nheparin    5000 units    subcutaneous",
        "Nurse | Bed | K\nnone | 4 | 4.1\nvacant | 5 | 3.9",
        "fever, cough, and a headache\nno rash, no travel, and no pain",
    ],
)
def test_words_of_cells_that_name_nobody(text: str) -> None:
    assert not found(text, "en")


def test_lines_may_end_as_on_windows() -> None:
    text = "Date\tMRN\tName\r\n01/02/2020\t12345\tcarrot\r\n01/03/2020\t12346\toskelby\r\n"
    assert "oskelby" in [each.span.text for each in find(text, "en")]


@pytest.mark.parametrize("sign", ["|", "\t", ";"])
def test_blanks_without_end_take_linear_time(sign: str) -> None:
    started = time.process_time()
    find(f"a{sign}b{sign}c{' ' * 80_000}x\n", "en")
    assert time.process_time() - started < 1.0


def test_the_time_is_linear() -> None:
    row = "| a | 4.1 | Oskelby |\n"
    started = time.process_time()
    find(row * 6000, "en")
    assert time.process_time() - started < 1.0
