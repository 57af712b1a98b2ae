import pytest

from mappers.canonical import COPY_IDENTIFIER
from mappers.chart import to_resources
from mappers.device import to_device
from mappers.identity import identity
from mappers.provenance import (
    source_receipt,
    to_copy_provenance,
    to_provenance,
    with_origins,
)
from mappers.types import CodedEntity
from mappers.validation import validate

NOW = "2024-05-06T08:00:00Z"


def _provenance(reading, pipeline="0.1+abc"):
    resources = to_resources(reading.source, reading.coded, reading.relations)
    device = to_device(pipeline, {"en": "1"})
    return (
        resources,
        device,
        to_provenance(reading.source, resources, device, recorded=NOW, pipeline=pipeline),
    )


def test_it_says_who_read_what_from_where(read):
    resources, device, provenance = _provenance(read("{asthma|DISEASE} {metformin|DRUG}"))
    assert validate(provenance) == ()
    assert validate(device) == ()
    assert [t["reference"] for t in provenance["target"]] == [
        identity(resource).full_url for resource in resources
    ]
    assert provenance["recorded"] == NOW
    (agent,) = provenance["agent"]
    assert agent["who"]["reference"] == identity(device).full_url
    assert agent["role"][0] == device["type"]
    assert agent["type"]["coding"][0]["code"] == "author"
    (entity,) = provenance["entity"]
    assert entity == {"role": "source", "what": {"reference": "DocumentReference/n1/_history/2"}}
    assert provenance["reason"][0]["coding"][0]["code"] == "AIAST"


def test_the_receipt_is_of_this_version_of_document_and_pipeline(read):
    note = read("{asthma|DISEASE}").source
    later = read("{asthma|DISEASE}", reference="DocumentReference/n1/_history/3").source
    receipts = {source_receipt(n, p)["code"] for n in (note, later) for p in ("1", "2")}
    assert len(receipts) == 4
    assert source_receipt(note, "1") in _provenance(read("{asthma|DISEASE}"), "1")[2]["meta"]["tag"]


@pytest.mark.parametrize(
    ("mode", "activity"),
    [("tag", "deidentify"), ("redact", "deidentify"), ("surrogate", "pseudonymize")],
)
def test_the_copy_has_a_provenance_of_its_own(read, mode, activity):
    reading = read("{asthma|DISEASE}")
    _, device, provenance = _provenance(reading, "1")
    copy = {
        "resourceType": "DocumentReference",
        "identifier": [{"system": COPY_IDENTIFIER, "value": "x"}],
    }
    made = to_copy_provenance(reading.source, copy, device, recorded=NOW, pipeline="1", mode=mode)
    assert validate(made) == ()
    assert made["activity"]["coding"][0]["code"] == activity
    assert made["target"] == [{"reference": identity(copy).full_url}]
    assert (made["agent"], made["entity"]) == (provenance["agent"], provenance["entity"])
    assert identity(made) != identity(provenance)
    coded = [CodedEntity(reading.coded[0].entity, (), "mondo")]
    assert with_origins([made], coded) == (made,)


def test_it_names_the_terminology_sources_of_the_codes(read):
    _, device, provenance = _provenance(read("{asthma|DISEASE}"))
    entity = read("{asthma|DISEASE}").coded[0].entity
    coded = [CodedEntity(entity, (), origin) for origin in ("snomed_ips_freeset", "mondo", None)]
    (same, named) = with_origins([device, provenance], [*coded, *coded])
    assert same == device
    assert validate(named) == ()
    assert [entity["what"].get("display") for entity in named["entity"][1:]] == [
        "Terminology: mondo",
        "Terminology: snomed_ips_freeset",
    ]


def test_without_a_version_the_text_decides(read):
    one = read("{asthma|DISEASE}", reference="DocumentReference/n1").source
    other = read("{asthma|DISEASE}!", reference="DocumentReference/n1").source
    assert source_receipt(one, "1") != source_receipt(other, "1")
    assert source_receipt(one, "1") == source_receipt(one, "1")


def test_a_provenance_of_nothing_is_refused(read):
    with pytest.raises(ValueError, match="without a target"):
        _provenance(read("nothing here"))
