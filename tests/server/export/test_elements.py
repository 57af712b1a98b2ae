from __future__ import annotations

from server.export.elements import SUBSETTED, subset

OBSERVATION = {
    "resourceType": "Observation",
    "id": "o",
    "meta": {"security": [{"code": "PSEUDED"}]},
    "status": "final",
    "code": {"coding": [{"code": "1"}]},
    "valueQuantity": {"value": 1},
    "_effectiveDateTime": {"extension": []},
    "note": [{"text": "x"}],
}


def test_what_r4_requires_stays() -> None:
    found = subset(OBSERVATION, ["note"])
    assert set(found) == {"resourceType", "id", "meta", "status", "code", "note"}
    assert found["meta"] == {"security": [{"code": "PSEUDED"}], "tag": [SUBSETTED]}
    assert "tag" not in OBSERVATION["meta"]


def test_a_choice_is_one_element_in_all_its_types() -> None:
    assert "valueQuantity" in subset(OBSERVATION, ["Observation.value"])
    assert "_effectiveDateTime" in subset(OBSERVATION, ["effective"])


def test_elements_of_other_types_leave_a_resource_whole() -> None:
    assert subset(OBSERVATION, ["Patient.gender"]) is OBSERVATION
    assert subset(OBSERVATION, []) is OBSERVATION
    assert "note" not in subset(OBSERVATION, ["id"])
