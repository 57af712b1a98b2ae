"""Every type, released whole: valid R4, nothing but what is named, and nothing from the outside."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mappers.deidentification.pseudonym import Pseudonyms
from mappers.deidentification.release import Release
from mappers.deidentification.rules import shipped_rules
from mappers.known import to_known
from mappers.validation import validate
from models.errors import KeyMissing
from models.recognizing.known import KnownIdentifiers
from models.replacing.surrogates import date_shift

KEY = b"a key of this test alone"
SUBJECT = "Patient/pat-990817"
KINDS = shipped_rules().kinds
RESOURCES = json.loads(Path(__file__).with_name("resources.json").read_text("utf-8"))
SNOMED = "http://snomed.info/sct"

# Elements whose value is a code, a unit or a time of day: the only strings that stay as they are.
KEPT = {
    "code", "system", "version", "status", "docStatus", "gender", "intent", "priority", "type",
    "category", "criticality", "severity", "language", "valueCode", "url", "unit", "durationUnit",
    "periodUnit", "timeOfDay", "role", "manufacturer", "name", "text", "value", "country",
    "valueString", "comparator", "resourceType", "reference",
}  # fmt: skip


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[tuple[Any, ...], str]]:
    """Give every string with its path."""
    if isinstance(value, str):
        return [(path, value)]
    if isinstance(value, dict):
        return [leaf for name, part in value.items() for leaf in leaves(part, (*path, name))]
    if isinstance(value, list):
        return [leaf for at, part in enumerate(value) for leaf in leaves(part, (*path, at))]
    return []


def put(resource: Any, path: tuple[Any, ...], value: Any) -> None:
    for step in path[:-1]:
        resource = resource[step]
    if isinstance(resource, dict) and not isinstance(path[-1], str):
        raise KeyError(path[-1])
    resource[path[-1]] = value


def codes(concept: dict[str, Any]) -> list[str]:
    return [one["code"] for one in concept["coding"]]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", [None, lambda texts, *_: ["some words"] * len(texts)])
def test_every_type_is_released_and_valid(kind, text, resources, release):
    assert validate(resources[kind]) == ()
    released = release(resources[kind], text=text)
    assert released.withheld is None
    assert validate(released.resource) == ()
    written = json.dumps(released.resource, ensure_ascii=False).lower()
    for word in ("wetherden", "zoë", "lowmoor", "hospital.example", "00123458", "lot-4477"):
        assert word not in written
    assert ("some words" in written) == (text is not None and KINDS[kind].has_text)


@pytest.mark.parametrize("kind", KINDS)
def test_every_resource_without_anything_is_valid(kind, resources, release):
    """What R4 requires has a stand-in, also where nothing was given."""
    needed = {"DocumentReference": ("meta", "id"), "Device": ("manufacturer", "type")}
    bare = {name: resources[kind].get(name) for name in needed.get(kind, ())}
    released = release({"resourceType": kind, **bare}, subject=None)
    broken = () if kind == "Provenance" else validate(released.resource)  # no agent, no Provenance
    assert broken == ()


@pytest.mark.parametrize("kind", KINDS)
def test_words_stay_nowhere(kind, resources, release):
    """Every string is made one of three words, and none is there afterwards."""
    resource = resources[kind]
    for path, _ in leaves(resource):
        if path[-1] not in {"resourceType", "id", "versionId", "manufacturer"} and not (
            kind == "Device" and "type" in path
        ):
            put(resource, path, "Qz words here")
    released = release(resource)
    assert "Qz" not in json.dumps(released.resource)


@pytest.mark.parametrize("kind", KINDS)
def test_what_looks_like_a_code_stays_only_where_a_code_belongs(kind, resources, release):
    resource = resources[kind]
    kept = {"resourceType", "system", "url", "reference", "id", "versionId", "manufacturer"}
    for number, (path, _) in enumerate(leaves(resource)):
        if path[-1] not in kept and not (kind == "Device" and path[0] == "type"):
            put(resource, path, f"Qz{number}")
    released = release(resource)
    survived = [path for path, text in leaves(released.resource) if text.startswith("Qz")]
    assert {path[-1] if isinstance(path[-1], str) else path[-2] for path in survived} <= KEPT
    for path in survived:
        holder = path[-2] if isinstance(path[-1], int) else path[-1]
        assert holder not in {"name", "text", "value", "valueString"} or kind == "Device"


@pytest.mark.parametrize("kind", KINDS)
def test_no_string_of_the_input_stays_but_the_allowed_ones(kind, resources, release):
    given_strings = {text for _, text in leaves(resources[kind])}
    for path, text in leaves(release(resources[kind]).resource):
        name = path[-1] if isinstance(path[-1], str) else path[-2]
        if text in given_strings:
            assert name in KEPT | {"family", "valueString"}, path
            assert name != "reference" or text.startswith("#"), path


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_secrets_that_are_words_never_pass(data):
    """A secret in any place of any resource, in any type of JSON around it, comes out nowhere."""
    kind = data.draw(st.sampled_from(sorted(KINDS)))
    resource = json.loads(json.dumps(RESOURCES[kind]))
    secret = "Qz " + data.draw(st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
    odd = st.recursive(
        st.one_of(st.just(secret), st.none(), st.booleans(), st.integers(), st.floats()),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(st.sampled_from([secret, "coding", "extension", "reference"]), inner)
        ),
        max_leaves=4,
    )
    for path, _ in data.draw(st.lists(st.sampled_from(leaves(resource)), min_size=1, max_size=4)):
        cut = data.draw(st.integers(1, len(path)))
        try:
            put(resource, path[:cut], data.draw(odd))
        except (TypeError, KeyError, IndexError):
            continue
    released = Release(KEY, "tag", None)(resource, None, KnownIdentifiers())
    assert "Qz " not in json.dumps(released.resource, ensure_ascii=False)
    assert all("Qz" not in part for key in released.methods for part in key)
    assert "Qz" not in (released.withheld or "")


def test_a_patient_is_a_year_a_state_and_three_digits(resources, release, subject):
    patient = release(resources["Patient"]).resource
    assert patient["birthDate"] == "1950"
    assert patient["address"] == [{"state": "MA", "postalCode": "021", "country": "US"}]
    assert patient["gender"] == "female"
    assert codes(patient["maritalStatus"]) == ["M"]
    assert [codes(one["language"]) for one in patient["communication"]] == [["en-US"]]
    race, sex = patient["extension"]
    assert [one["url"] for one in race["extension"]] == ["ombCategory"]
    assert sex["valueCode"] == "F"
    days = date_shift(KEY, subject)
    assert days < 0
    assert patient["deceasedDateTime"] != resources["Patient"]["deceasedDateTime"]
    assert patient["deceasedDateTime"].endswith("T07:00:00Z")
    assert not {"name", "telecom", "identifier", "photo", "contact", "link", "text"} & set(patient)


def test_ids_and_references_agree_and_map_back(resources, release, subject):
    patient = release(resources["Patient"]).resource
    observation = release(resources["Observation"]).resource
    assert observation["subject"] == {"reference": f"Patient/{patient['id']}"}
    assert Pseudonyms(KEY).original("Patient", patient["id"]) == "pat-990817"
    other = release(resources["Patient"], key=b"the key of another site").resource
    assert other["id"] != patient["id"]


def test_dates_keep_their_distances_and_precision(resources, release):
    kept = release(resources["MedicationStatement"]).resource
    observation = release(resources["Observation"]).resource
    assert kept["dateAsserted"][:10] == observation["effectiveDateTime"][:10]
    assert kept["dateAsserted"].endswith("T10:15:00+01:00")
    assert len(kept["effectivePeriod"]["start"]) == len("2024-01")
    assert len(release(resources["AllergyIntolerance"]).resource["onsetDateTime"]) == 4


def test_weekdays_stay_when_asked(resources, release):
    from datetime import date

    moved = release(resources["Condition"], weekdays=True).resource["recordedDate"]
    assert date.fromisoformat(moved).weekday() == date(2024, 3, 5).weekday()


def test_without_a_subject_dates_become_years(resources, release):
    group = release(resources["Group"], subject=None).resource
    assert group["member"][0]["period"] == {"start": "2024"}
    provenance = release(resources["Provenance"], subject=None).resource
    assert provenance["occurredDateTime"] == "2024"
    assert "recorded" not in provenance
    assert provenance["_recorded"]["extension"][0]["valueCode"] == "masked"


def test_ages_over_89_are_one_class(resources, release):
    age = release(resources["Condition"]).resource["onsetAge"]
    assert (age["value"], age["comparator"]) == (90, ">=")
    family = release(resources["FamilyMemberHistory"]).resource
    assert family["deceasedAge"]["value"] == 90
    assert "bornDate" not in family
    high = release(resources["Observation"]).resource["referenceRange"][0]["age"]["high"]
    assert high["value"] == 90


def test_staff_and_places_are_not_referred_to(resources, release):
    encounter = release(resources["Encounter"]).resource
    assert not {"participant", "location", "serviceProvider"} & set(encounter)
    agents = release(resources["Provenance"]).resource["agent"]
    assert [next(iter(agent["who"])) for agent in agents] == ["reference", "reference", "extension"]
    assert agents[1]["who"]["reference"].startswith("Practitioner/")
    assert "dr-lowmoor" not in json.dumps(agents)


def test_contained_resources_follow_their_own_rules(resources, release):
    kept = release(resources["MedicationStatement"])
    (medication,) = kept.resource["contained"]
    assert medication["resourceType"] == "Medication"
    assert codes(medication["code"]) == ["6809"]
    assert kept.resource["medicationReference"] == {"reference": f"#{medication['id']}"}
    assert medication["id"] != "wetherden-med"
    assert kept.methods["MedicationStatement.contained", "redact"] == 1  # the Practitioner


def test_what_was_done_is_counted_by_element_and_method(resources, release):
    methods = release(resources["Patient"]).methods
    assert methods["Patient.birthDate", "generalize"] == 1
    assert methods["Patient.name", "redact"] == 1
    assert methods["Patient.id", "encrypt"] == 1
    assert methods["Patient.extension", "redact"] == 2
    resources["Patient"]["zoë wetherden"] = ["a", "b"]
    assert release(resources["Patient"]).methods["Patient.other", "redact"] == 2


def test_a_required_element_that_went_says_so(resources, release):
    observation = resources["Observation"]
    observation["code"] = {"text": "only words"}
    del observation["status"]
    released = release(observation).resource
    assert released["status"] == "unknown"
    assert released["code"]["extension"][0]["valueCode"] == "masked"
    assert validate(released) == ()


@pytest.mark.parametrize("place", ["resource", "part", "contained", "dosage"])
def test_a_modifier_extension_withholds_the_resource(place, resources, release):
    resource = resources["MedicationStatement"]
    holder = {
        "resource": resource,
        "part": resource["note"][0],
        "contained": resource["contained"][1],
        "dosage": resource["dosage"][0]["timing"]["repeat"],
    }[place]
    holder["modifierExtension"] = [{"url": "http://x.example", "valueBoolean": True}]
    released = release(resource)
    assert released.resource is None
    assert released.withheld == "unknown modifierExtension"


def test_implicit_rules_withhold_the_resource(resources, release):
    resources["Condition"]["implicitRules"] = "http://x.example/rules"
    assert release(resources["Condition"]).withheld == "implicitRules"


def test_unknown_types_are_withheld(release):
    assert release({"resourceType": "Practitioner", "id": "1"}).resource is None
    assert release({"id": "1"}).resource is None


@pytest.mark.parametrize("kind", ["Patient", "Condition", "Immunization", "DocumentReference"])
def test_the_resource_of_another_patient_is_withheld(kind, resources, release):
    assert release(resources[kind], subject="Patient/other").withheld == "of another patient"
    absolute = f"https://store.example/fhir/{SUBJECT}/_history/3"
    assert release(resources[kind], subject=absolute).withheld is None


def test_a_known_identifier_anywhere_withholds_and_names_its_class_only(resources, release):
    resources["Condition"]["code"]["coding"][0] = {
        "system": "http://terminology.hl7.org/CodeSystem/x",
        "code": "Wetherden",
    }
    released = release(resources["Condition"])
    assert released.resource is None
    assert "NAME" in released.withheld
    assert "etherden" not in released.withheld


def test_a_code_of_the_standard_is_not_a_name(resources, release):
    called = KnownIdentifiers((("NAME", "Eve High"), ("NAME", "Male Medication")))
    for kind in ("AllergyIntolerance", "Patient"):
        assert release(resources[kind], known=called).withheld is None


def test_profiles_stay_where_nothing_that_they_need_goes(resources, release):
    vitals = "http://hl7.org/fhir/StructureDefinition/vitalsigns"
    local = "http://hospital.example/profile/Wetherden"
    resources["Observation"]["meta"]["profile"] = [vitals, local]
    assert release(resources["Observation"]).resource["meta"]["profile"] == [vitals]


def test_our_own_device_is_its_versions(resources, release):
    device = release(resources["Device"]).resource
    assert [one["value"] for one in device["version"]] == ["0.1.0-abcdef123456"]
    assert not {"identifier", "serialNumber", "patient", "owner", "url"} & set(device)
    resources["Device"]["manufacturer"] = "Somebody"
    assert release(resources["Device"]).resource is None


def test_a_shifted_date_may_be_a_birth_date_by_chance(resources, release, subject):
    patient = resources["Patient"]
    moved = release(resources["Condition"]).resource["recordedDate"]
    known = to_known([patient | {"birthDate": moved}])
    assert release(resources["Condition"], known=known).resource["recordedDate"] == moved


def test_a_document_is_its_copy(resources, release, copies):
    released = release(resources["DocumentReference"])
    document = released.resource
    assert [one["attachment"]["contentType"] for one in document["content"]] == [
        "text/plain; charset=utf-8",
        "application/json",
    ]
    assert "creation" in document["content"][0]["attachment"]
    assert not {"relatesTo", "author", "description", "masterIdentifier"} & set(document)
    assert release(resources["DocumentReference"], copies={}).withheld is not None


def test_evidence_is_moved_to_the_copy(resources, release, note):
    evidence = resources["Condition"]["extension"][1]["extension"]
    assert note[evidence[2]["valueInteger"] :][:4] == "gout"
    kept = release(resources["Condition"]).resource["extension"][1]["extension"]
    text = "[NAME], born [DATE], has gout. 😀 MRN [ID]."
    assert text[kept[2]["valueInteger"] :][: kept[3]["valueInteger"]] == "gout"
    evidence[2]["valueInteger"] = 30
    released = release(resources["Condition"])
    assert [one["url"] for one in released.resource["extension"][1]["extension"]] == [
        "reference",
        "path",
    ]
    assert released.methods["Condition.evidence", "redact"] == 1


@pytest.mark.parametrize(("offset", "kept"), [(None, "Gout"), (30, "[NAME]")])
def test_what_the_released_note_says_is_not_read_again(resources, release, note, offset, kept):
    condition = resources["Condition"]
    condition["code"]["text"] = "Gout"
    if offset is not None:
        condition["extension"][1]["extension"][2]["valueInteger"] = offset
    released = release(condition, text=lambda texts, *_: ["[NAME]"] * len(texts))
    assert released.resource["code"]["text"] == kept
    assert released.resource["note"][0]["text"] == "[NAME]"
    assert (
        release(condition, copies={}, text=lambda texts, *_: [None] * len(texts)).withheld is None
    )


def test_texts_are_read_together_with_language_and_subject(resources, release, subject, known):
    asked = []

    def text(texts, language, who, around):
        asked.append((language, who, around == known))
        return [None if "Wetherden" in one else f"<{one}>" for one in texts]

    condition = resources["Condition"]
    condition["code"]["text"] = "asthma"
    condition["note"].append({"text": "asthma"})
    released = release(condition, text=text)
    assert asked == [("en", subject, True)]
    assert released.resource["code"]["text"] == "<asthma>"
    assert [one["text"] for one in released.resource["note"]] == ["<asthma>"]
    assert "text" not in released.resource["severity"]
    assert released.methods["Condition.code.text", "text"] == 1


def test_the_throw_away_key_and_a_short_one(resources, release):
    with pytest.raises(KeyMissing):
        release(resources["Patient"], key=b"short")


def labels_of(resource):
    return {one["code"] for one in resource["meta"]["security"]}


def test_labels_say_what_applies(resources, release):
    def words(texts, *_):
        return ["seen by [NAME]" for _ in texts]

    condition = resources["Condition"]
    assert labels_of(release(condition).resource) == {
        "AIAST", "REDACTED", "ABSTRED", "MASKED", "PSEUDED",
    }  # fmt: skip
    thrown = release(condition, throwaway=True).resource
    assert labels_of(thrown) == {"AIAST", "REDACTED", "ABSTRED", "ANONYED"}
    texts = release(condition, throwaway=True, text=words).resource
    assert labels_of(texts) == {"AIAST", "REDACTED", "ABSTRED", "PSEUDED"}
    condition["id"] = "x" * 40
    assert "CRYTOHASH" in labels_of(release(condition).resource)
    plain = {
        "resourceType": "Medication",
        "code": {"coding": [{"system": SNOMED, "code": "387517004"}]},
    }
    assert "meta" not in release(plain).resource
