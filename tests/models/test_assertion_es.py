import itertools
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.assertion import assertions
from models.types import Experiencer, Span
from tests.models import claims

claim = partial(claims.claim, language="es")


@pytest.mark.parametrize(
    ("text", "mention", "presence"),
    [
        ("Presenta tos.", "tos", "present"),
        ("No tiene tos.", "tos", "absent"),
        ("NO TOS NI DISNEA.", "DISNEA", "absent"),
        ("Sin fiebre.", "fiebre", "absent"),
        ("Niega fiebre, tos, diarrea.", "diarrea", "absent"),
        ("Niega fiebre pero refiere tos.", "tos", "present"),
        ("No presenta fiebre, tos ni diarrea.", "tos", "absent"),
        ("No presenta fiebre, tos ni diarrea.", "diarrea", "absent"),
        ("No fiebre, tos productiva.", "tos", "present"),
        ("Sin edemas, crepitantes en bases.", "crepitantes", "present"),
        ("Sin edemas y con crepitantes.", "crepitantes", "present"),
        ("No fiebre y disnea de reposo.", "disnea", "present"),
        ("No edemas; temblor de manos.", "temblor", "present"),
        ("No edemas. Temblor de manos.", "Temblor", "present"),
        ("EEII: no edemas.", "edemas", "absent"),
        ("Fiebre: no.", "Fiebre", "absent"),
        ("Fiebre no, tos sí.", "Fiebre", "absent"),
        ("Murphy: negativo.", "Murphy", "absent"),
        ("Murphy y Blumberg negativos.", "Blumberg", "absent"),
        ("Ausencia de soplos.", "soplos", "absent"),
        ("Ausencia de derrame o condensación.", "condensación", "absent"),
        ("Se descarta fractura.", "fractura", "absent"),
        ("La TC descartó hemorragia.", "hemorragia", "absent"),
        ("Nunca ha tenido convulsiones.", "convulsiones", "absent"),
        ("Tampoco refiere mareo.", "mareo", "absent"),
        ("No se palpan masas ni megalias.", "megalias", "absent"),
        ("No se objetivó derrame.", "derrame", "absent"),
        ("no se objetivo derrame", "derrame", "absent"),
        ("Sin que presentara fiebre.", "fiebre", "absent"),
        ("Niega fiebre y tos.", "tos", "absent"),
        ("El cultivo fue negativo para tos ferina.", "tos ferina", "absent"),
        ("Fiebre en casa: no.", "Fiebre", "absent"),
        ("Hierro contraindicado en pacientes con gota.", "gota", "hypothetical"),
        ("Herida sin signos de infección.", "infección", "absent"),
        ("sin signos de infección en la herida", "sin signos de infección", "absent"),
        ("No se puede descartar neumonía.", "neumonía", "possible"),
        ("Sin poder descartar neumonía.", "neumonía", "possible"),
        ("Posible neumonía, sin derrame.", "neumonía", "possible"),
        ("Posible neumonía, sin derrame.", "derrame", "absent"),
        ("Probable colecistitis.", "colecistitis", "possible"),
        ("Sospecha: mieloma.", "mieloma", "possible"),
        ("Imagen compatible con absceso.", "absceso", "possible"),
        ("Impresiona de catarro.", "catarro", "possible"),
        ("¿ neumonía ?", "neumonía", "possible"),
        ("Mastocitosis vs urticaria.", "urticaria", "possible"),
        ("Podría tratarse de una trombosis.", "trombosis", "possible"),
        ("Diagnóstico diferencial: celulitis, trombosis.", "trombosis", "possible"),
        ("Descartar linfoma.", "linfoma", "possible"),
        ("Sin clara focalidad.", "focalidad", "possible"),
        ("Síncope sin causa aparente.", "causa", "possible"),
        ("Sin mejoría de la disnea.", "disnea", "present"),
        ("Fiebre que no cede.", "Fiebre", "present"),
        ("Sin cambios en el temblor.", "temblor", "present"),
        ("Bacilos gram negativos y fiebre.", "fiebre", "present"),
        ("Linfoma no Hodgkin.", "Linfoma", "present"),
        ("Si aparece fiebre, consultar.", "fiebre", "hypothetical"),
        ("Vuelva en caso de vómitos.", "vómitos", "hypothetical"),
        ("Alto riesgo de caídas.", "caídas", "hypothetical"),
        ("Recomendaciones al alta:\nFiebre o vómitos", "vómitos", "hypothetical"),
    ],
)
def test_presence(text, mention, presence):
    assert claim(text, mention).presence == presence


@pytest.mark.parametrize(
    ("text", "mention", "label", "presence"),
    [
        ("Cultivo negativo.", "Cultivo", "LAB_TEST", "present"),
        ("No se realiza TC.", "TC", "DIAGNOSTIC_PROCEDURE", "absent"),
        ("Rechaza la transfusión.", "transfusión", "PROCEDURE", "absent"),
        ("Corticoides no indicados.", "Corticoides", "DRUG", "absent"),
        ("No toma hierro.", "hierro", "DRUG", "absent"),
        ("Alergia a látexol.", "látexol", "DRUG", "absent"),
        ("Alergias: látexol.", "látexol", "DRUG", "absent"),
        ("Se solicita ecografía.", "ecografía", "DIAGNOSTIC_PROCEDURE", "hypothetical"),
        ("Drenaje si empeora.", "Drenaje", "PROCEDURE", "hypothetical"),
        ("Hierro si mareo.", "Hierro", "DRUG", "present"),
        ("Plan: hierro, ecografía.", "ecografía", "DIAGNOSTIC_PROCEDURE", "hypothetical"),
        ("Plan: hierro, ecografía.", "hierro", "DRUG", "present"),
    ],
)
def test_presence_depends_on_the_label(text, mention, label, presence):
    assert claim(text, mention, label).presence == presence


