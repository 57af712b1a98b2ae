from __future__ import annotations

import time

import pytest

from terminology.definition import definitions


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("Known chronic lung disease (CLD).", "CLD", "chronic lung disease"),
        ("She has heart failure (HF); HF worse.", "HF", "heart failure"),
        ("Infección del tracto urinario (ITU) previa", "ITU", "Infección del tracto urinario"),
        ("Bekend met atriumfibrilleren (AF).", "AF", "atriumfibrilleren"),
        ("Levodopa-induced dyskinesia (LID) today", "LID", "Levodopa-induced dyskinesia"),
        ("CLD (chronic lung disease) since", "CLD", "chronic lung disease"),
        ("multiple sclerosis (MS, since 2010)", "MS", "multiple sclerosis"),
    ],
)
def test_a_note_says_what_its_short_forms_mean(text: str, short: str, long: str) -> None:
    assert definitions(text) == {short: long}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pneumonia (left)",
        "temperature normal (T)",
        "seen on Monday (2010)",
        "chest pain. (COPD)",
        "blood pressure (mmHg",
        "fever (see above)",
        "MS (MS)",
        "((((((",
    ],
)
def test_other_brackets_define_nothing(text: str) -> None:
    assert definitions(text) == {}


def test_the_first_definition_stays() -> None:
    text = "Mitral stenosis (MS). Multiple sclerosis (MS)."
    assert definitions(text) == {"MS": "Mitral stenosis"}


def test_a_long_note_takes_no_longer_by_the_word() -> None:
    text = "acute kidney injury (AKI) and (" * 20_000
    started = time.process_time()
    assert definitions(text)["AKI"] == "acute kidney injury"
    assert time.process_time() - started < 5
