"""What looks like personal data and is an eponym, a code or a dose; and people with such names."""

from __future__ import annotations

from functools import cache

import pytest

from models.annotator import Annotator
from models.phi.clinical_senses import without_senses
from models.types import Note, PhiSpan, Span


def found(text: str, what: str, category: str = "NAME", method: str = "model") -> PhiSpan:
    """A find of `what` in the text, sure of itself."""
    start = text.index(what)
    return PhiSpan(Span(start, start + len(what), what), category, 1.0, method)


def stays(language: str, text: str, *finds: PhiSpan) -> list[str]:
    return [each.span.text for each in without_senses(finds, text, language)]


@cache
def annotator(language: str) -> Annotator:
    return Annotator.load([language])


def hidden(language: str, text: str) -> str:
    """The text with a mark for each character that is found to be personal."""
    spans = [each.span for each in annotator(language).annotate(Note(text, language)).phi]
    return "".join(
        "_" if any(span.start <= at < span.end for span in spans) else mark
        for at, mark in enumerate(text)
    )


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("nl", "Felty, Heberden en Bouchard-noduli.", "Bouchard"),
        ("nl", "Ziekte van Crohn bekend.", "Crohn"),
        ("nl", "fundushoogte 34 cm, handgrepen van Leopold: hoofdligging", "van Leopold"),
        ("en", "No signs of Kimmelstiel-Wilson nodules.", "Kimmelstiel-Wilson"),
        ("en", "Charles Bonnet syndrome likely.", "Charles Bonnet"),
        ("es", "Aguja de Tuohy, signo de Wilson dudoso.", "Wilson"),
    ],
)
@pytest.mark.parametrize("method", ["model", "pattern"])
def test_an_eponym_with_its_thing_is_no_name(
    language: str, text: str, name: str, method: str
) -> None:
    assert stays(language, text, found(text, name, method=method)) == []


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("nl", "dr. Parkinson belde terug.", "Parkinson"),
        ("nl", "Gezien door mevr. Crohn op de poli.", "Crohn"),
        ("nl", "Parkinson belt morgen zelf.", "Parkinson"),
        ("en", "Discussed with Dr. Lhermitte today.", "Lhermitte"),
        ("en", "Mr. Charles Bonnet came alone.", "Charles Bonnet"),
        ("en", "Her son Wilson sign the form.", "Wilson"),
        ("en", "Seen with J. Babinski, negative.", "Babinski"),
        ("es", "La Dra. Crohn firma el alta.", "Crohn"),
        ("es", "Babinski llama para pedir cita.", "Babinski"),
        ("en", "Discussed with Crohn and Jansen.", "Jansen"),
        ("en", "Heberden, Bouchard and Jansen attended.", "Bouchard"),
        ("en", "Regards,\nBell\nTest results follow", "Bell"),
        ("en", "Thank you for referring Hodgkin, a retired teacher.", "Hodgkin"),
        ("en", "Alzheimer was brought in by ambulance.", "Alzheimer"),
        ("en", "Bell operation cancelled.", "Bell"),
        ("en", "Wilson test results given by phone.", "Wilson"),
        ("en", "Seen by Charles Bonnet.", "Charles Bonnet"),
        ("en", "Colles-Smith rang.", "Colles-Smith"),
        ("en", "Boston A. Johnson rang.", "A. Johnson"),
        ("en", "Harris hip pain.", "Harris"),
        ("nl", "Sonde van Bakker verwijderd, kamer van Smit.", "Bakker"),
        ("nl", "Volgens Kocher gaat het goed.", "Kocher"),
        ("nl", "Overleg met Van der Woude.", "Van der Woude"),
        ("nl", "Verwezen door Ruiter.", "Ruiter"),
        ("es", "Operación de Ramos aplazada.", "Ramos"),
        ("es", "Gil Vernet firma.", "Gil Vernet"),
    ],
)
@pytest.mark.parametrize("method", ["model", "pattern"])
def test_people_with_the_name_of_an_eponym_stay_found(
    language: str, text: str, name: str, method: str
) -> None:
    assert stays(language, text, found(text, name, method=method)) == [name]


def test_a_name_of_a_list_stays_found_without_anything_clinical_around_it() -> None:
    text = "Wilson was here on his own, and Leeds is far."
    assert stays("en", text, found(text, "Wilson"), found(text, "Leeds", "LOCATION")) == [
        "Wilson",
        "Leeds",
    ]


def test_a_place_with_a_grade_is_a_classification() -> None:
    text = "Boston 3-3-2, Los Angeles B. He lives in Boston 3-4 days, not Los Angeles 3-4-2019."
    finds = [
        PhiSpan(Span(at, at + len(name), name), "LOCATION", 1.0, "pattern")
        for name in ("Boston", "Los Angeles")
        for at in (text.index(name), text.rindex(name))
    ]
    kept = {each.span.start for each in without_senses(finds, text, "en")}
    assert kept == {text.rindex("Boston"), text.rindex("Los Angeles")}


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("en", "Moved from Addenbrooke to us.", "Addenbrooke"),
        ("nl", "Overgeplaatst naar Erasmus.", "Erasmus"),
        ("en", "Eyes tested (Allergan, Irvine).", "Allergan"),
        ("es", "Boulevard Louis Pasteur, 32.", "Pasteur, 32"),
        ("es", "(Dacortin, Merck, Barcelona)", "Barcelona"),
    ],
)
def test_a_place_with_the_name_of_an_eponym_stays_found(
    language: str, text: str, name: str
) -> None:
    assert stays(language, text, found(text, name, "LOCATION")) == [name]


