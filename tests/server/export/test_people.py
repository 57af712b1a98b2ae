"""Who is around a patient, from a store that answers over a transport of its own."""

from __future__ import annotations

from typing import Any

import httpx

from models.recognizing.known import leaks
from server.export.people import Circle, People
from server.store import Store

PATIENT = {
    "resourceType": "Patient",
    "id": "ada",
    "name": [{"family": "Vandersloot"}],
    "generalPractitioner": [{"reference": "PractitionerRole/role"}],
    "managingOrganization": {"reference": "Organization/clinic"},
}
HELD: dict[str, dict[str, Any]] = {
    "PractitionerRole/role": {"practitioner": {"reference": "Practitioner/quill"}},
    "Practitioner/quill": {"name": [{"family": "Quillfeather"}]},
    "Practitioner/gull": {"name": [{"family": "Gullstrand", "given": ["William"]}]},
    "RelatedPerson/son": {
        "patient": {"reference": "Patient/ada"},
        "name": [{"family": "Okonkwo"}],
    },
}


class Held:
    """Answers searches by `_id` and `patient` from `HELD`; refuses Organization."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.store = Store("http://store.example/fhir", transport=httpx.MockTransport(self.answer))

    def answer(self, request: httpx.Request) -> httpx.Response:
        kind = request.url.path.rpartition("/")[2]
        self.asked.append(kind)
        if kind == "Organization":
            return httpx.Response(403, json={"resourceType": "OperationOutcome"})
        wanted = request.url.params.get("_id", "").split(",")
        entries = [
            {"resource": {"resourceType": kind, "id": name.partition("/")[2], **rest}}
            for name, rest in HELD.items()
            if name.startswith(f"{kind}/")
            and (name.partition("/")[2] in wanted or "patient" in request.url.params)
        ]
        return httpx.Response(200, json={"resourceType": "Bundle", "entry": entries})


def names(known: Any) -> set[str]:
    return {value for category, value in known.values if category == "NAME"}


async def test_relatives_and_whom_a_role_stands_for_are_known() -> None:
    held = Held()
    people = People(held.store)
    circle = Circle(held.store, people)
    await circle.open([PATIENT])
    assert names(circle.known("ada")) == {"Vandersloot", "Quillfeather", "Okonkwo"}
    assert "ada" in circle
    assert "bruno" not in circle
    # A store that lets us search for no places leaves them unknown, which has to be told.
    assert people.refused == {"Organization"}
    await held.store.close()


async def test_nobody_is_asked_for_twice() -> None:
    held = Held()
    people = People(held.store)
    for _ in range(2):
        await Circle(held.store, people).open([PATIENT])
    assert held.asked.count("Practitioner") == 1
    assert held.asked.count("RelatedPerson") == 2
    known = await people.known([("Practitioner", "quill"), ("Practitioner", "nobody")])
    assert names(known) == {"Quillfeather"}
    await held.store.close()


async def test_nicknames_and_initials_of_staff_are_known_too() -> None:
    held = Held()
    known = await People(held.store).known([("Practitioner", "gull"), ("Practitioner", "quill")])
    assert leaks("Seen by Bill, and signed: W.G.", known) == ["NAME"]
    assert [person.given for person in known.people if person.given] == [("William",)]
    await held.store.close()
