import copy

import orjson
import pytest

from mappers.bundle import index, to_transaction
from mappers.chart import to_resources
from mappers.device import to_device
from mappers.identity import identity
from mappers.provenance import to_provenance
from mappers.validation import validate

NOTE = "Has {asthma|DISEASE}, takes {metformin|DRUG}, father has {asthma|DISEASE|family}."


class Shelf:
    """A store of one document's resources that does what R4 says of transactions."""

    def __init__(self):
        self.held = {}

    @property
    def existing(self):
        return index(copy.deepcopy(list(self.held.values())))

    def apply(self, bundle):
        names = {}
        for entry in bundle.get("entry", []):
            request, resource = entry["request"], entry["resource"]
            if request["method"] == "POST":
                place = f"{request['url']}/{len(self.held) + 1}"
                assert identity(resource).query == request["ifNoneExist"]
                version = 1
            else:
                place = request["url"]
                version = int(self.held[place]["meta"]["versionId"])
                assert request["ifMatch"] == f'W/"{version}"'
                assert resource["id"] == place.partition("/")[2]
                version += 1
            names[entry["fullUrl"]] = place
            stored = copy.deepcopy(resource) | {"id": place.partition("/")[2]}
            stored.setdefault("meta", {}).update(
                {"versionId": str(version), "lastUpdated": "2024-05-06T08:00:00Z"}
            )
            self.held[place] = stored
        for place, resource in self.held.items():
            text = orjson.dumps(resource).decode()
            for name, target in names.items():
                text = text.replace(name, target)
            self.held[place] = orjson.loads(text)

    def one(self, kind):
        (found,) = [r for r in self.held.values() if r["resourceType"] == kind]
        return found


def _written(reading, recorded="2024-05-06T08:00:00Z", pipeline="1"):
    resources = to_resources(reading.source, reading.coded, reading.relations)
    device = to_device(pipeline, {})
    provenance = to_provenance(
        reading.source, resources, device, recorded=recorded, pipeline=pipeline
    )
    return [*resources, device, provenance]


def _methods(bundle):
    return sorted(
        (entry["request"]["method"], entry["resource"]["resourceType"])
        for entry in bundle.get("entry", [])
    )


@pytest.fixture
def shelf(read):
    shelf = Shelf()
    shelf.apply(to_transaction(_written(read(NOTE))))
    return shelf


def test_the_first_time_everything_is_created_conditionally(read):
    bundle = to_transaction(_written(read(NOTE)))
    assert validate(bundle) == ()
    assert _methods(bundle) == [
        ("POST", "Condition"),
        ("POST", "Device"),
        ("POST", "FamilyMemberHistory"),
        ("POST", "MedicationStatement"),
        ("POST", "Provenance"),
    ]
    names = [entry["fullUrl"] for entry in bundle["entry"]]
    assert len(set(names)) == 5
    provenance = bundle["entry"][-1]["resource"]
    assert [target["reference"] for target in provenance["target"]] == names[:3]
    assert provenance["agent"][0]["who"]["reference"] == names[3]


def test_the_same_note_again_changes_nothing(shelf, read):
    again = to_transaction(
        _written(read(NOTE), recorded="2025-01-01T00:00:00Z"), existing=shelf.existing
    )
    assert again == {"resourceType": "Bundle", "type": "transaction"}
    assert validate(again) == ()


def test_the_same_note_again_changes_nothing_though_the_device_was_not_searched(shelf, read):
    existing = {k: v for k, v in shelf.existing.items() if v["resourceType"] != "Device"}
    assert "entry" not in to_transaction(_written(read(NOTE)), existing=existing)
    new = read("Today: " + NOTE, reference="DocumentReference/n1/_history/3")
    bundle = to_transaction(_written(new), existing=existing)
    assert ("POST", "Device") in _methods(bundle)


def test_references_to_what_exists_name_it(shelf, read):
    bundle = to_transaction(_written(read(NOTE), pipeline="2"), existing=shelf.existing)
    assert _methods(bundle) == [("POST", "Device"), ("POST", "Provenance")]
    provenance = bundle["entry"][1]["resource"]
    assert [target["reference"] for target in provenance["target"]] == [
        "Condition/1",
        "MedicationStatement/2",
        "FamilyMemberHistory/3",
    ]
    assert provenance["agent"][0]["who"]["reference"].startswith("urn:uuid:")


def test_a_new_version_updates_what_it_says_again(shelf, read):
    new = read("Today: " + NOTE, reference="DocumentReference/n1/_history/3")
    bundle = to_transaction(_written(new), existing=shelf.existing)
    assert _methods(bundle) == [
        ("POST", "Provenance"),
        ("PUT", "Condition"),
        ("PUT", "FamilyMemberHistory"),
        ("PUT", "MedicationStatement"),
    ]
    for entry in bundle["entry"]:
        assert validate(entry["resource"]) == ()
        assert "versionId" not in entry["resource"]["meta"]
    shelf.apply(bundle)
    assert shelf.one("Condition")["meta"]["versionId"] == "2"
    assert to_transaction(_written(new), existing=shelf.existing).get("entry") is None


