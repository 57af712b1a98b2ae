"""Variants of a note: other people, the same entities."""

from __future__ import annotations

import lzma
import random
from pathlib import Path
from typing import Any

from models.training.inventing.surrogate_notes import Cast, documents, variant

LISTS = {"cities": ["Elders"], "professions": ["weaver"]}
TEXT = "Mr Jan de Vries (MRN 4482913), baker from Assen, has a cough since 12-03-2024. J. de Vries"


def people(**mentions: list[str]) -> Cast:
    draw = random.Random(1)
    return Cast(["Anna"], ["Longername"], LISTS, frozenset({"de"}), mentions, {}, draw)


def document(*mentions: tuple[str, str]) -> dict[str, Any]:
    entities = []
    for text, label in mentions:
        start = max(TEXT.find(text), 0)
        entities.append({"start": start, "end": start + len(text), "label": label})
    return {"id": "n", "text": TEXT, "entities": entities}


def read_back(made: Any) -> list[tuple[str, str]]:
    return [(made["text"][e["start"] : e["end"]], e["label"]) for e in made["entities"]]


def test_names_change_and_everything_after_moves_along() -> None:
    made = variant(
        document(("Jan de Vries", "NAME"), ("cough", "SYMPTOM"), ("J. de Vries", "NAME")),
        people(),
        0,
    )
    assert read_back(made) == [
        ("Anna de Longername", "NAME"),
        ("cough", "SYMPTOM"),
        ("J. de Longername", "NAME"),
    ]
    assert "Jan" not in made["text"]


def test_numbers_keep_their_form_and_dates_stay_possible() -> None:
    made = variant(document(("4482913", "ID"), ("12-03-2024", "DATE")), people(), 0)
    (number, _), (date, _) = read_back(made)
    assert len(number) == 7
    assert number.isdigit()
    day, month, _ = date.split("-")
    assert int(day) <= 12
    assert int(month) <= 3


def test_places_and_professions() -> None:
    made = variant(document(("baker", "PROFESSION"), ("Assen", "LOCATION")), people(), 0)
    assert read_back(made) == [("weaver", "PROFESSION"), ("Elders", "LOCATION")]


def test_nested_mentions_keep_the_outer_one() -> None:
    made = variant(document(("Jan de Vries", "NAME"), ("Vries", "NAME")), people(), 0)
    assert read_back(made)[0] == ("Anna de Longername", "NAME")
    assert all(0 <= e["start"] < e["end"] <= len(made["text"]) for e in made["entities"])


def test_a_note_without_people_stays() -> None:
    assert variant(document(("cough", "SYMPTOM")), people(), 0)["text"] == TEXT


def test_now_and_then_a_finding_is_another_one() -> None:
    note, cast = document(("cough", "SYMPTOM"), ("Assen", "LOCATION")), people(SYMPTOM=["fever"])
    made = [variant(note, cast, number) for number in range(200)]
    symptoms = [read_back(each)[0][0] for each in made]
    assert 30 < symptoms.count("fever") < 90
    assert {read_back(each)[1][0] for each in made} == {"Elders"}


def test_lists_give_terms_of_their_kind(tmp_path: Path) -> None:
    for name, row in (
        ("drugs_nl", "term\tlicence\nexampline\tMIT\nother\tunknown\n"),
        ("orphanet_nl", "term\ttype\nrare one\tdisease\nfar too long a name\tdisease\n"),
    ):
        (tmp_path / f"{name}.tsv.xz").write_bytes(lzma.compress(row.encode()))
    names = tmp_path / "names" / "nl"
    names.mkdir(parents=True)
    (names / "surnames.txt.xz").write_bytes(lzma.compress(b"Tester\nExampleman\nOtherone\n"))
    note = {**document(("aspirin", "DRUG")), "text": TEXT.replace("a cough", "aspirin")}
    start = note["text"].index("aspirin")
    note["entities"] = [{"start": start, "end": start + 7, "label": "DRUG"}]
    made = documents([note], "nl", tmp_path, 3000)
    drugs = {read_back(each)[0][0] for each in made}
    assert {"aspirin", "exampline"} < drugs
    assert "other" not in drugs
