from mappers.known import to_known
from models.recognizing.known import leaks

PATIENT = {
    "resourceType": "Patient",
    "id": "a1b2c3d4",
    "identifier": [{"system": "urn:x", "value": "00-1234-5"}, {"value": 7}],
    "name": [
        {"prefix": ["Mrs."], "given": ["Zoë", "Ann"], "family": "Wetherden", "suffix": ["PhD"]},
        {"text": "Mrs. Zoë Brindlow", "prefix": ["Mrs."]},
        "broken",
    ],
    "telecom": [{"system": "phone", "value": "555 010 0199"}, {}, None],
    "address": [
        {
            "line": ["12 Old Mill Road", "Apt 3"],
            "city": "Alderford",
            "state": "OH",
            "postalCode": "43001",
            "country": "US",
        }
    ],
    "birthDate": "1950-03-05",
    "gender": "female",
    "contact": [{"name": {"given": ["Ivo"]}, "telecom": [{"value": "ivo@example.org"}]}],
}


def test_reads_a_patient():
    assert set(to_known([PATIENT]).values) == {
        ("NAME", "Zoë"),
        ("NAME", "Ann"),
        ("NAME", "Wetherden"),
        ("NAME", "Zoë Brindlow"),
        ("NAME", "broken"),
        ("NAME", "Ivo"),
        ("ID", "00-1234-5"),
        ("ID", "a1b2c3d4"),
        ("CONTACT", "555 010 0199"),
        ("CONTACT", "ivo@example.org"),
        ("LOCATION", "12 Old Mill Road"),
        ("LOCATION", "Apt 3"),
        ("LOCATION", "Alderford"),
        ("LOCATION", "43001"),
        ("LOCATION", "43001 Alderford"),
        ("DATE", "1950-03-05"),
    }


def test_reads_organisations_and_places_as_locations():
    known = to_known(
        [
            {"resourceType": "Organization", "name": "Thistledown Hospital", "alias": ["THG"]},
            {"resourceType": "Location", "name": "Ward Seven", "address": {"city": "Alderford"}},
            {"resourceType": "Practitioner", "name": [{"family": "Lowmoor"}]},
        ]
    )
    assert known.values == (
        ("LOCATION", "Thistledown Hospital"),
        ("LOCATION", "THG"),
        ("LOCATION", "Ward Seven"),
        ("LOCATION", "Alderford"),
        ("NAME", "Lowmoor"),
    )


def test_reads_the_names_that_a_document_shows():
    document = {
        "resourceType": "DocumentReference",
        "identifier": [{"value": "N-771100"}],
        "subject": {"display": "Zoë Wetherden"},
        "author": [{"display": "Dr. Lowmoor"}, {"reference": "Practitioner/1"}],
        "custodian": {"display": "Thistledown Hospital"},
    }
    known = to_known([document])
    assert ("NAME", "Dr. Lowmoor") in known.values
    assert leaks("seen by the doctor, Dr. X", known) == []
    assert leaks("LOWMOOR at Thistledown Hospital, n771100", known) == ["ID", "LOCATION", "NAME"]


def test_leaves_ids_that_say_nothing():
    resources = [{"resourceType": "Patient", "id": value} for value in ("42", "example", "pat-one")]
    assert to_known(resources).values == ()


def test_survives_broken_resources():
    broken = [{}, {"name": 3, "identifier": {}, "telecom": "x", "address": [None], "contact": 1}]
    assert to_known([*broken, {"name": [{"family": 3, "given": "Zoë", "_family": []}]}]).values == (
        ("NAME", "Zoë"),
    )


def test_each_is_kept_once_and_searched_for():
    known = to_known([PATIENT, PATIENT])
    assert len(known.values) == len(set(known.values))
    assert leaks("WETHERDEN of 12 Old Mill Rd", known) == ["LOCATION", "NAME"]
