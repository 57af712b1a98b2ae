"""What English notes hide without a cue: names in no list, numbers in a sentence, ages in words."""

from __future__ import annotations

import pytest

from models.phi.patterns import find
from tests.models.phi_found import found, left, mark

NAMES = [
    ("After the second dose Tavrinka felt dizzy.", "Tavrinka"),
    ("The drain was pulled by Oskelby that night.", "Oskelby"),
    ("Ferritin was 11 when Brimholdt-Asker saw him.", "Brimholdt-Asker"),
    ("Vondrelle Gates came with her son.", "Vondrelle Gates"),
    ("Georgia Tavrinka was born at term.", "Georgia Tavrinka"),
    ("seen by Q. Oskelby before rounds", "Q. Oskelby"),
    ("results to Rankin, Vondrelle.", "Rankin, Vondrelle"),
    ("Oskelby, V. | hernia", "Oskelby, V."),
    ("PID|1||OSKELBY^VONDRELLE^Q||F", "OSKELBY^VONDRELLE^Q"),
    ("Thomas 'Brim' Oskelby is here", "Thomas 'Brim' Oskelby"),
    ("signed Thomas Burr Jr. at noon", "Thomas Burr Jr"),
    ("SPOUSE VONDRELLE AT BEDSIDE", "VONDRELLE"),
    ("DICTATED BY VONDRELLE Q. OSKELBY AT NOON", "VONDRELLE Q. OSKELBY"),
    ("spoke to tavrinka about metformin", "tavrinka"),
    ("saw vondrelle oskelby today", "vondrelle oskelby"),
    ("oskelby rang, bp 178 over 96", "oskelby"),
    ("letter from aimee about her coil", "aimee"),
    ("d/w k. oskelby who agrees", "k. oskelby"),
    ("Wife Georgia at bedside", "Georgia"),
    ("Source patient was T-W in bay 4", "T-W"),
    ("Handed over to K.W. at seven", "K.W."),
]
PLACES = [
    ("lives at Flat 4, 31 Cobbler Brae, with a cat", "Flat 4, 31 Cobbler Brae"),
    ("Unit 7/12 Cobbler Parade is upstairs", "Unit 7/12 Cobbler Parade"),
    ("sent to Cobbler Wynd 23, near the shop", "Cobbler Wynd 23"),
    ("the home on Silver Birch Way has stairs", "Silver Birch Way"),
    ("rx sent to the shop on cobbler lane today", "cobbler lane"),
    ("Rural Route 4, Box 31", "Rural Route 4, Box 31"),
    ("taken to Our Lady of the Harbour Hospital", "Our Lady of the Harbour Hospital"),
    ("echo from brimholdt general hospital", "brimholdt general hospital"),
    ("flooding in co. sligo again", "sligo"),
    ("moved here from brimholdt in spring", "brimholdt"),
]
NUMBERS = [
    ("drives the grey van QX17 ZRB to work", "QX17 ZRB"),
    ("his van qxz482 was shunted", "qxz482"),
    ("The tyres of WVWZZ31K8M2114903 burst", "WVWZZ31K8M2114903"),
    ("the car is wvwzz31k8m2114903, he says", "wvwzz31k8m2114903"),
    ("Implant G6131-58 checked, lead 480 ohm", "G6131-58"),
    ("Her defibrillator (CI417-55210933) was read", "CI417-55210933"),
    ("pump a9735 swapped", "a9735"),
    ("Both thumbs are enrolled as ridge-tpl-7a9d21 now", "ridge-tpl-7a9d21"),
    ("opened with IRIS-QX4471, the pharmacist's own", "IRIS-QX4471"),
    ("The deductible was charged to 6457403-00 twice", "6457403-00"),
    ("MEMBER W418820377 01 IS NOT ELIGIBLE", "W418820377 01"),
    ("OHIP 2418 71160 8 expired", "2418 71160 8"),
    ("new id qq418822, same pt", "qq418822"),
    ("Login from 172.16.43.8:8443 was blocked", "172.16.43.8:8443"),
    ("licence S418 630 22 914 was shown", "S418 630 22 914"),
    ("Please page 90-245 if it rises", "90-245"),
    ("picture wound_4.dng attached", "wound_4.dng"),
    ("write to r.o'brim@clinic.example please", "r.o'brim@clinic.example"),
]
DAYS_AND_AGES = [
    ("ERCP on the 11th showed two stones", "11th"),
    ("Fell 26th, seen 28th, CT clear", "28th"),
    ("MRI of 22.9.48 was clear", "22.9.48"),
    ("since Apr-82 she is well", "Apr-82"),
    ("the crash on 27sep1988 hurt", "27sep1988"),
    ("last one was in 07.1994 there", "07.1994"),
    ("aged ninety-one, lives alone", "ninety-one"),
    ("His father died at one hundred and two.", "one hundred and two"),
    ("This lady of 94 came with her son", "94"),
    ("her daughter says 97; either way old", "97"),
    ("91 F, from a home", "91"),
    ("Her grandmother, 93, still cooks", "93"),
    ("ninety four year old man", "ninety four"),
]


@pytest.mark.parametrize(("text", "secret"), [*NAMES, *PLACES, *NUMBERS, *DAYS_AND_AGES])
def test_hides_without_a_cue(text: str, secret: str) -> None:
    assert left(mark(text, secret), "en") == []


@pytest.mark.parametrize(
    "text",
    [
        "Dressings: Mepilex Border, Tegaderm and Inadine; Waterlow 18",
        "Started Xarelto and Ferinject; Gastrografin passed into the colon",
        "Jackson-Pratt drain 40 ml, Yankauer suction, Foley catheter",
        "Wells 4.5, Centor 2, Briganti 6 percent, Geneva 7",
        "PATIENT IS STABLE. CONTINUE HEPARIN AND NSTEMI PROTOCOL.",
        "pain 94 percent gone, weight 93 kg, 95 bpm, at 96 mmHg",
        "a hundred milligrams, one hundred percent, ninety minutes",
        "the 4th dose, the 3rd rib, on the 5th day, the 90th centile",
        "SNOMED 44054006, ICD I21.4, NCT01234567, GSK1120212 and BAY k-8644",
        "stent 3.5 x 18 mm, lead impedance 480 ohm, drain 250 ml",
        "treated with lidamidine and bupropion for depression",
        "on the road to recovery; in the street; crossing the road",
        "IV fluids, PO meds, MRI in a week. DNR",
        "sodium 138, potassium 4.1, urea 5, creatinine 92",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert [one.span.text for one in find(text, "en")] == []


@pytest.mark.parametrize("label", ["Phone:", "Tel:", "phone", "Call", "Contact:", "Call mum"])
def test_a_labelled_phone_of_two_groups_goes_whole(label: str) -> None:
    assert ("CONTACT", "555 1234") in found(f"{label} 555 1234", "en")
