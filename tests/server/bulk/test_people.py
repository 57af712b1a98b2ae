from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.recognizing.known import leaks
from server.bulk.people import People

PATIENT = "Patient/pat-00017"


@pytest.mark.parametrize(
    "name",
    [
        "Zyxwish",  # the patient
        "Brunthorp",  # a relative who names the patient
        "Quallenby",  # found over a role, by a search for an identifier
        "Fernwick Infirmary",  # named by an absolute reference
        "884412073",
    ],
)
def test_all_around_a_patient_are_known(people: People, name: str) -> None:
    known = people.known(PATIENT)
    assert known is not None
    assert leaks(f"asked {name} for advice", known)


def test_nothing_is_known_of_who_is_not_there(people: People) -> None:
    assert people.known("Patient/nobody") is None
    assert people.around("Patient/nobody") is None


def test_two_patients_do_not_know_each_other(
    tmp_path: Path, collect: Callable[[Path], Path], record: Any
) -> None:
    other = record.patient | {"id": "pat-2", "name": [{"family": "Ottermole"}]}
    linked = {"other": {"reference": "Patient/pat-2"}, "type": "seealso"}
    link = record.patient | {"id": "pat-3", "name": [{"family": "Third"}], "link": [linked]}
    folder = record.write(tmp_path / "in", Patient=[record.patient, other, link])
    people = People(collect(folder))
    known = people.known(PATIENT)
    assert known is not None
    assert not leaks("Ottermole", known)
    linked_to = people.known("Patient/pat-3")
    assert linked_to is not None
    assert leaks("Ottermole", linked_to)


def test_both_versions_of_a_person_are_known(
    tmp_path: Path, collect: Callable[[Path], Path], record: Any
) -> None:
    married = record.patient | {"name": [{"family": "Ottermole"}]}
    folder = record.write(tmp_path / "in", Patient=[record.patient, married, record.patient])
    known = People(collect(folder)).known(PATIENT)
    assert known is not None
    assert leaks("Zyxwish", known)
    assert leaks("Ottermole", known)


def test_whom_any_resource_of_the_patient_names_is_around(
    tmp_path: Path, collect: Callable[[Path], Path], record: Any
) -> None:
    raw = (
        rb'{"resourceType": "Encounter", "id": "e", "subject": {"reference": "Patient\/pat-00017"},'
        rb' "participant": [{"individual": {"reference": "Practitioner\/prac-1\/_history\/3"}}]}'
    )
    folder = record.write(
        tmp_path / "in", Encounter=[raw], Patient=[record.patient], Other=list(record.people)
    )
    known = People(collect(folder)).known(PATIENT)
    assert known is not None
    assert leaks("Quallenby", known)


def test_what_is_no_resource_is_passed_over(
    tmp_path: Path, collect: Callable[[Path], Path], record: Any
) -> None:
    odd = [b"not json", b"[]", b"1", b'{"resourceType": 5}', b'{"resourceType": "Patient"}']
    odd += [b'{"resourceType": "Observation", "subject": "Patient/1"}']
    odd += [b'{"resourceType": "Patient", "id": "x", "identifier": [null, {"value": 5}]}']
    people = People(collect(record.write(tmp_path / "in", Patient=[*odd, record.patient])))
    assert people.known(PATIENT) is not None


def test_the_file_is_its_owners_and_holds_no_pictures(
    tmp_path: Path, collect: Callable[[Path], Path], record: Any
) -> None:
    patient = record.patient | {"photo": [{"data": "R0lGODlh" * 1000}]}
    path = collect(record.write(tmp_path / "in", Patient=[patient]))
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"R0lGODlh" not in path.read_bytes()
