"""Relations that a sentence says in words, in three languages."""

import re
from dataclasses import replace

import pytest

from models.assertion import assertions
from models.registry import Registry
from models.relating.cues import by_cues
from models.relating.model import RelationModel
from models.relating.relations import relations
from models.segmentation import sentences
from models.types import Entity, Span

LABELS = {
    "A": "ANATOMY",
    "D": "DRUG",
    "F": "DISEASE",
    "L": "LAB_TEST",
    "M": "DOSAGE",
    "P": "PROCEDURE",
    "Q": "FREQUENCY",
    "S": "SYMPTOM",
    "T": "DIAGNOSTIC_PROCEDURE",
    "V": "LAB_VALUE",
}
MARKED = re.compile(r"\[([A-Z]) ([^]]*)\]")


def related(marked, language):
    """What `[T CT head] to rule out [F bleed]` says, as `CT head > bleed`."""
    text, entities = read(marked)
    claims = assertions(text, entities, language)
    told = [
        Entity(each.span, each.label, each.score, claim)
        for each, claim in zip(entities, claims, strict=True)
    ]
    found = by_cues(told, sentences(text, language), text, language)
    return {f"{each.head.span.text} > {each.tail.span.text}" for each in found}


def read(marked):
    """The text without its marks, and the entities in text order."""
    text, spans, last = "", [], 0
    for match in MARKED.finditer(marked):
        text += marked[last : match.start()]
        spans.append((len(text), len(text) + len(match[2]), LABELS[match[1]]))
        text, last = text + match[2], match.end()
    text += marked[last:]
    return text, [Entity(Span.of(text, start, end), label, 0.9) for start, end, label in spans]


def pairs(*said):
    return set(said)


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("[T CT head] to rule out [F bleed].", pairs("CT head > bleed")),
        ("[T CXR] ?[F pneumonia].", pairs("CXR > pneumonia")),
        ("[L Troponin] for [S chest pain].", pairs("Troponin > chest pain")),
        ("[L TSH] again at 6 weeks for possible [F thyroiditis].", pairs("TSH > thyroiditis")),
        ("[T Doppler] of the [A left leg] r/o [F DVT].", pairs("Doppler > DVT")),
        (
            "[T CT] and [T MRI] to exclude [F abscess] or [F infarct].",
            pairs("CT > abscess", "CT > infarct", "MRI > abscess", "MRI > infarct"),
        ),
        ("Suspect [F PE], so ordering a [T CTPA].", pairs("CTPA > PE")),
        (
            "Suspect [F cholecystitis] - [T ultrasound] requested.",
            pairs("ultrasound > cholecystitis"),
        ),
        (
            "?[F septic arthritis], for [T joint aspiration].",
            pairs("joint aspiration > septic arthritis"),
        ),
        ("[F Endocarditis] was excluded by [T TEE].", pairs("TEE > Endocarditis")),
        ("[L Lyme serology] negative for [F Lyme disease].", pairs("Lyme serology > Lyme disease")),
        ("[T Biopsy] confirmed [F coeliac disease].", pairs("Biopsy > coeliac disease")),
        (
            "[L Cortisol] [V 510], so no [F adrenal insufficiency].",
            pairs("Cortisol > adrenal insufficiency"),
        ),
        ("No [D NSAIDs] because of [F CKD].", pairs("NSAIDs > CKD")),
        ("[D Gentamicin] [M 240 mg] withheld given [F AKI].", pairs("Gentamicin > AKI")),
        (
            "[D Triptans] contraindicated in [F coronary disease].",
            pairs("Triptans > coronary disease"),
        ),
        (
            "Avoid [D metoclopramide] in [F Parkinson's disease].",
            pairs("metoclopramide > Parkinson's disease"),
        ),
        ("Avoid [D codeine] with [F sleep apnoea].", pairs("codeine > sleep apnoea")),
        ("Avoid [D morphine] given [F renal failure].", pairs("morphine > renal failure")),
        ("[D Lisinopril] held for [F hypotension].", pairs("Lisinopril > hypotension")),
        ("[D Metformin] stopped, [L eGFR] [V 22].", pairs("Metformin > eGFR")),
        (
            "No [D ACE inhibitor] or [D ARB] ([F renal artery stenosis]).",
            pairs("ACE inhibitor > renal artery stenosis", "ARB > renal artery stenosis"),
        ),
        ("[F Penicillin allergy]: no [D amoxicillin].", pairs("amoxicillin > Penicillin allergy")),
        ("[F Asthma], so no [D propranolol].", pairs("propranolol > Asthma")),
        (
            "[T Lumbar puncture] not done because of [F coagulopathy].",
            pairs("Lumbar puncture > coagulopathy"),
        ),
        (
            "[P Thrombolysis] contraindicated due to recent [F haemorrhage].",
            pairs("Thrombolysis > haemorrhage"),
        ),
    ],
)
def test_an_english_sentence_says_it(marked, expected):
    assert related(marked, "en") == expected


