import time

import pytest

from models.assertion import assertions
from models.errors import LanguageUnsupported
from models.types import Span
from tests.models.claims import claim


@pytest.mark.parametrize(
    ("text", "mention", "presence"),
    [
        ("She has a cough.", "cough", "present"),
        ("No fever, chills or cough.", "cough", "absent"),
        ("NO FEVER OR COUGH.", "COUGH", "absent"),
        ("Denies thirst but has dizziness.", "thirst", "absent"),
        ("Denies thirst but has dizziness.", "dizziness", "present"),
        ("No edema; tremor of both hands.", "tremor", "present"),
        ("No edema. Tremor of both hands.", "Tremor", "present"),
        ("The scan was negative for abscess.", "abscess", "absent"),
        ("Abscess was ruled out.", "Abscess", "absent"),
        ("Hives, wheeze and itch were not seen.", "Hives", "absent"),
        ("Walks without pain.", "pain", "absent"),
        ("There is no evidence of abscess or gas.", "gas", "absent"),
        ("no signs of abscess in the leg", "no signs of abscess", "absent"),
        ("Cannot rule out abscess.", "abscess", "possible"),
        ("DIFFERENTIAL DIAGNOSES: Abscess, gas, cyst.", "cyst", "possible"),
        ("Abscess cannot be excluded.", "Abscess", "possible"),
        ("Possible abscess, no gas.", "abscess", "possible"),
        ("Possible abscess, no gas.", "gas", "absent"),
        ("? abscess", "abscess", "possible"),
        ("No change in the tremor.", "tremor", "present"),
        ("Gram negative abscess.", "abscess", "present"),
        ("The tremor did not improve.", "tremor", "present"),
        ("Come back if you have chills or rash.", "rash", "hypothetical"),
        ("Risks including, but not limited to, abscess and gas.", "gas", "hypothetical"),
        ("Iron 65 mg prn dizziness.", "dizziness", "hypothetical"),
        ("Should tremor occur, call.", "tremor", "hypothetical"),
        ("Iron is contraindicated in patients with tremor.", "tremor", "hypothetical"),
        ("Her tremor, likely; itch.", "tremor", "possible"),
        ("MRI to look for abscess.", "abscess", "possible"),
        ("Cough: none.", "Cough", "absent"),
        ("Her abdomen is non-tender.", "tender", "absent"),
        ("Another cough, nothing new.", "cough", "present"),
    ],
)
def test_presence(text, mention, presence):
    assert claim(text, mention).presence == presence


@pytest.mark.parametrize(
    ("text", "mention", "label", "presence"),
    [
        ("Swabs were negative.", "Swabs", "DIAGNOSTIC_PROCEDURE", "present"),
        ("The biopsy was not performed.", "biopsy", "DIAGNOSTIC_PROCEDURE", "absent"),
        ("He refused dialysis.", "dialysis", "PROCEDURE", "absent"),
        ("Dialysis if potassium rises.", "Dialysis", "PROCEDURE", "hypothetical"),
        ("Repeat biopsy in six weeks.", "biopsy", "DIAGNOSTIC_PROCEDURE", "hypothetical"),
        ("Repeat biopsy showed gas.", "biopsy", "DIAGNOSTIC_PROCEDURE", "present"),
        ("He is not taking iron.", "iron", "DRUG", "absent"),
        ("Allergic to latexol.", "latexol", "DRUG", "absent"),
        ("ALLERGIES: Latexol.", "Latexol", "DRUG", "absent"),
        ("ALLERGIES: hives with latexol.", "hives", "SYMPTOM", "present"),
    ],
)
def test_presence_depends_on_the_label(text, mention, label, presence):
    assert claim(text, mention, label).presence == presence


@pytest.mark.parametrize(
    ("text", "mention", "temporality"),
    [
        ("History of hives.", "hives", "historical"),
        ("History of gout.", "gout", "current"),
        ("History of gout, resolved.", "gout", "historical"),
        ("Asthma as a child.", "Asthma", "historical"),
        ("Gout in 1999, now tremor.", "tremor", "current"),
        ("PAST MEDICAL HISTORY: gout, zoster.\nPLAN: watch the tremor.", "gout", "current"),
        (
            "PAST MEDICAL HISTORY: gout, zoster.\nPLAN: watch the tremor.",
            "zoster",
            "historical",
        ),
        ("PAST MEDICAL HISTORY: gout, zoster.\nPLAN: watch the tremor.", "tremor", "current"),
        ("Shingles (2011), hives.", "Shingles", "historical"),
        ("Shingles since 2011.", "Shingles", "current"),
        ("Hives 2024. Seen in 2024, first in 2019.", "Hives", "current"),
        ("Hives in the 1980s.", "Hives", "historical"),
        ("Hives three years ago.", "Hives", "historical"),
        ("Two years ago she had hives, now tremor.", "tremor", "current"),
        ("S/p shingles with tremor.", "tremor", "current"),
        ("Allergies: latexol (hives).", "hives", "historical"),
        ("The rash has resolved.", "rash", "historical"),
        ("HISTORY OF PRESENT ILLNESS: rash.", "rash", "current"),
    ],
)
def test_temporality(text, mention, temporality):
    assert claim(text, mention).temporality == temporality


