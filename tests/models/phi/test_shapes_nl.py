"""Dutch personal data that no list knows and no label announces, and what looks like it.

What stands between « and » identifies somebody: no letter or digit of it may be left.
"""

import pytest

from models.phi.patterns import find
from tests.models.phi_found import MARK, is_linear, left

CELLS = [
    "bed | naam | beleid\n3 | «Ploegstra» | ontslag",
    "3\t«van der Grutte»\tdelier",
    "«Oedekerk»   «Jelmer»   nuchter\n",
    "17:00|«Zwartjens»|furosemide|40 mg",
    "«Grutterink, Hylke»; 12 mei 2019; wond",
    "monster   arts         uitslag\n«PX-4471»   «K.L.»   negatief",
    "naam;postcode;zorg\n«Grutterink»;«3456 KL»;wond",
    "«Lijsterdel 14»  \t«3456-KL»\trolstoel",
    "| V | «93» | Hb 6,1 |",
    "2. «Oedekerk»  ontbijt",
    "- «Oedekerk», insuline 12E",
    "[ ] «Fokkolien» bellen over INR",
    "methadon - 40 mg - «Quyenlan»\n",
]
NUMBERS = [
    "opgeslagen als «IRIS-LK-4471»",
    "handpalm («palm_0447») mislukt",
    "duim ingelezen als «duim44e1c»",
    "toegang met stem «STM44718»",
    "pomp «617-4471» vervangen",
    "lens «SN KT44-8812» zit goed",
    "gehoorapparaat «REF 4471-09-118» piept",
    "rijdt in de grijze «kl-44-xr»",
    "kwam met taxi «T-XKL-447»",
    "bus «447-LXR» van de dagopvang",
    "wrak met «wvwzzz1kzaw447182»",
    "zorgpas «447 182 339» verlopen",
    "dossier «44.71.823» opgevraagd",
    "klacht «4f71b8c2-44ab» loopt",
    "«V.447182» belt",
    "betaald met «+++044/7182/33901+++»",
    "arts «1-44718-23-390»",
    "kaart «3528 4471 8233 9012»",
    "paspoort «KL 447182 R»",
    "map «ABC/4471/23»",
    "zie Foto «44-7182»",
    "bestand «wond/de Grutte/4471.jpg»",
]
CONTACTS = [
    "sein «447» graag",
    "oproepbaar onder «44 71»",
    "graag «4471» piepen",
    "bel «597-447182» terug",
    "vanaf «10.44.71.8:8080» gelogd",
]
DATES = [
    "operatie op «28.8.54».",
    "op «oktober 12, 2019» gezien",
    "sinds «dec 82» traag",
    "geboren in «01/71»",
    "gestaakt op de «negentiende».",
    "begonnen op de «zesde van de maand»",
    "controle «vrijdag de achtentwintigste»",
    "controle «dinsdag 25» bij hem",
    "- «24e»: drain eruit",
    "de «25e» gedetubeerd",
    "val «04/04» op straat",
]
AGES = [
    "een dame van «91» kwam",
    "oma werd «honderdtwee»",
    "vader werd «eenennegentig», oom 88",
    "haalde de «100» zonder pil",
    "m, «92» j, woont alleen",
    "Leeftdi «97», dement",
]
NAMES = [
    "geprikt door «JvdG»",
    "paraaf «K.v.d.L.»",
    "getekend door «M.T.»",
    "beeld besproken, «Hylke vd G»",
    "bericht van «Grutterink jr»",
    "gezien, «Joh. Grutterink» akkoord",
    "vraag van «J.C Grutterink»",
    "mevrouw «Lie A Sang» belt",
    "«Grutterink_Hylke» is nuchter",
    "«Fokkolien» staat op de lijst",
    "de poh, «Fokkolien», deed controle",
    "echtg. «Fokkolien» aanw.",
    "haalde «Grutterink, Jourikke K.» op",
    "«Fokkolien Grutterink» kwam vanmiddag",
    "conform «JT Snellen» besloten",
]
CAPITALS = [
    "DE HEER «GRUTTERINK» VIEL",
    "OK DOOR «G.N. GRUTTERINK».",
    "«FOKKOLIEN GRUTTERINK», RADIOLOOG, AKKOORD",
    "CHAUFFEUR «GRUTTERINK K.» BELT",
    "BEL «FOKKOLIEN» TERUG",
    "OPGENOMEN IN «VERPLEEGHUIS TER GRUTTE»",
    "GEHAALD BIJ «LIJSTERWIEK 127», THUIS",
]
SMALL = [
    "mw «grutterink» heeft pijn",
    "buurvrouw «fokkolien» belt",
    "bij dochter «fokkolien» in huis",
    "hoi «fokkolien», het recept ligt klaar",
    "graag «fokkolien» bellen",
    "gezien door «fokkolien grutterink», gips eraf",
    "ovl «j. grutterink», akkoord",
    "«fokkolien grutterink» gezien, hoest nog",
    "tandarts in «gruttersbroek» trok kies",
    "komt oorspronkelijk uit «gruttenoord»",
    "gevallen in de «grutterslaan», knie dik",
    "via «apotheek de grutter» geleverd",
    "op «grutterwiek 12 bus 4» gezien",
]
PLACES = [
    "Bij «Lijsterwiek 90 bus 6» opgehaald",
    "woont «Lijsterdel 57, 2e verd.», alleen",
    "gevallen op «Achter de Meent»",
    "langs op «Lijsterdel 52» geweest",
    "«Lijsterdel 45-II»\n«9907 KR» Gruttenveen",
    "Kopie: «NL-9907 KR Gruttenveen»",
    "in «4311 Gruttenveen»",
    "de val op de «Verlengde Meent»",
]
IDENTIFY = [*CELLS, *NUMBERS, *CONTACTS, *DATES, *AGES, *NAMES, *CAPITALS, *SMALL, *PLACES]
NOBODY = [
    "| Natrium | 131 | 135-145 |\n| Kalium | 5,4 | 3,5-5,0 |",
    "Middel | Dosis | Frequentie\nEnalapril | 10 mg | 1dd",
    "Tijd\tRR\tPols\n06:00\t118/72\t88",
    "RvK: exacerbatie COPD",
    "CA-125 en CA 19-9 verhoogd, IL-6 12",
    "taxi 4 weken verboden, ambulance: GCS 15",
    "pacemaker 60 bpm, lead 0,75 V",
    "lens +21,5 D, klep 23 mm",
    "abces 31x18x40 mm, 15q11-13 normaal",
    "Bloedverlies 250 ml; drain 20 ml",
    "op de tweede dag naar huis",
    "gezien door de cardioloog",
    "graag kalium bepalen, daarna bellen",
    "mw mobiliseert met rollator",
    "dhr hyperventileert, transpireert",
    "volgens richtlijn behandeld",
    "in onderbroek, naar binnenstad, uit bed",
    "handgreep volgens Trendelenburg",
    "hoest, slijm geel, koorts 38,5",
    "pols is 94, saturatie werd 92%",
    "klachten staan op de voorgrond",
    "SNOMED 233604007",
    "Snijvlakken: diep 0,4 mm",
    "CT GEZIEN, MRI AKKOORD",
    "VAS 4/10, kracht 5/5, Apgar 09/10",
]


@pytest.mark.parametrize("marked", IDENTIFY)
def test_what_identifies_is_found_by_its_shape(marked: str) -> None:
    assert MARK.search(marked)
    assert left(marked, "nl") == []


@pytest.mark.parametrize("text", NOBODY)
def test_clinical_text_of_like_shape_stays(text: str) -> None:
    assert [phi.span.text for phi in find(text, "nl")] == []


@pytest.mark.parametrize(
    "piece", ["\tAa  ", "aa_1", "pomp 1-", "A.v.d.", "aa aa, ", "+++0", "Aa 1 bus "]
)
def test_time_grows_with_length_only(piece: str) -> None:
    assert is_linear(piece, "nl", 20_000)