@pytest.mark.parametrize(
    "marked",
    [
        "[T CT head] normal. Seen by neurology to rule out [F stroke].",
        "[L Hb] [V 98], [D iron] for [F anaemia].",
        "[T BP] [V 150/90], known [F hypertension].",
        "[T ECG]: [F atrial fibrillation].",
        "[L CRP] [V 12], treated for [F pneumonia].",
        "[T CT] not needed for [F headache].",
        "No [D antibiotics] for [F viral bronchitis].",
        "No response to [D salbutamol] given [F severe asthma].",
        "No [D aspirin] today, [S pain] [V 3/10].",
        "[D Paracetamol] [M 1 g] given for [S pain].",
        "[D Ramipril] [M 5 mg] for [F hypertension].",
        "[D Furosemide] not needed. [F Heart failure] is stable.",
        "No [S fever], no [F rash].",
        "[D Amoxicillin] caused a [F rash].",
        "No [D allopurinol]. Takes [D colchicine] because of [F gout].",
        "[D Insulin] [M 10 units] and [D metformin] because of [F diabetes].",
        "No contraindication to [D apixaban] given [F mild liver disease].",
        "There is no need to avoid [D statins] with [F fatty liver].",
        "Don't hold [D oxygen] because of [F COPD].",
    ],
)
def test_an_english_sentence_does_not_say_it(marked):
    assert related(marked, "en") == set()


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("[T TAC] para descartar [F TEP].", pairs("TAC > TEP")),
        (
            "[T Ecocardiograma] por sospecha de [F endocarditis].",
            pairs("Ecocardiograma > endocarditis"),
        ),
        ("[T RM lumbar] por posible [F hernia discal].", pairs("RM lumbar > hernia discal")),
        ("[T Gastroscopia] por [F anemia].", pairs("Gastroscopia > anemia")),
        (
            "Solicito [T ecografía] urgente por [S dolor abdominal].",
            pairs("ecografía > dolor abdominal"),
        ),
        (
            "[T Colonoscopia] como cribado de [F cáncer de colon].",
            pairs("Colonoscopia > cáncer de colon"),
        ),
        (
            "[L Troponina] para descartar [F infarto] o [F miocarditis].",
            pairs("Troponina > infarto", "Troponina > miocarditis"),
        ),
        (
            "[T Radiografía] y [T TAC] por si [F fractura].",
            pairs("Radiografía > fractura", "TAC > fractura"),
        ),
        (
            "Sospecha de [F colecistitis]: solicito [T ecografía].",
            pairs("ecografía > colecistitis"),
        ),
        ("Sospecho [F celiaquía], pendiente de [T biopsia].", pairs("biopsia > celiaquía")),
        ("[F Trombosis] descartada por [T eco-doppler].", pairs("eco-doppler > Trombosis")),
        ("La [T biopsia] confirma [F melanoma].", pairs("biopsia > melanoma")),
        ("[L Serología] negativa para [F hepatitis B].", pairs("Serología > hepatitis B")),
        ("[T TC]: ¿[F apendicitis]?", pairs("TC > apendicitis")),
        (
            "[D Ibuprofeno] contraindicado por [F insuficiencia renal].",
            pairs("Ibuprofeno > insuficiencia renal"),
        ),
        ("Contraindicado [D propranolol] por [F asma].", pairs("propranolol > asma")),
        ("[D AINE] no por [F úlcera].", pairs("AINE > úlcera")),
        (
            "Evitar [D metformina] en [F insuficiencia renal].",
            pairs("metformina > insuficiencia renal"),
        ),
        ("Evitar [D metoclopramida] por [F Parkinson].", pairs("metoclopramida > Parkinson")),
        (
            "No dar [D betabloqueantes] por su [F bradicardia].",
            pairs("betabloqueantes > bradicardia"),
        ),
        (
            "[D Anticoagulación] no se inicia por riesgo de [F hemorragia].",
            pairs("Anticoagulación > hemorragia"),
        ),
        (
            "[D Amitriptilina] [M 25 mg] evitada por [F glaucoma].",
            pairs("Amitriptilina > glaucoma"),
        ),
        (
            "[F Alergia a penicilina]: no [D amoxicilina].",
            pairs("amoxicilina > Alergia a penicilina"),
        ),
        ("[F Asma] grave, por lo que no [D timolol].", pairs("timolol > Asma")),
        (
            "[P Trombólisis] contraindicada por [F hemorragia cerebral].",
            pairs("Trombólisis > hemorragia cerebral"),
        ),
    ],
)
def test_a_spanish_sentence_says_it(marked, expected):
    assert related(marked, "es") == expected


