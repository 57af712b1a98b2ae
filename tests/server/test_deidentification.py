"""The copy of a note and the path of short texts, with the real models."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from mappers.deidentification.document import (
    StoredCopy,
    copy_identifier,
    is_deidentified_copy,
    read_copy,
)
from mappers.deidentification.release import Release
from mappers.errors import LeakFound
from mappers.known import to_known
from mappers.source import source_tag
from mappers.validation import validate
from models.errors import KeyMissing
from models.recognizing.known import KnownIdentifiers
from server import deidentification
from server.deidentification import Texts
from server.extraction import Extraction
from server.parts import Parts
from server.pipeline import extract
from server.reading import to_reading
from server.settings import read_settings

KEY = b"a key of this test alone"
SUBJECT = "Patient/pat-990817"
PATIENT = {
    "resourceType": "Patient",
    "id": "pat-990817",
    "name": [{"family": "Wetherden", "given": ["Zoë"]}],
    "birthDate": "1950-03-05",
    "identifier": [{"value": "00-1234-5"}],
}
KNOWN = to_known([PATIENT])
TEXT = "Zoë Wetherden was seen on 2024-03-05 for asthma. She takes metformin 500 mg twice daily."


@pytest.fixture(scope="module")
def parts() -> Parts:
    return Parts.open(read_settings(auth="off"))


@pytest.fixture
def texts(parts: Parts) -> Texts:
    return Texts(parts)


def read(parts: Parts, text: str = TEXT, **document: Any) -> Extraction:
    reading = to_reading(text, subject=SUBJECT)
    named = {"id": "doc-771100", "meta": {"versionId": "2"}, **document}
    return extract(
        replace(reading, document=reading.document | named, surroundings=(PATIENT,)), parts
    )


def test_personal_data_go_and_the_rest_stays(texts: Texts) -> None:
    given = ["Asthma", "Parkinson disease", "called Zoë on 3/5/2024", "see MRN 00-1234-5", " "]
    made = texts(given, "en", SUBJECT, KNOWN)
    assert made[:2] == given[:2]
    assert made[2] == "called [NAME] on [DATE]"
    assert made[3] == "see MRN [ID]"
    assert made[4] is None


def test_texts_of_three_languages_without_a_tag(texts: Texts) -> None:
    given = ["DNI 12345678Z", "BSN 111222333", "SSN 078-05-1120", "asma", "suikerziekte"]
    made = texts(given, None, None, KnownIdentifiers())
    for text, number in zip(made, ("12345678Z", "111222333", "078-05-1120"), strict=False):
        assert text is not None
        assert number not in text
    assert made[3:] == given[3:]


def test_an_unknown_language_is_no_error(texts: Texts) -> None:
    assert texts(["Asthma"], "fr-CA", None, KnownIdentifiers()) == ["Asthma"]


def test_the_models_read_a_text_once_and_the_patient_is_looked_for_each_time(
    texts: Texts, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert texts(["lives near Abcoude"] * 3, "en", None, KnownIdentifiers())
    monkeypatch.setattr(type(texts._parts.annotator), "annotate_all", lambda _, notes: list(notes))
    known = KnownIdentifiers((("NAME", "Asthma Lives"),))
    assert texts(["lives near Abcoude"], "en", None, known)
    (other,) = texts(["lives near Abcoude"], "en", None, KnownIdentifiers((("NAME", "Abcoude"),)))
    assert "Abcoude" not in str(other)


def test_what_still_leaks_is_dropped(texts: Texts, monkeypatch: pytest.MonkeyPatch) -> None:
    # A search that finds nothing to replace, before a gate that does.
    monkeypatch.setattr(deidentification, "find", lambda *_: [])
    (made,) = texts(["for zoe wetherden on 3/5/2024"], "en", None, KNOWN)
    assert made is None or "wetherden" not in made
    (bare,) = texts(["no. 00 1234 5"], "en", None, KNOWN)
    assert bare is None or "1234" not in bare


def test_surrogates_need_a_key(parts: Parts) -> None:
    with pytest.raises(KeyMissing):
        Texts(parts, mode="surrogate")


def test_surrogates_are_the_same_in_texts_and_resources(parts: Parts) -> None:
    texts = Texts(parts, mode="surrogate", key=KEY)
    release = Release(KEY, "surrogate", texts)
    condition = {
        "resourceType": "Condition",
        "id": "con-1",
        "language": "en",
        "subject": {"reference": SUBJECT},
        "recordedDate": "2024-03-05",
        "note": [{"text": "Zoë was seen on 2024-03-05."}, {"text": "Zoë is well."}],
    }
    released = release(condition, SUBJECT, KNOWN)
    assert released.resource is not None
    assert validate(released.resource) == ()
    first, second = (one["text"] for one in released.resource["note"])
    moved = released.resource["recordedDate"]
    assert moved != "2024-03-05"
    assert first.endswith(f" was seen on {moved}.")
    assert first.split()[0] == second.split()[0] != "Zoë"
    assert "PSEUDED" in json.dumps(released.resource["meta"])


@pytest.mark.parametrize(
    ("mode", "activity", "label"),
    [
        ("tag", "deidentify", "REDACTED"),
        ("redact", "deidentify", "REDACTED"),
        ("surrogate", "pseudonymize", "PSEUDED"),
    ],
)
def test_the_copy_has_its_label_its_annotations_and_its_provenance(
    parts: Parts, mode: Any, activity: str, label: str
) -> None:
    extraction = read(replace(parts, mode=mode, key=KEY))
    copy = extraction.copy.document
    assert copy is not None
    assert validate(copy) == ()
    assert [one["code"] for one in copy["meta"]["security"]] == [label]
    provenance = extraction.records[-1]
    assert provenance["activity"]["coding"][0]["code"] == activity
    assert len(provenance["target"]) == 1
    stored = read_copy(copy)
    assert isinstance(stored, StoredCopy)
    assert stored.mode == mode
    assert stored.annotations is not None
    entities = json.loads(stored.annotations)["entities"]
    words = {stored.text[one["start"] : one["end"]] for one in entities}
    assert {"asthma", "metformin"} <= words


def test_what_leaves_the_store_has_the_annotations_and_no_way_back(parts: Parts) -> None:
    released = read(parts).released_copy()
    assert validate(released) == ()
    assert not {"id", "relatesTo", "extension"} & set(released)
    annotations = base64.b64decode(released["content"][1]["attachment"]["data"])
    assert json.loads(annotations)["entities"]
    assert "doc-771100" not in json.dumps(released)


def test_what_a_modifier_extension_may_change_is_not_copied(parts: Parts) -> None:
    modifier = {"modifierExtension": [{"url": "http://x.example", "valueBoolean": True}]}
    extraction = read(parts, **modifier)
    assert extraction.resources
    assert extraction.copy.document is None
    assert "modifierExtension" in (extraction.copy.withheld or "")
    with pytest.raises(LeakFound, match="modifierExtension"):
        extraction.released_copy()


@pytest.mark.parametrize("key", [None, KEY])
def test_what_leaves_the_store_has_no_digest_that_a_guess_of_the_id_confirms(
    parts: Parts, key: bytes | None
) -> None:
    extraction = read(replace(parts, key=key))
    original = "DocumentReference/doc-771100"
    guesses = {source_tag(original)["code"], copy_identifier(original, None)}
    assert any(guess in json.dumps(extraction.copy.document) for guess in guesses)
    released = extraction.released_copy()
    assert not any(guess in json.dumps(released) for guess in guesses)
    assert is_deidentified_copy(released)
    identifiers = [one["value"] for one in released.get("identifier", ())]
    assert identifiers == ([copy_identifier(original, key)] if key else [])


def test_the_copy_of_a_long_note_stays_reasonable(parts: Parts) -> None:
    text = "\n".join(f"Visit {at}: asthma, on metformin 500 mg twice daily." for at in range(200))
    extraction = read(parts, text)
    copy = extraction.copy.document
    assert copy is not None
    text_size, annotations_size = (one["attachment"]["size"] for one in copy["content"])
    assert text_size > 8_000
    assert annotations_size < 20 * text_size  # four entities in each 50 characters


def test_a_copy_of_the_pipeline_is_what_an_export_releases(parts: Parts) -> None:
    extraction = read(parts)
    copy = read_copy(extraction.copy.document or {})
    assert copy is not None
    release = Release(KEY, "tag", Texts(parts))
    document = to_reading(TEXT, subject=SUBJECT).document
    document |= {"id": "doc-771100", "meta": {"versionId": "2"}}
    released = release(document, SUBJECT, KNOWN, {str(copy.source): copy})
    assert released.resource is not None
    assert len(released.resource["content"]) == 2
    condition = next(one for one in extraction.resources if one["resourceType"] == "Condition")
    kept = release({**condition, "id": "c1"}, SUBJECT, KNOWN, {str(copy.source): copy}).resource
    assert kept is not None
    assert validate(kept) == ()
    parts_of = {one["url"]: one for one in kept["extension"][1]["extension"]}
    start = parts_of["offset"]["valueInteger"]
    end = start + parts_of["length"]["valueInteger"]
    assert copy.text[start:end] == "asthma"
    assert parts_of["reference"]["valueReference"]["reference"] == (
        f"DocumentReference/{released.resource['id']}"
    )


def test_a_leak_withholds_the_copy(parts: Parts) -> None:
    extraction = read(parts, docStatus="Wetherden")
    assert extraction.copy.document is None
    assert "NAME" in str(extraction.copy.withheld)
    assert "etherden" not in str(extraction.copy.withheld)
    assert len(extraction.records) == 2  # Device and the Provenance of the reading
    with pytest.raises(LeakFound):
        extraction.released_copy()
