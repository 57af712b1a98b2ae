import pytest

from mappers.family_member_history import to_family_member_history
from mappers.statement import statements
from mappers.validation import validate


def _history(reading):
    (statement,) = statements(reading.source.note, reading.coded).stated
    return to_family_member_history(statement, reading.source)


def test_the_word_for_the_relative_is_evidence_of_the_relationship(read):
    reading = read("Sister: {asthma|DISEASE|family}")
    history = _history(reading)
    assert history["relationship"]["coding"][0]["code"] == "SIS"
    offset, length = (
        part["valueInteger"] for part in history["relationship"]["extension"][0]["extension"][2:]
    )
    assert reading.text[offset : offset + length] == "Sister"
    assert validate(history) == ()


def test_an_unnamed_relative_is_a_family_member(read):
    history = _history(read("Family history of {asthma|DISEASE|family}"))
    assert history["relationship"]["coding"][0]["code"] == "FAMMEMB"
    assert "extension" not in history["relationship"]


def test_a_statement_about_the_patient_is_refused(read):
    with pytest.raises(ValueError, match="without a relative"):
        _history(read("{asthma|DISEASE}"))