@pytest.mark.parametrize(
    "marked",
    [
        "[T TAC] normal. Ingresa por [F neumonía].",
        "[T ECG]: [F fibrilación auricular].",
        "[L Hb] [V 9], [D hierro] por [F anemia].",
        "[T TA] [V 150/90], tratado por [F hipertensión].",
        "[D Levotiroxina] [M 50 mcg] por [F hipotiroidismo].",
        "No toma [D paracetamol] por [S dolor].",
        "No mejora con [D salbutamol] por [F asma].",
        "[D Tramadol] no toleró por [S náuseas].",
        "[D Furosemida] no, [D salbutamol] [M 2,5 mg].",
        "No [S fiebre], no [F exantema].",
        "[D Amoxicilina] por [F otitis], sin [F fiebre].",
        "[F Exantema] por [D amoxicilina].",
        "[T RM] no indicada. Acude por [S cefalea].",
        "[D Metformina] y [D insulina] por [F diabetes].",
        "No hay contraindicación para [D apixabán] por [F hepatopatía leve].",
        "No es necesario evitar [D estatinas] en [F esteatosis].",
    ],
)
def test_a_spanish_sentence_does_not_say_it(marked):
    assert related(marked, "es") == set()


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("[T Gastroscopie] ivm [F anemie].", pairs("Gastroscopie > anemie")),
        ("[T X-thorax] i.v.m. verdenking [F pneumonie].", pairs("X-thorax > pneumonie")),
        (
            "[T MRI hersenen] ter uitsluiting van [F metastasen].",
            pairs("MRI hersenen > metastasen"),
        ),
        ("[T CT-thorax] om [F longembolie] uit te sluiten.", pairs("CT-thorax > longembolie")),
        ("[L D-dimeer] tav [F trombose].", pairs("D-dimeer > trombose")),
        (
            "[T Echo] en [T MRI] ter evaluatie van [F levertumor].",
            pairs("Echo > levertumor", "MRI > levertumor"),
        ),
        (
            "[T Coloscopie] bij verdenking op [F colitis] of [F carcinoom].",
            pairs("Coloscopie > colitis", "Coloscopie > carcinoom"),
        ),
        ("Verdenking [F appendicitis], graag [T echo].", pairs("echo > appendicitis")),
        ("V.a. [F jicht] -> [T gewrichtspunctie].", pairs("gewrichtspunctie > jicht")),
        (
            "Mogelijk [F blaasontsteking], [L urinekweek] ingezet.",
            pairs("urinekweek > blaasontsteking"),
        ),
        ("[F Myocarditis] uitgesloten met [T MRI].", pairs("MRI > Myocarditis")),
        ("[T CT] bevestigt [F diverticulitis].", pairs("CT > diverticulitis")),
        (
            "[L Lyme-serologie] negatief, dus geen [F neuroborreliose].",
            pairs("Lyme-serologie > neuroborreliose"),
        ),
        ("[T CT]: [F recidief]?", pairs("CT > recidief")),
        ("Geen [D NSAID] ivm [F nierinsufficiëntie].", pairs("NSAID > nierinsufficiëntie")),
        ("[D Metoclopramide] niet vanwege [F epilepsie].", pairs("Metoclopramide > epilepsie")),
        ("[D Diclofenac] gecontra-indiceerd bij [F maagzweer].", pairs("Diclofenac > maagzweer")),
        (
            "[D Haloperidol] [M 1 mg] niet gegeven wegens [F verlengde QT-tijd].",
            pairs("Haloperidol > verlengde QT-tijd"),
        ),
        ("[D Betablokker] vermijden bij [F astma].", pairs("Betablokker > astma")),
        ("[D Metformine] gestopt, [L eGFR] [V 22].", pairs("Metformine > eGFR")),
        (
            "[F Penicilline-allergie], daarom geen [D amoxicilline].",
            pairs("amoxicilline > Penicilline-allergie"),
        ),
        ("[F Astma]: geen [D propranolol].", pairs("propranolol > Astma")),
        (
            "[F Penicilline-allergie]: geen [D amoxicilline].",
            pairs("amoxicilline > Penicilline-allergie"),
        ),
        (
            "Geen [D diclofenac] of [D naproxen] gezien [F hartfalen].",
            pairs("diclofenac > hartfalen", "naproxen > hartfalen"),
        ),
        (
            "[T Lumbaalpunctie] niet verricht wegens [F stollingsstoornis].",
            pairs("Lumbaalpunctie > stollingsstoornis"),
        ),
        (
            "[P Trombolyse] gecontraïndiceerd wegens [F hersenbloeding].",
            pairs("Trombolyse > hersenbloeding"),
        ),
    ],
)
def test_a_dutch_sentence_says_it(marked, expected):
    assert related(marked, "nl") == expected


