import time
from functools import partial

import pytest

from models.assertion import assertions
from models.types import Span
from tests.models import claims

claim = partial(claims.claim, language="nl")


@pytest.mark.parametrize(
    ("text", "mention", "presence"),
    [
        ("Zij hoest.", "hoest", "present"),
        ("Geen jeuk.", "jeuk", "absent"),
        ("GEEN JEUK OF HOEST.", "HOEST", "absent"),
        ("Geen jeuk, hoest of braken.", "jeuk", "absent"),
        ("Geen jeuk, hoest of braken.", "hoest", "absent"),
        ("Geen jeuk, hoest of braken.", "braken", "absent"),
        ("Geen jeuk, hoest sinds gisteren.", "hoest", "present"),
        ("Geen jeuk, wel hoest.", "hoest", "present"),
        ("Geen jeuk maar hoest.", "hoest", "present"),
        ("Geen jeuk; hoest.", "hoest", "present"),
        ("Geen jeuk. Hoest.", "Hoest", "present"),
        ("Ontkent jeuk.", "jeuk", "absent"),
        ("Loopt zonder pijn.", "pijn", "absent"),
        ("Niet misselijk.", "misselijk", "absent"),
        ("Is niet meer duizelig.", "duizelig", "absent"),
        ("Geen aanwijzingen voor trombose.", "trombose", "absent"),
        ("Geen tekenen van ontsteking.", "ontsteking", "absent"),
        ("Er is geen sprake van uitdroging.", "uitdroging", "absent"),
        ("Trombose werd uitgesloten.", "Trombose", "absent"),
        ("Jeuk heeft hij niet.", "Jeuk", "absent"),
        ("Diarree nee.", "Diarree", "absent"),
        ("Braken: geen.", "Braken", "absent"),
        ("X-hand: geen breuk.", "breuk", "absent"),
        ("Een breuk is onwaarschijnlijk.", "breuk", "absent"),
        ("De jeuk is niet verbeterd.", "jeuk", "present"),
        ("Geen verandering van de uitslag.", "uitslag", "present"),
        ("Mogelijk jicht.", "jicht", "possible"),
        ("Verdenking op jicht.", "jicht", "possible"),
        ("DD jicht, artritis.", "artritis", "possible"),
        ("Jicht?", "Jicht", "possible"),
        ("Jicht is niet uitgesloten.", "Jicht", "possible"),
        ("Waarschijnlijk jicht, geen trombose.", "trombose", "absent"),
        ("Waarschijnlijk jicht, geen trombose.", "jicht", "possible"),
        ("Vermoedelijk een ontsteking.", "ontsteking", "possible"),
        ("Bij jeuk of benauwdheid bellen.", "benauwdheid", "hypothetical"),
        ("Rust. Bij jeuk, hoest of braken contact.", "braken", "hypothetical"),
        ("Bij opname jeuk.", "jeuk", "present"),
        ("Komt met jeuk bij warmte.", "jeuk", "present"),
        ("Indien jeuk eerder terug.", "jeuk", "hypothetical"),
        ("Als u benauwd wordt, bel dan.", "benauwd", "hypothetical"),
        ("Verhoogd risico op trombose.", "trombose", "hypothetical"),
        ("Ter preventie van trombose.", "trombose", "hypothetical"),
        ("Leefregels:\njeuk, hoest.", "hoest", "hypothetical"),
    ],
)
def test_presence(text, mention, presence):
    assert claim(text, mention, "DISEASE").presence == presence
    assert claim(text, mention).presence == presence


@pytest.mark.parametrize(
    ("text", "mention", "label", "presence"),
    [
        ("Geen ijzer gestart.", "ijzer", "DRUG", "absent"),
        ("IJzer niet gegeven.", "IJzer", "DRUG", "absent"),
        ("IJzer niet.", "IJzer", "DRUG", "absent"),
        ("Geen koorts, ijzer 1dd.", "ijzer", "DRUG", "present"),
        ("Vergeet het ijzer niet te verhogen.", "ijzer", "DRUG", "present"),
        ("Allergie voor latexol.", "latexol", "DRUG", "absent"),
        ("Allergieën: latexol.", "latexol", "DRUG", "absent"),
        ("Allergieën: jeuk bij latexol.", "jeuk", "SYMPTOM", "present"),
        ("Weigert dialyse.", "dialyse", "PROCEDURE", "absent"),
        ("De scan is niet verricht.", "scan", "DIAGNOSTIC_PROCEDURE", "absent"),
        ("Geen jeuk, RR 120/80.", "RR", "DIAGNOSTIC_PROCEDURE", "present"),
        ("Kweek negatief.", "Kweek", "LAB_TEST", "present"),
        ("Overweeg dialyse.", "dialyse", "PROCEDURE", "hypothetical"),
        ("Ferritine over 2 wkn.", "Ferritine", "LAB_TEST", "hypothetical"),
        ("Beleid: scan, rust.", "scan", "DIAGNOSTIC_PROCEDURE", "hypothetical"),
        ("Beleid: ijzer 1dd.", "ijzer", "DRUG", "present"),
    ],
)
def test_presence_depends_on_the_label(text, mention, label, presence):
    assert claim(text, mention, label).presence == presence


