import pytest

from mappers.canonical import DATA_ABSENT
from mappers.deidentification.element import MASKED
from mappers.deidentification.handling import Handling
from mappers.deidentification.rules import shipped_rules

ABSENT = {"url": DATA_ABSENT, "valueCode": "unknown"}
OWN = {"url": "http://x.example", "valueString": "Zoë"}


def branch(kind, value):
    rules = shipped_rules()
    handling = Handling(kind, rules.vocabulary, 2026)
    return rules.kinds[kind].branch(value, handling), handling.done


def test_why_a_value_is_absent_stays():
    kept, _ = branch(
        "MedicationStatement",
        {
            "status": "active",
            "subject": {"extension": [ABSENT], "display": "Zoë"},
            "_effectiveDateTime": {"extension": [ABSENT, OWN], "id": "zoe"},
            "medicationCodeableConcept": {"extension": [ABSENT], "text": "Zoë"},
        },
    )
    assert kept["subject"] == {"extension": [ABSENT]}
    assert kept["_effectiveDateTime"] == {"extension": [ABSENT]}
    assert kept["medicationCodeableConcept"] == {"extension": [ABSENT]}


def test_other_extensions_go_with_their_value():
    confidence = {"url": OWN["url"], "valueDecimal": 0.5}
    kept, done = branch("Condition", {"subject": {"extension": [OWN, confidence]}})
    assert kept["subject"] == MASKED
    assert done["Condition.subject.extension", "redact"] == 2


@pytest.mark.parametrize(
    "odd",
    [None, [], {}, "Zoë", 5, [[{"coding": []}]], [None], {"coding": "Zoë"}, {"extension": "Zoë"},
     {"extension": [None, "Zoë", {"url": ["Zoë"]}, {"url": DATA_ABSENT}]}],
)  # fmt: skip
def test_what_has_another_shape_goes(odd):
    kept, _ = branch("Condition", {"code": odd, "note": odd, "_recordedDate": odd, "Zoë": odd})
    assert "Zoë" not in str(kept)
    assert set(kept) <= {"subject"}


def test_names_without_a_rule_are_counted_and_not_repeated():
    _, done = branch("Condition", {"Zoë": ["a", "b"], "_Zoë": {}, "note": [{"Zoë": 1}]})
    assert done["Condition.other", "redact"] == 3
    assert done["Condition.note.other", "redact"] == 1
    assert "Zoë" not in str(done)


def test_what_is_put_in_place_is_a_copy():
    first, _ = branch("Condition", {})
    first["subject"]["extension"].append("changed")
    assert branch("Condition", {})[0]["subject"] == MASKED