@pytest.mark.parametrize(
    "marked",
    [
        "[T CT] normaal. Opgenomen wegens [F pneumonie].",
        "[T ECG]: [F atriumfibrilleren].",
        "[L Hb] [V 5,9], [D ijzer] wegens [F anemie].",
        "[T RR] [V 150/90], bekend met [F hypertensie].",
        "[T MRI] niet nodig bij [S hoofdpijn].",
        "[L Kweek] bij [S koorts].",
        "[D Paracetamol] [M 1 g] zo nodig voor [S pijn].",
        "[D Metoprolol] [M 50 mg] ivm [F hypertensie].",
        "[D Oxybutynine] niet verdragen wegens [S droge mond].",
        "[D Efedrine] niet, [D atropine] [M 0,5 mg].",
        "Geen effect van [D salbutamol] wegens [F ernstig astma].",
        "Gebruikt geen [D aspirine]. [D Colchicine] vanwege [F jicht].",
        "Geen [S koorts], geen [F exantheem].",
        "[F Exantheem] door [D amoxicilline].",
        "[D Quetiapine] [M 25 mg], controle wegens [F delier].",
        "[D Insuline] en [D metformine] vanwege [F diabetes].",
        "Geen contra-indicatie voor [D apixaban] wegens [F milde leverziekte].",
    ],
)
def test_a_dutch_sentence_does_not_say_it(marked):
    assert related(marked, "nl") == set()


