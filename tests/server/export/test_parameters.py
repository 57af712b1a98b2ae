from __future__ import annotations

from typing import Any

import pytest

from server.errors import ParameterUnsupported, RequestInvalid
from server.export.order import Level, Wishes
from server.export.parameters import Reader

OFFERED = ("Patient", "Encounter", "Condition", "Observation", "Provenance")


def read(*given: tuple[str, str], level: Level = "patient", lenient: bool = False) -> Wishes:
    return Reader(level, OFFERED, lenient).read(given)


def test_nothing_asked_for_is_everything_but_provenance() -> None:
    assert read() == Wishes(types=("Patient", "Encounter", "Condition", "Observation"))


def test_what_is_asked_for_survives_the_database() -> None:
    wishes = read(
        ("_type", "Condition, Patient"),
        ("_type", "Observation"),
        ("_since", "2024-01-01T00:00:00 01:00"),
        ("_until", "2025-01-01T00:00:00.5Z"),
        ("_elements", "Patient.gender,status"),
        ("_typeFilter", "Condition?category=x,y&clinical-status:not=active,Observation?code=1"),
        ("patient", "Patient/a"),
        ("patient", "https://store.example/fhir/Patient/b/_history/3"),
        ("patient", "Patient/a"),
    )
    assert wishes == Wishes(
        types=("Patient", "Condition", "Observation"),
        since="2024-01-01T00:00:00+01:00",
        until="2025-01-01T00:00:00.5Z",
        elements=("Patient.gender", "status"),
        filters=(
            ("Condition", "category=x%2Cy&clinical-status%3Anot=active"),
            ("Observation", "code=1"),
        ),
        patients=("a", "b"),
    )
    assert Wishes.from_json(wishes.to_json()) == wishes


@pytest.mark.parametrize(
    ("given", "provenance"),
    [
        ([], None),
        ([("includeAssociatedData", "LatestProvenanceResources")], "latest"),
        ([("includeAssociatedData", "RelevantProvenanceResources")], "relevant"),
        ([("_type", "Condition,Provenance")], "relevant"),
    ],
)
def test_provenance(given: list[tuple[str, str]], provenance: str | None) -> None:
    assert read(*given).provenance == provenance


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (("_type", "Practitioner"), ParameterUnsupported),
        (("_since", "2024-01-01"), RequestInvalid),
        (("_since", "2024-02-31T00:00:00Z"), RequestInvalid),
        (("_since", "2024-01-01T00:00:00"), RequestInvalid),
        (("_elements", "Patient.name.family"), ParameterUnsupported),
        (("_elements", "Observation.birthDate"), ParameterUnsupported),
        (("_typeFilter", "Patient?birthdate=1970-01-01"), ParameterUnsupported),
        (("_typeFilter", "Patient?gender:missing="), RequestInvalid),
        (("_typeFilter", "Condition?code:text=x"), ParameterUnsupported),
        (("_typeFilter", "Condition?code=1&_sort=date"), ParameterUnsupported),
        (("_typeFilter", "Condition?_has:Observation:patient:code=1"), ParameterUnsupported),
        (("_typeFilter", "Condition?patient=Patient/1"), ParameterUnsupported),
        (("_typeFilter", "Condition?"), RequestInvalid),
        (("patient", "Practitioner/1"), RequestInvalid),
        (("patient", "urn:uuid:1"), RequestInvalid),
        (("organizeOutputBy", "Patient"), ParameterUnsupported),
    ],
)
def test_what_cannot_be_done_is_refused(given: tuple[str, str], error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        read(given)
    assert type(caught.value) is error


def test_nobody_is_named_at_system_level() -> None:
    with pytest.raises(ParameterUnsupported):
        read(("patient", "Patient/a"), level="system")


def test_lenient_leaves_out_what_is_not_supported_and_nothing_else() -> None:
    reader = Reader("patient", OFFERED, lenient=True)
    wishes = reader.read(
        [("_type", "Condition,Nonsense"), ("Jane Doe", "1"), ("_typeFilter", "Patient?name=x")]
    )
    assert wishes == Wishes(types=("Condition",))
    assert len(reader.warnings) == 3
    assert not any("Doe" in warning for warning in reader.warnings)
    for given in (("_since", "x"), ("_type", "Nonsense")):
        with pytest.raises(RequestInvalid):
            Reader("patient", OFFERED, lenient=True).read([given])


def test_the_names_of_unknown_parameters_are_repeated_only_if_they_look_like_one() -> None:
    def message(name: str) -> str:
        with pytest.raises(ParameterUnsupported) as caught:
            read((name, "1"))
        return str(caught.value)

    assert "_foo" in message("_foo")
    assert "Doe" not in message("Jane Doe, born 1970")


def test_every_filter_is_a_token_of_r4() -> None:
    """No name, number, date or reference: each would be an oracle."""
    from server.export.kinds import KINDS
    from server.trial.search_parameters import parameters_of

    for name, kind in KINDS.items():
        known = parameters_of(name)
        kinds: dict[str, Any] = {one: known[one].kind for one in kind.filters}
        assert set(kinds.values()) <= {"token"}, name
        assert not {"identifier", "_id", "patient", "subject"} & set(kinds)