def test_a_stopped_drug_is_history_not_absence():
    said = claim("Iron was discontinued.", "Iron", "DRUG")
    assert (said.presence, said.temporality) == ("present", "historical")


@pytest.mark.parametrize(
    ("text", "mention", "experiencer"),
    [
        ("Her mother had gout; she has tremor.", "gout", "family"),
        ("Her mother had gout; she has tremor.", "tremor", "patient"),
        ("FAMILY HISTORY: gout, stroke.", "stroke", "family"),
        ("Gout in her father.", "Gout", "family"),
        ("His brother died of gout.", "gout", "family"),
        ("Her husband tested positive for hives.", "hives", "other"),
        ("Her husband has hives.", "hives", "other"),
        ("Comes with his mother for hives.", "hives", "patient"),
        ("Lives with her daughter. Hives.", "Hives", "patient"),
    ],
)
def test_experiencer(text, mention, experiencer):
    assert claim(text, mention).experiencer == experiencer


def test_axes_are_set_together():
    said = claim("There is no family history of gout.", "gout")
    assert (said.presence, said.experiencer) == ("absent", "family")


def test_answers_in_the_order_asked_and_takes_bare_spans():
    text = "No itch. Rash."
    asked = [Span.of(text, 9, 13), Span.of(text, 3, 7)]
    assert [one.presence for one in assertions(text, asked, "en")] == ["present", "absent"]
    assert assertions(text, [], "en") == []


@pytest.mark.parametrize("text", ["İ̇İ no itch", "😀 no\titch", "no\u00a0itch"])
def test_offsets_hold_for_any_unicode(text):
    assert claim(text, "itch").presence == "absent"


def test_a_language_without_rules_is_named():
    with pytest.raises(LanguageUnsupported, match=r"'fr'.*en"):
        claim("rien", "rien", language="fr")


def test_a_long_note_takes_linear_time():
    text = "No fever, chills or cough. " * 8_000
    spans = [Span.of(text, at + 3, at + 8) for at in range(0, len(text), 27)]
    began = time.process_time()
    found = assertions(text, spans, "en")
    assert time.process_time() - began < 10
    assert {one.presence for one in found} == {"absent"}


def test_a_flood_of_triggers_takes_linear_time():
    text = "no " * 20_000 + "itch"
    began = time.process_time()
    assert claim(text, "itch").presence == "absent"
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("text", "drug"),
    [
        ("COPD without exacerbation: continue tiotropium.", "tiotropium"),
        ("Hold metformin, sliding scale insulin.", "insulin"),
        ("Avoid ibuprofen, start paracetamol.", "paracetamol"),
    ],
)
def test_what_is_given_instead_is_not_negated_with_what_is_held(text: str, drug: str) -> None:
    assert claim(text, drug, "DRUG").presence == "present"
    if text.startswith("Hold"):
        assert claim(text, "metformin", "DRUG").presence == "absent"


@pytest.mark.parametrize(
    ("text", "mention", "presence"),
    [
        ("No itch, rash, thirst.", "thirst", "absent"),
        ("Scan: no abscess, small cyst.", "cyst", "present"),
        ("No itch, rash, thirst 3/10.", "thirst", "present"),
        ("No itch, cramp on walking, rash or thirst.", "cramp", "absent"),
        ("No itch, cramp on walking, taking iron.", "cramp", "present"),
        ("We do not doubt gout.", "gout", "present"),
        ("Itch: no, rash and thirst.", "rash", "present"),
        ("No itch, rash, thirst,", "thirst", "absent"),
        ("Denies: a) itch b) rash.", "rash", "absent"),
        ("Rash (no itch) on the leg with thirst.", "thirst", "present"),
        ("Thirst (swab clear, no growth seen, negative).", "Thirst", "present"),
        ("No abscess (or gas) or cyst.", "cyst", "absent"),
        ("Itch: no\nRash", "Itch", "absent"),
        ("Itch no. 2 is worse.", "Itch", "present"),
        ("Hosp no 4412 gout.", "gout", "present"),
        ("No itch no sob. has rash", "rash", "present"),
        ("Itch -, rash +", "Itch", "absent"),
        ("Itch -, rash +", "rash", "present"),
        ("There is no change in the itch.", "itch", "present"),
        ("Does not deny thirst.", "thirst", "present"),
        ("Itch, rash and thirst were all denied.", "Itch", "absent"),
        ("Hold iron, then gout clinic.", "gout", "present"),
        ("No risk factors for gout.", "gout", "present"),
        ("Insufficient evidence for gout.", "gout", "absent"),
    ],
)
def test_how_far_a_denial_goes(text: str, mention: str, presence: str) -> None:
    assert claim(text, mention).presence == presence


def test_what_is_denied_is_not_history() -> None:
    said = claim("Never had hives in 1999.", "hives")
    assert (said.presence, said.temporality) == ("absent", "current")