@pytest.mark.parametrize(
    ("marked", "language", "expected"),
    [
        (
            "[D Quetiapine] [M 25 mg], [D haloperidol] withheld given [F long QT].",
            "en",
            "haloperidol > long QT",
        ),
        (
            "[D Gliclazida] [M 30 mg], [D alendronato] no por [F hipocalcemia].",
            "es",
            "alendronato > hipocalcemia",
        ),
        (
            "[D Gliclazide] [M 30 mg], [D alendronaat] niet wegens [F slokdarmstenose].",
            "nl",
            "alendronaat > slokdarmstenose",
        ),
    ],
)
def test_the_drug_before_a_comma_is_not_the_one_withheld(marked, language, expected):
    assert related(marked, language) == {expected}


def test_a_relation_names_its_label_and_the_lower_score():
    text, (head, tail) = read("[T CT] to rule out [F bleed].")
    tail = Entity(tail.span, tail.label, 0.4)
    (found,) = by_cues([head, tail], sentences(text, "en"), text, "en")
    assert (found.label, found.head, found.tail, found.score) == ("TEST_FOR", head, tail, 0.4)


def test_a_mention_inside_another_one_says_nothing():
    text = "CT to rule out brain abscess"
    spans = [(0, 2, "DIAGNOSTIC_PROCEDURE"), (15, 28, "DISEASE"), (21, 28, "DISEASE")]
    entities = [Entity(Span.of(text, start, end), label, 1.0) for start, end, label in spans]
    found = list(by_cues(entities, sentences(text, "en"), text, "en"))
    assert [each.tail.span.text for each in found] == ["brain abscess"]


def test_a_regional_language_reads_the_cues_of_its_language():
    marked = "[T CT] to rule out [F bleed]."
    assert related(marked, "en-GB") == {"CT > bleed"}


def test_a_language_without_cues_says_nothing():
    text, entities = read("[T CT] to rule out [F bleed].")
    assert list(by_cues(entities, sentences(text), text, "de")) == []


def test_private_characters_of_a_text_are_no_mentions():
    assert related("[T CT] \ue003 to rule out \ue000 [F bleed] \ue000.", "en") == {"CT > bleed"}


def test_a_sentence_of_many_mentions_is_read():
    many = ", ".join(["[D aspirin]"] * 3000)
    assert related(f"No {many}, [T CT] to rule out [F bleed].", "en") == {"CT > bleed"}


def test_the_relations_of_a_note_hold_what_its_language_says():
    text, entities = read("[T CT] to rule out [F bleed].")
    (found,) = relations(entities, sentences(text, "en"), text, language="en")
    assert (found.label, found.head.span.text, found.tail.span.text) == ("TEST_FOR", "CT", "bleed")
    assert relations(entities, sentences(text, "en"), text) == ()


def test_what_is_barred_because_of_an_illness_neither_causes_nor_treats_it():
    model = RelationModel.load(Registry.load().get("relations-reasons").folder)
    loud = replace(model, outputs=tuple(replace(output, threshold=0.0) for output in model.outputs))
    text, entities = read("No [D ibuprofen] because of [F chronic kidney disease].")
    bounds = sentences(text, "en")
    assert {each.label for each in relations(entities, bounds, text, loud)} > {"CONTRAINDICATES"}
    (found,) = relations(entities, bounds, text, loud, language="en")
    assert found.label == "CONTRAINDICATES"


def test_what_a_model_finds_too_is_told_once():
    model = RelationModel.load(Registry.load().get("relations-reasons").folder)
    loud = replace(model, outputs=tuple(replace(output, threshold=0.0) for output in model.outputs))
    text, entities = read("[T CT] to rule out [F bleed].")
    found = relations(entities, sentences(text, "en"), text, loud, language="en")
    assert [each.label for each in found].count("TEST_FOR") == 1
    assert len(relations(entities, sentences(text, "en"), text, loud)) == len(found)
