import copy

import pytest

from mappers.comparison import content_equal

NEW = {
    "resourceType": "MedicationStatement",
    "meta": {"tag": [{"system": "urn:t", "code": "a"}], "profile": ["urn:p"]},
    "extension": [{"valueReference": {"reference": "DocumentReference/1/_history/2"}}],
    "status": "active",
    "dosage": [{"text": "500 mg", "doseAndRate": [{"doseQuantity": {"value": 0.5}}]}],
}


def _stored():
    return copy.deepcopy(NEW) | {
        "id": "7",
        "text": {"status": "generated", "div": "<div/>"},
        "meta": {
            "versionId": "3",
            "lastUpdated": "2024-01-01T00:00:00Z",
            "source": "#abc",
            "tag": [{"system": "urn:s"}, {"system": "urn:t", "code": "a", "display": "A"}],
            "profile": ["urn:q", "urn:p"],
        },
    }


def test_what_a_store_adds_by_itself_is_no_difference():
    assert content_equal(NEW, _stored())


def test_a_reference_stored_without_its_version_is_no_difference():
    old = _stored()
    old["extension"][0]["valueReference"]["reference"] = "DocumentReference/1"
    assert content_equal(NEW, old)


@pytest.mark.parametrize("reference", ["DocumentReference/1/_history/1", "DocumentReference/2"])
def test_another_version_of_the_note_is_a_difference(reference):
    old = _stored()
    old["extension"][0]["valueReference"]["reference"] = reference
    assert not content_equal(NEW, old)


@pytest.mark.parametrize(
    "change",
    [
        {"status": "stopped"},
        {"dosage": []},
        {"dosage": [{"text": "500 mg"}]},
        {"note": [{"text": "added"}]},
        {"meta": {"tag": [{"system": "urn:t", "code": "b"}], "profile": ["urn:p"]}},
        {"meta": {}},
        {"resourceType": "Condition"},
    ],
)
def test_anything_else_is_a_difference(change):
    assert not content_equal(NEW, _stored() | change)


def test_an_element_that_the_store_lacks_is_a_difference():
    old = _stored()
    del old["dosage"]
    assert not content_equal(NEW, old)


def _provenance(receipt, *targets, **more):
    tag = {"system": "https://chartloom.dev/fhir/tag/receipt", "code": receipt}
    return {
        "resourceType": "Provenance",
        "meta": {"tag": [tag]},
        "target": [{"reference": target} for target in targets],
    } | more


def test_a_provenance_is_its_receipt_and_its_targets():
    old = _provenance("r", "Condition/1", "Condition/2", recorded="2024")
    assert content_equal(_provenance("r", "Condition/2", recorded="2025", agent=[1]), old)
    assert not content_equal(_provenance("r", "Condition/2", "urn:uuid:1"), old)
    assert not content_equal(_provenance("other", "Condition/1", "Condition/2"), old)
