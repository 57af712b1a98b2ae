import pytest

from mappers.canonical import EXTRACTED_IDENTIFIER, RECEIPT_TAG
from mappers.identity import Identity, digest, extracted_identifier, identity, receipt


def test_identities_are_fixed_for_ever():
    # Another value here would make a second resource of everything that stores already hold.
    identifier = extracted_identifier(
        "DocumentReference/n1", "Condition", "s|1", "present.current."
    )
    assert identifier == {
        "system": "https://chartloom.dev/fhir/identifier/extracted",
        "value": "216b6cc70921d9314577886586bc7c79",
    }
    assert (
        receipt("DocumentReference/n1/_history/2", "0.1+abc")["code"]
        == "2dbba46b3cdd5f31b8e64b8c93ac1680"
    )
    one = identity({"resourceType": "Condition", "identifier": [identifier]})
    assert one.full_url == "urn:uuid:a09da169-1bc9-5bf6-ae40-c5eee92b0862"
    assert one.query == f"identifier={EXTRACTED_IDENTIFIER}|216b6cc70921d9314577886586bc7c79"


def test_every_part_counts_and_parts_do_not_run_together():
    assert len({digest("ab"), digest("a", "b"), digest("b", "a"), digest("a", "b", "")}) == 4


def test_a_foreign_identifier_is_none_of_ours():
    ours = {"system": "https://chartloom.dev/fhir/identifier/device", "value": "v"}
    foreign = {"system": "urn:foreign", "value": "f"}
    device = {"resourceType": "Device", "identifier": [foreign, {"value": "bare"}, ours]}
    assert identity(device).value == "v"
    with pytest.raises(ValueError, match="a Device without"):
        identity({"resourceType": "Device", "identifier": [foreign]})


def test_a_provenance_is_known_by_its_receipt():
    tag = receipt("DocumentReference/n1/_history/1", "p")
    provenance = {"resourceType": "Provenance", "meta": {"tag": [{"system": "urn:x"}, tag]}}
    assert identity(provenance) == Identity("_tag", RECEIPT_TAG, tag["code"])


def test_one_identifier_that_is_no_list_is_read():
    ours = {"system": EXTRACTED_IDENTIFIER, "value": "v"}
    assert identity({"resourceType": "Bundle", "identifier": ours}).value == "v"