@pytest.mark.parametrize(
    ("text", "mention", "label", "temporality"),
    [
        ("Antecedente de neumonía.", "neumonía", "DISEASE", "historical"),
        ("Antecedente de gota.", "gota", "DISEASE", "current"),
        ("Gota resuelta.", "Gota", "DISEASE", "historical"),
        ("AP: gota, neumonía.", "neumonía", "DISEASE", "historical"),
        ("Herpes hace tres años.", "Herpes", "DISEASE", "historical"),
        ("Tos desde hace tres años.", "Tos", "SYMPTOM", "current"),
        ("Herpes en 2011, tos.", "Herpes", "DISEASE", "historical"),
        ("Herpes en 2011, tos.", "tos", "SYMPTOM", "current"),
        ("La urticaria ha desaparecido.", "urticaria", "SYMPTOM", "historical"),
        ("Asma en la infancia.", "Asma", "DISEASE", "historical"),
        ("IQ: apendicectomía.", "apendicectomía", "PROCEDURE", "historical"),
        ("AP: HTA, gota.", "gota", "DISEASE", "current"),
        ("EF: tos. AP: crepitantes.", "crepitantes", "SYMPTOM", "current"),
        ("Se suspendió el hierro.", "hierro", "DRUG", "historical"),
        ("Hierro suspendido por vómitos.", "Hierro", "DRUG", "historical"),
    ],
)
def test_temporality(text, mention, label, temporality):
    assert claim(text, mention, label).temporality == temporality


def test_a_stopped_drug_is_history_not_absence():
    said = claim("Se retira enalapril.", "enalapril", "DRUG")
    assert (said.presence, said.temporality) == ("present", "historical")


@pytest.mark.parametrize(
    ("text", "mention", "experiencer"),
    [
        ("Madre con gota. Temblor.", "gota", "family"),
        ("Madre con gota. Temblor.", "Temblor", "patient"),
        ("Antecedentes familiares: gota y asma.", "asma", "family"),
        ("ANTECEDENTES FAMILIARES.- asma.", "asma", "family"),
        ("Su marido tiene gripe.", "gripe", "other"),
        ("Acude acompañada de su hija por tos.", "tos", "patient"),
        ("Vive con su hijo. Tos.", "Tos", "patient"),
        ("Refiere su madre que tose con fiebre.", "fiebre", "patient"),
    ],
)
def test_experiencer(text, mention, experiencer):
    assert claim(text, mention).experiencer == experiencer


def test_axes_are_set_together():
    said = claim("Niega antecedentes familiares de gota.", "gota")
    assert (said.presence, said.experiencer) == ("absent", "family")


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["no ", "tos", ", ", "ni ", "Sin ", "fiebre. ", "é\n", "😀", "y "]))
)
def test_answers_for_any_text(pieces):
    text = "".join(pieces)
    ends = list(itertools.accumulate(map(len, pieces)))
    spans = [Span.of(text, end - len(piece), end) for piece, end in zip(pieces, ends, strict=True)]
    assert len(assertions(text, spans, "es")) == len(spans)


@pytest.mark.parametrize("who", ["su madre", "sus padres", "su hija"])
def test_who_brings_the_patient_is_not_the_one_who_is_ill(who: str) -> None:
    text = f"Niño de 8 años traído por {who} por fiebre."
    start = text.index("fiebre")
    (said,) = assertions(text, [Span.of(text, start, start + 6)], "es")
    assert said.experiencer is Experiencer.PATIENT


@pytest.mark.parametrize(
    ("text", "mention", "presence"),
    [
        ("Murphy y Blumberg negativos.", "Murphy", "absent"),
        ("Gota, tos y fiebre fueron descartadas.", "Gota", "absent"),
        ("Se descarta gota y fractura.", "fractura", "absent"),
        ("Se descarta que tenga gota.", "gota", "absent"),
        ("Serología negativa para lúes y dengue.", "dengue", "absent"),
        ("Sin hallazgos, salvo temblor.", "temblor", "present"),
        ("No refiere nada excepto temblor.", "temblor", "present"),
        ("Tos (sin fiebre) con temblor.", "temblor", "present"),
        ("Tos (hoy no ha tomado) + temblor.", "temblor", "present"),
        ("No anticoagular debido al temblor.", "temblor", "present"),
        ("No hay cambios en el temblor.", "temblor", "present"),
        ("No niega tos.", "tos", "present"),
        ("Fiebre: no", "Fiebre", "absent"),
        ("EF: no edemas.", "edemas", "absent"),
    ],
)
def test_how_far_a_denial_goes(text: str, mention: str, presence: str) -> None:
    assert claim(text, mention).presence == presence
