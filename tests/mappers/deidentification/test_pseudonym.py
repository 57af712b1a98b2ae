import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappers.deidentification.pseudonym import Pseudonyms, split_reference
from models.errors import KeyMissing

KEY = b"a key of this test alone"
OURS = Pseudonyms(KEY)
FHIR_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
IDS = st.from_regex(FHIR_ID, fullmatch=True)


@given(IDS)
def test_a_pseudonym_is_a_fhir_id_that_does_not_tell_the_length(original):
    made = OURS.identity("Patient", original)
    assert FHIR_ID.fullmatch(made)
    assert len(made) == 64
    assert made == Pseudonyms(KEY).identity("Patient", original)


@given(st.one_of(IDS, st.uuids().map(str)))
def test_with_the_key_it_maps_back_where_it_can(original):
    made = OURS.identity("Patient", original)
    back = original if OURS.reversible(original) else None
    assert OURS.original("Patient", made) == back


@pytest.mark.parametrize(
    ("original", "reversible"),
    [
        ("1", True),
        ("x" * 31, True),
        ("x" * 32, False),
        ("9e3dd0c1-5c1b-4b3e-8f6a-0f4a9d6b7c11", True),
        ("9E3DD0C1-5C1B-4B3E-8F6A-0F4A9D6B7C11", False),
        ("9e3dd0c1-5c1b-4b3e-8f6a-0f4a9d6b7c1-", False),
        ("9e3dd0c15c1b4b3e8f6a0f4a9d6b7c11----", False),
    ],
)
def test_what_is_too_long_has_no_way_back(original, reversible):
    assert OURS.reversible(original) is reversible
    made = OURS.identity("Patient", original)
    assert OURS.original("Patient", made) == (original if reversible else None)


def test_types_keys_and_ids_are_kept_apart():
    made = {
        pseudonyms.identity(kind, original)
        for pseudonyms in (OURS, Pseudonyms(b"another key of the test"))
        for kind in ("Patient", "Encounter")
        for original in ("1", "2", "x" * 40)
    }
    assert len(made) == 12
    one = OURS.identity("Patient", "1")
    assert OURS.original("Encounter", one) is None
    assert Pseudonyms(b"another key of the test").original("Patient", one) is None


@pytest.mark.parametrize("pseudonym", ["", "x", "é" * 64, "A" * 64, "=" * 64])
def test_what_is_not_ours_maps_to_nothing(pseudonym):
    assert OURS.original("Patient", pseudonym) is None


def test_a_changed_pseudonym_maps_to_nothing():
    made = OURS.identity("Patient", str(uuid.uuid4()))
    changed = ("A" if made[0] != "A" else "B") + made[1:]
    assert OURS.original("Patient", changed) is None


@pytest.mark.parametrize(
    "reference",
    [
        "Patient/1",
        "Patient/1/_history/2",
        "https://store.example/fhir/Patient/1",
        "https://store.example/fhir/Patient/1/_history/2",
    ],
)
def test_references_lose_base_and_version(reference):
    assert split_reference(reference) == ("Patient", "1")
    assert OURS.reference(reference) == f"Patient/{OURS.identity('Patient', '1')}"


@pytest.mark.parametrize(
    "reference",
    [
        "#p1",
        "urn:uuid:9e3dd0c1-5c1b-4b3e-8f6a-0f4a9d6b7c11",
        "Patient?identifier=x|1",
        "Patient",
        "",
    ],
)
def test_what_names_no_resource_is_no_reference(reference):
    assert OURS.reference(reference) is None


def test_a_short_key_is_refused():
    with pytest.raises(KeyMissing):
        Pseudonyms(b"short")
