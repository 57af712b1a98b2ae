from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.deidentification import deidentify
from models.types import DeidentifiedNote, Note, PhiSpan, Span
from server.bulk.note_line import read_line, to_line
from server.errors import RequestInvalid

KEY = b"k" * 32
TEXT = "Zyxwish \U0001f600 has asthma."


def copy_of(text: str, *places: tuple[int, int]) -> DeidentifiedNote:
    phi = [PhiSpan(Span.of(text, *place), "NAME", 1.0, "known") for place in places]
    return deidentify(Note(text, "en"), phi)


def line(**elements: Any) -> bytes:
    return orjson.dumps({"id": "a", "text": TEXT} | elements)


@pytest.mark.parametrize(
    "data",
    [
        b"Zyxwish",
        b"[]",
        b'{"id": 1}',
        line(text=5),
        line(text=True),
        line(lang=5),
        line(subject=["Patient/1"]),
        line(entities={"Zyxwish": 1}),
        line(id=[1]),
        line(id=True),
    ],
)
def test_a_line_of_another_form_is_refused_without_its_text(data: bytes) -> None:
    with pytest.raises(RequestInvalid) as caught:
        read_line(data)
    assert "Zyxwish" not in str(caught.value)


def test_what_nobody_asked_for_is_dropped_and_counted() -> None:
    entity = {
        "id": "E1",
        "start": 14,
        "end": 20,
        "label": "DISEASE",
        "score": 0.9,
        "assertion": {"presence": "present", "comment": "Zyxwish"},
        "codings": [{"system": "http://snomed.info/sct", "code": "1", "display": "Zyxwish"}, "x"],
        "author": "Zyxwish",
    }
    odd: list[Any] = [None, "x", {}, {"start": "0", "end": 3}, {"start": 5, "end": 5}]
    read = read_line(line(entities=[entity, *odd], ward="Zyxwish", lang="en"))
    written = to_line(read, copy_of(TEXT, (0, 7)), "a", KEY)
    assert written["dropped"] == len(odd) + 1
    assert "Zyxwish" not in str(written)
    (kept,) = written["entities"]
    assert written["text"][kept["start"] : kept["end"]] == kept["text"] == "asthma"
    assert kept["assertion"] == {"presence": "present"}
    assert kept["codings"] == [{"system": "http://snomed.info/sct", "code": "1"}]


def test_the_subject_is_a_pseudonym_or_nothing() -> None:
    read = read_line(line(subject="https://ehr.example/fhir/Patient/zyx-17/_history/3"))
    again = read_line(line(subject="Patient/zyx-17"))
    copy = copy_of(TEXT)
    first, second = (to_line(one, copy, "a", KEY)["subject"] for one in (read, again))
    assert first == second
    assert "zyx-17" not in first
    assert "subject" not in to_line(read, copy, "a", None)


@settings(deadline=None, max_examples=200)
@given(
    st.text(st.characters(blacklist_categories=("Cs",)), min_size=12, max_size=40),
    st.lists(st.integers(0, 39), min_size=4, max_size=4),
)
def test_entities_read_back_or_are_dropped(text: str, places: list[int]) -> None:
    start, end, phi_start, phi_end = (min(place, len(text)) for place in places)
    if start >= end or phi_start >= phi_end:
        return
    copy = copy_of(text, (phi_start, phi_end))
    read = read_line(orjson.dumps({"text": text, "entities": [{"start": start, "end": end}]}))
    written = to_line(read, copy, None, None)
    for kept in written["entities"]:
        place = written["text"][kept["start"] : kept["end"]]
        assert place == kept["text"] == text[start:end]
