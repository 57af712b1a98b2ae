from itertools import product

import pytest

from mappers.chart import to_resources
from mappers.meaning import MEANINGS, meaning
from mappers.statement import statements
from mappers.validation import check_evidence, validate
from models.types import Assertion, Experiencer, Presence, Temporality

LABELS = ("DISEASE", "SYMPTOM", "DRUG", "PROCEDURE", "DIAGNOSTIC_PROCEDURE")


def _says(resource):
    verification = resource.get("verificationStatus", {"coding": [{"code": ""}]})
    clinical = resource.get("clinicalStatus", {"coding": [{"code": ""}]})
    said = (verification["coding"][0]["code"], clinical["coding"][0]["code"])
    return resource.get("status") or "/".join(said)


PATIENT = {
    ("present", "current"): ("confirmed/active", "active", "completed"),
    ("present", "historical"): ("confirmed/inactive", "completed", "completed"),
    ("absent", "current"): ("refuted/inactive", "not-taken", "not-done"),
    ("absent", "historical"): ("refuted/inactive", "not-taken", "not-done"),
    ("possible", "current"): ("provisional/active", "unknown", "unknown"),
    ("possible", "historical"): ("provisional/inactive", "unknown", "unknown"),
    ("hypothetical", "current"): ("unconfirmed/inactive", "intended", "preparation"),
    ("hypothetical", "historical"): ("unconfirmed/inactive", "unknown", "unknown"),
}


@pytest.mark.parametrize("encounter", [None, "Encounter/e1"])
@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("claim", list(product(Presence, Temporality, Experiencer)), ids="-".join)
def test_every_claim_is_valid_or_omitted(read, label, claim, encounter):
    presence, temporality, experiencer = claim
    reading = read(
        f"x {{thing|{label}|{presence}|{temporality}|{experiencer}}} y", encounter=encounter
    )
    resources = to_resources(reading.source, reading.coded, reading.relations)
    omitted = statements(reading.source.note, reading.coded).omitted
    assert len(resources) + omitted.total() == 1
    for resource in resources:
        assert validate(resource) == ()
        assert check_evidence(resource, reading.text) == ()
    if experiencer is Experiencer.PATIENT:
        column = {"DRUG": 1, "PROCEDURE": 2, "DIAGNOSTIC_PROCEDURE": 2}.get(label, 0)
        assert _says(resources[0]) == PATIENT[presence, temporality][column]
    elif experiencer is Experiencer.FAMILY and label in LABELS[:2] and presence == "present":
        assert resources[0]["resourceType"] == "FamilyMemberHistory"
        assert resources[0]["status"] == "partial"
    else:
        assert resources == []


def test_the_table_is_complete_for_the_patient():
    for kind in ("Condition", "MedicationStatement", "Procedure"):
        for presence, temporality in product(Presence, Temporality):
            assert meaning(kind, Assertion(presence, temporality)) is not None


def test_what_is_not_so_says_why_and_what_is_so_does_not():
    for (kind, presence, _), row in MEANINGS.items():
        if kind in ("MedicationStatement", "Procedure"):
            assert (row.status_reason is None) == (presence is Presence.PRESENT)


def test_no_row_claims_that_a_condition_resolved():
    assert not any(row.clinical_status == "resolved" for row in MEANINGS.values())


def test_what_is_negated_or_imagined_is_never_active():
    for (kind, presence, _), row in MEANINGS.items():
        if kind == "Condition" and presence in (Presence.ABSENT, Presence.HYPOTHETICAL):
            assert row.clinical_status == "inactive"
