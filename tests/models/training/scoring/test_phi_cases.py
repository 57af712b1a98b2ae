"""The cases of deduce, read as the product reads a note: the set of known failures is exact."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from models.training.scoring.phi_cases import (
    CASES,
    Failures,
    alarms,
    failures,
    groups,
    misses,
    toml,
)
from models.training.scoring.phi_reading import Redaction
from models.types import PhiSpan, Span

CORPORA = Path(__file__).parents[5] / "shared" / "corpora"
KNOWN = Path(__file__).with_name("phi_cases_known_failures.toml")
TEXT = "Jan Smit uit Breda"


def case(group: str, *spans: tuple[int, int]) -> dict[str, object]:
    entities = [{"start": start, "end": end} for start, end in spans]
    return {"id": "1", "text": TEXT, "entities": entities, "meta": {"case_group": group}}


def read(*taken: tuple[int, int, str]) -> Redaction:
    phi = tuple(PhiSpan(Span.of(TEXT, s, e), label, 1.0, "model") for s, e, label in taken)
    return Redaction(TEXT, tuple((start, end) for start, end, _ in taken), phi)


def test_a_letter_that_is_left_is_a_miss() -> None:
    assert not misses(case("names", (0, 8)), read((0, 3, "NAME"), (4, 8, "NAME")))
    assert misses(case("names", (0, 8)), read((0, 7, "NAME")))


def test_only_the_group_of_the_case_can_be_a_false_alarm() -> None:
    found = read((0, 8, "NAME"), (13, 18, "LOCATION"))
    assert not alarms(case("names", (0, 8)), found)
    assert not alarms(case("dates"), found)
    assert alarms(case("locations"), found)


def test_ids_are_written_as_the_test_reads_them() -> None:
    told = Failures(("a_1", "b_2"), ())
    assert tomllib.loads(toml(told)) == {"missed": ["a_1", "b_2"], "alarmed": []}


@pytest.mark.skipif(not (CORPORA / CASES).is_file(), reason="the corpus is not there")
def test_the_known_failures_are_exact() -> None:
    """One that is mended must leave the list, so that it cannot come back unseen."""
    known = tomllib.loads(KNOWN.read_text("utf-8"))
    found = failures(CORPORA)
    assert set(groups().values()) <= {"AGE", "DATE", "CONTACT", "ID", "LOCATION", "NAME"}
    assert list(found.missed) == known["missed"]
    assert list(found.alarmed) == known["alarmed"]