def test_a_grade_before_a_full_stop_is_no_initial() -> None:
    for language, text, name in (
        ("nl", "Cobb-hoek 22 graden, Frankel D. Korset bij mobiliseren.", "D. Korset"),
        ("en", "Class Stanford B. Labetalol drip.", "B. Labetalol"),
    ):
        assert stays(language, text, found(text, name, method="pattern")) == []
    for text, name in (
        ("Frankel D. Janssen belt terug.", "D. Janssen"),
        ("Ziekte van Parkinson. A. Korset volgt.", "A. Korset"),
        ("Frankel B. Visser volgt hem.", "B. Visser"),
        ("Stanford B. Crawford volgt hem.", "Stanford B. Crawford"),
    ):
        assert stays("nl", text, found(text, name, method="pattern")) == [name]


def test_a_surname_beside_words_that_are_no_eponym_stays_found() -> None:
    for language, text in (("nl", "Tweeling A Stevens, geboren"), ("en", "Baby Boy Amsel, born")):
        name = text.partition(",")[0]
        assert stays(language, text, found(text, name)) == [name]


def test_a_word_of_medicine_that_is_no_name_is_none_by_the_model_alone() -> None:
    text = "grew tigecycline resistant rods"
    assert stays("en", text, found(text, "tigecycline")) == []
    assert stays("en", text, found(text, "tigecycline", method="pattern")) == ["tigecycline"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ICD-10 J18.9, E11.9 and N18.3", "N18.3"),
        ("SNOMED CT 38341003 hypertension, 73211009 diabetes", "73211009"),
        ("LOINC 4548-4, 2160-0", "2160-0"),
        ("ATC A10BA02, C09AA02", "C09AA02"),
    ],
)
@pytest.mark.parametrize("method", ["model", "pattern"])
def test_codes_of_public_systems_are_no_numbers_of_a_person(
    text: str, code: str, method: str
) -> None:
    assert stays("en", text, found(text, code, "ID", method)) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Placed an ICD (831615-93D) today", "831615-93D"),
        ("SNOMED 38341004", "38341004"),
        ("LOINC 2160-1", "2160-1"),
        ("ICD-10 J18.9, MRN 4483920", "4483920"),
        ("CPT 99213, 90210", "90210"),
        ("RxNorm 197361, 4483920", "4483920"),
        ("ATC A10BA02. C09AA02", "C09AA02"),
    ],
)
def test_numbers_that_are_no_code_stay_found(text: str, number: str) -> None:
    assert stays("en", text, found(text, number, "ID")) == [number]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Ritalin 10-10-5", "10-10-5"),
        ("Hertel 21-22 mm", "21-22"),
        ("Controle over 3/52.", "3/52"),
        ("Wissel op maandag, woensdag en vrijdag.", "maandag, woensdag en vrijdag"),
        ("Every Monday she swims.", "Monday"),
    ],
)
def test_a_dose_a_range_a_length_and_a_habit_are_no_date(text: str, date: str) -> None:
    assert stays("nl", text, found(text, date, "DATE")) == []


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Op 10-10-05 gezien", "10-10-05"),
        ("Op 10-10-5 gezien", "10-10-5"),
        ("Opname 13-17", "13-17"),
        ("Van 21-22 mei opgenomen", "21-22"),
        ("Sinds 3/52 bekend", "3/52"),
        ("Nummer 73-30 oppiepen", "73-30"),
        ("Op maandag 3 mei en dinsdag 4 mei", "maandag"),
        ("Op zondag kwam zij", "zondag"),
        ("Every Monday since 3 May", "Monday"),
    ],
)
def test_dates_stay_found(text: str, date: str) -> None:
    assert stays("nl", text, found(text, date, "DATE")) == [date]


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("nl", "Verwezen door dr. Parkinson, neuroloog.", "Parkinson"),
        ("nl", "Mevr. Crohn heeft de ziekte van Crohn.", "Crohn"),
        ("en", "Mr. Parkinson was seen with his wife.", "Parkinson"),
        ("es", "Firmado por el Dr. Parkinson, neurólogo.", "Parkinson"),
    ],
)
def test_the_product_hides_people_with_the_name_of_an_eponym(
    language: str, text: str, name: str
) -> None:
    start = text.index(name)
    assert set(hidden(language, text)[start : start + len(name)]) == {"_"}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("nl", "Hoehn en Yahr 3; Sinemet 10-10-5. ICD-10 G20, SNOMED 49049000."),
        ("en", "Gilles de la Tourette; Guillain-Barre. ICD-10 M05.9, SNOMED 69896004."),
        ("es", "Graves con orbitopatía, Hertel 21-22. Tirodril 30, Eutirox 100 añadido."),
    ],
)
def test_the_product_leaves_clinical_text_as_it_is(language: str, text: str) -> None:
    assert hidden(language, text) == text


def test_a_person_between_two_codes_stays_found() -> None:
    for text, name in (
        ("ICD-10 I10 (Peter Jones), J45", "Peter Jones"),
        ("ICPC K86 mw Bakker, T90", "Bakker"),
    ):
        assert stays("nl", text, found(text, name, method="pattern")) == [name]
