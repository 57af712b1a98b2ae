import base64

import pytest

from mappers.deidentification.gate import check_leaks
from mappers.errors import LeakFound
from models.recognizing.known import KnownIdentifiers

KNOWN = KnownIdentifiers(
    (("NAME", "Zoë Wetherden"), ("DATE", "1950-03-05"), ("ID", "00-1234-5"), ("ID", "771004432"))
)


@pytest.mark.parametrize(
    ("place", "category"),
    [
        ({"description": "wetherden"}, "NAME"),
        ({"meta": {"tag": [{"display": "ZOE"}]}}, "NAME"),
        ({"data": base64.b64encode("Zoé 00 12345".encode()).decode()}, "ID"),
        ({"type": {"coding": [{"code": "0012345"}]}}, "ID"),
        ({"a": [[{"b": "5 March 1950"}]]}, "DATE"),
        ({"name": ["x", {"c": "Wetherden"}]}, "NAME"),
        ({"valueInteger": 771004432}, "ID"),
        ({"valueQuantity": {"value": 771004432.0}}, "ID"),
    ],
)
def test_the_gate_looks_everywhere(place, category):
    with pytest.raises(LeakFound) as leak:
        check_leaks({"resourceType": "Basic", **place}, KNOWN)
    assert category in str(leak.value)
    assert "etherden" not in str(leak.value)


def test_strings_side_by_side_are_not_one():
    check_leaks({"a": "00", "b": "1234", "c": "5"}, KNOWN)
    check_leaks({"a": ["1950", "03", "05"]}, KNOWN)


def test_numbers_that_are_nobodys_pass():
    numbers = {"a": 12345.5, "b": True, "c": float("inf"), "d": 1e300, "e": -5, "f": float("nan")}
    check_leaks(numbers, KNOWN)


def test_what_a_key_made_is_not_searched():
    moved = {"recordedDate": "1950-03-05"}
    check_leaks(moved, KNOWN, {"1950-03-05"})
    with pytest.raises(LeakFound):
        check_leaks(moved, KNOWN)


def test_what_passed_for_one_patient_is_searched_for_another():
    resource = {"status": "Lowmoor"}
    check_leaks(resource, KNOWN)
    check_leaks(resource, KNOWN)
    with pytest.raises(LeakFound):
        check_leaks(resource, KnownIdentifiers((("NAME", "Lowmoor"),)))


def test_our_own_words_in_annotations_are_not_names():
    known = KnownIdentifiers((("NAME", "Gene Head"), ("NAME", "Start Label")))
    body = b'{"entities": [{"label": "GENE", "start": 1}], "relations": [{"head": "e1"}]}'
    attachment = {"contentType": "application/json", "data": base64.b64encode(body).decode()}
    check_leaks({"content": [{"attachment": attachment}]}, known)
    for leaking in (b'{"entities": [{"text": "Mr. Head"}]}', b"Mr. Head, no JSON"):
        attachment["data"] = base64.b64encode(leaking).decode()
        with pytest.raises(LeakFound):
            check_leaks({"content": [{"attachment": attachment}]}, known)


def test_a_hit_is_found_again_and_again():
    for _ in range(3):
        with pytest.raises(LeakFound):
            check_leaks({"a": "Wetherden"}, KNOWN)