@pytest.mark.parametrize(
    ("text", "mention", "label", "temporality"),
    [
        ("Status na breuk.", "breuk", "DISEASE", "historical"),
        ("Als kind astma doorgemaakt.", "astma", "DISEASE", "historical"),
        ("1998 breuk links.", "breuk", "DISEASE", "historical"),
        ("Breuk 2011, nu pijn.", "pijn", "SYMPTOM", "current"),
        ("Jicht sinds 2011.", "Jicht", "DISEASE", "current"),
        ("Hernia in het verleden.", "Hernia", "DISEASE", "historical"),
        ("VG: knieprothese.", "knieprothese", "PROCEDURE", "historical"),
        (
            "Voorgeschiedenis:\nknieprothese\nBeleid:\nrust",
            "knieprothese",
            "PROCEDURE",
            "historical",
        ),
        ("VG: jicht.", "jicht", "DISEASE", "current"),
        ("VG: jicht, gordelroos.", "gordelroos", "DISEASE", "historical"),
        ("Jicht hersteld.", "Jicht", "DISEASE", "historical"),
        ("Gordelroos 2011, jeuk.", "Gordelroos", "DISEASE", "historical"),
        ("Gordelroos 2011, jeuk.", "jeuk", "SYMPTOM", "current"),
        ("Gordelroos sinds 2011.", "Gordelroos", "DISEASE", "current"),
        ("Vorig jaar opgenomen met gordelroos.", "gordelroos", "DISEASE", "historical"),
        ("Allergie: ijzer (jeuk).", "jeuk", "SYMPTOM", "historical"),
        ("IJzer gestopt.", "IJzer", "DRUG", "historical"),
        ("Stop ijzer.", "ijzer", "DRUG", "historical"),
        ("IJzer gestopt, zink gestart.", "zink", "DRUG", "current"),
    ],
)
def test_temporality(text, mention, label, temporality):
    assert claim(text, mention, label).temporality == temporality


def test_a_stopped_drug_is_history_not_absence():
    said = claim("IJzer werd gestaakt.", "IJzer", "DRUG")
    assert (said.presence, said.temporality) == ("present", "historical")


@pytest.mark.parametrize(
    ("text", "mention", "experiencer"),
    [
        ("Moeder had jicht; zij heeft hoest.", "jicht", "family"),
        ("Moeder had jicht; zij heeft hoest.", "hoest", "patient"),
        ("Familie: jicht, beroerte.", "beroerte", "family"),
        ("Jicht bij vader.", "Jicht", "family"),
        ("Jicht komt in de familie voor.", "Jicht", "family"),
        ("Zijn broer is bekend met jicht.", "jicht", "family"),
        ("Vader overleed door een beroerte.", "beroerte", "family"),
        ("Partner verkouden.", "verkouden", "other"),
        ("Komt met moeder wegens jeuk.", "jeuk", "patient"),
        ("Partner vertelt dat hij hoest.", "hoest", "patient"),
        ("Woont met echtgenote. Jeuk.", "Jeuk", "patient"),
    ],
)
def test_experiencer(text, mention, experiencer):
    assert claim(text, mention).experiencer == experiencer


def test_axes_are_set_together():
    said = claim("In de familie geen jicht.", "jicht", "DISEASE")
    assert (said.presence, said.experiencer) == ("absent", "family")


def test_a_comma_inside_a_number_ends_nothing():
    assert claim("Geen T 38,2 koorts.", "koorts").presence == "absent"


@pytest.mark.parametrize("text", ["İ̇İ geen jeuk", "😀 geen\tjeuk", "geen\u00a0jeuk"])
def test_offsets_hold_for_any_unicode(text):
    assert claim(text, "jeuk").presence == "absent"


@pytest.mark.parametrize("piece", ["geen jeuk, ", "bij ", "jeuk, ", "geen a, b of "])
def test_long_notes_take_linear_time(piece):
    text = piece * 10_000 + "hoest"
    spans = [Span.of(text, at, at + 4) for at in range(0, len(text) - 4, len(piece))]
    began = time.process_time()
    assertions(text, spans, "nl")
    assert time.process_time() - began < 15


@pytest.mark.parametrize(
    ("text", "mention", "presence"),
    [
        ("Ontkent jeuk, hoest en braken.", "hoest", "absent"),
        ("Geen jeuk, hoest, braken.", "braken", "absent"),
        ("Geen jeuk bij hoest.", "hoest", "present"),
        ("Jicht, trombose en breuk werden uitgesloten.", "Jicht", "absent"),
        ("Jicht dient te worden uitgesloten.", "Jicht", "possible"),
        ("De scan sluit trombose uit.", "trombose", "absent"),
        ("Jeuk -, hoest +", "Jeuk", "absent"),
        ("Jeuk -, hoest +", "hoest", "present"),
        ("Uitslag geen", "Uitslag", "absent"),
        ("Niet eerder jicht gehad.", "jicht", "absent"),
        ("Geen oorzaak gevonden voor de jeuk.", "jeuk", "present"),
        ("Ontkent niet dat hij hoest.", "hoest", "present"),
    ],
)
def test_how_far_a_denial_goes(text: str, mention: str, presence: str) -> None:
    assert claim(text, mention, "DISEASE").presence == presence


def test_what_is_denied_is_not_history() -> None:
    said = claim("Geen jicht gehad.", "jicht", "DISEASE")
    assert (said.presence, said.temporality) == ("absent", "current")