def test_what_is_no_longer_said_is_entered_in_error_once(shelf, read):
    new = read("Nothing but a {colonoscopy|PROCEDURE}", reference="DocumentReference/n1/_history/3")
    bundle = to_transaction(_written(new), existing=shelf.existing)
    assert _methods(bundle) == [
        ("POST", "Procedure"),
        ("POST", "Provenance"),
        ("PUT", "Condition"),
        ("PUT", "FamilyMemberHistory"),
        ("PUT", "MedicationStatement"),
    ]
    for entry in bundle["entry"]:
        assert validate(entry["resource"]) == ()
    shelf.apply(bundle)
    condition = shelf.one("Condition")
    assert condition["verificationStatus"]["coding"][0]["code"] == "entered-in-error"
    assert "clinicalStatus" not in condition
    assert shelf.one("MedicationStatement")["status"] == "entered-in-error"
    assert shelf.one("FamilyMemberHistory")["status"] == "entered-in-error"
    assert to_transaction(_written(new), existing=shelf.existing).get("entry") is None


def test_what_is_said_again_is_taken_back_into_the_chart(shelf, read):
    gone = read("A {colonoscopy|PROCEDURE}", reference="DocumentReference/n1/_history/3")
    shelf.apply(to_transaction(_written(gone), existing=shelf.existing))
    back = read(NOTE, reference="DocumentReference/n1/_history/4")
    shelf.apply(to_transaction(_written(back), existing=shelf.existing))
    assert shelf.one("Condition")["clinicalStatus"]["coding"][0]["code"] == "active"
    assert shelf.one("MedicationStatement")["status"] == "active"
    assert shelf.one("Procedure")["status"] == "entered-in-error"


def test_what_a_person_rejected_stays_rejected(shelf, read):
    condition = shelf.held["Condition/1"]
    condition.pop("clinicalStatus")
    condition["verificationStatus"]["coding"][0]["code"] = "entered-in-error"
    assert to_transaction(_written(read(NOTE)), existing=shelf.existing).get("entry") is None


def test_what_a_person_took_over_is_neither_changed_nor_withdrawn(shelf, read):
    condition = shelf.held["Condition/1"]
    condition["meta"]["security"] = []
    condition["clinicalStatus"]["coding"][0]["code"] = "remission"
    same = to_transaction(_written(read(NOTE)), existing=shelf.existing)
    assert same.get("entry") is None
    gone = read("{colonoscopy|PROCEDURE}", reference="DocumentReference/n1/_history/3")
    bundle = to_transaction(_written(gone), existing=shelf.existing)
    assert ("PUT", "Condition") not in _methods(bundle)


def test_a_resource_that_was_deleted_is_made_again_and_the_receipt_follows(shelf, read):
    del shelf.held["MedicationStatement/2"]
    bundle = to_transaction(_written(read(NOTE)), existing=shelf.existing)
    assert _methods(bundle) == [("POST", "MedicationStatement"), ("PUT", "Provenance")]


def test_a_store_without_versions_gets_no_if_match(shelf, read):
    existing = shelf.existing
    for resource in existing.values():
        del resource["meta"]["versionId"]
    new = read("Today: " + NOTE, reference="DocumentReference/n1/_history/3")
    requests = [e["request"] for e in to_transaction(_written(new), existing=existing)["entry"]]
    assert not any("ifMatch" in request for request in requests)


def test_two_of_one_identity_are_refused(read):
    resources = _written(read(NOTE))
    with pytest.raises(ValueError, match="same identity"):
        to_transaction([*resources, resources[0]])


def test_what_the_caller_gave_is_not_changed(shelf, read):
    resources, existing = _written(read("Today: " + NOTE)), shelf.existing
    before = copy.deepcopy((resources, existing))
    to_transaction(resources, existing=existing)
    to_transaction(resources[-2:-1], existing=existing)
    assert (resources, existing) == before


def test_the_same_input_gives_the_same_bytes(shelf, read):
    first, second = (
        orjson.dumps(to_transaction(_written(read("Today: " + NOTE)), existing=shelf.existing))
        for _ in range(2)
    )
    assert first == second


def test_the_index_keeps_the_first_and_skips_strangers():
    ours = {"system": "https://chartloom.dev/fhir/identifier/extracted", "value": "v"}
    found = index(
        [
            {"resourceType": "Condition", "id": "0"},
            {"resourceType": "Condition", "id": "1", "identifier": [ours]},
            {"resourceType": "Condition", "id": "2", "identifier": [ours]},
        ]
    )
    assert {value: resource["id"] for value, resource in found.items()} == {"v": "1"}
