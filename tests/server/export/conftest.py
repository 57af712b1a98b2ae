"""A plain client that follows the Bulk Data specification, and a hospital with something in it."""

from __future__ import annotations

import gzip
import json
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import httpx
import psycopg
import pytest

FHIR = {"Content-Type": "application/fhir+json"}
KICK_OFF = {"Accept": "application/fhir+json", "Prefer": "respond-async"}
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"


@dataclass(slots=True)
class Bulk:
    """Orders, waits as it is told to, fetches. `told` are the waits."""

    client: httpx.Client
    told: list[int] = field(default_factory=list)

    def order(
        self,
        path: str = "/Patient/$export",
        *,
        prefer: str = "respond-async",
        body: dict[str, Any] | None = None,
        **parameters: Any,
    ) -> httpx.Response:
        headers = {**KICK_OFF, "Prefer": prefer}
        if body is not None:
            return self.client.post(path, headers=headers, json=body, params=parameters)
        return self.client.get(path, headers=headers, params=parameters)

    def ordered(self, *arguments: Any, **parameters: Any) -> str:
        answer = self.order(*arguments, **parameters)
        assert answer.status_code == 202, answer.text
        return answer.headers["content-location"]

    def wait(self, url: str, seconds: float = 100) -> httpx.Response:
        """Ask until it is not under way any more."""
        pause = threading.Event()
        pause.wait(0.3)  # a small export is done by then, and is not asked for twice
        while seconds > 0:
            answer = self.client.get(url, headers={"Accept": "application/json"})
            if answer.status_code not in (202, 429):
                return answer
            self.told.append(int(answer.headers["retry-after"]))
            pause.wait(self.told[-1])
            seconds -= self.told[-1]
        raise AssertionError("waited in vain")

    def manifest(self, *arguments: Any, **parameters: Any) -> dict[str, Any]:
        answer = self.wait(self.ordered(*arguments, **parameters))
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/json"
        return answer.json()

    def lines(self, entry: dict[str, Any]) -> list[dict[str, Any]]:
        answer = self.client.get(entry["url"], headers={"Accept": "application/fhir+ndjson"})
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("application/fhir+ndjson")
        found = [json.loads(line) for line in answer.text.splitlines()]
        assert len(found) == entry["count"]
        assert {one["resourceType"] for one in found} == {entry["type"]}
        return found

    def files(self, manifest: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
        """All resources by type, those of the error files too."""
        found: dict[str, list[dict[str, Any]]] = {}
        for entry in (*manifest["output"], *manifest["error"]):
            found.setdefault(entry["type"], []).extend(self.lines(entry))
        return found


@pytest.fixture
def bulk(client: httpx.Client) -> Bulk:
    return Bulk(client)


@dataclass(slots=True)
class Ward:
    """A server in front of a store of its own, and what the store holds at first.

    Ada, Bruno and Cleo have a Condition and an Observation each, and Ada a note. The Group has Ada,
    a Group with Cleo, Bruno as an inactive member, and Dora, whose membership is over.
    """

    served: Any
    apart: Any
    bulk: Bulk
    patients: dict[str, str] = field(default_factory=dict)

    @property
    def hospital(self) -> Any:
        return self.apart.hospital


FAMILIES = {
    "Ada": "Vandersloot",
    "Bruno": "Okonkwo",
    "Cleo": "Castellanos",
    "Dora": "Winterbottom",
}
SECRETS = (*FAMILIES.values(), "Quillfeather", "MRN-4711-0815")
NOTE = (
    "Mrs. Ada Vandersloot (MRN-4711-0815) was seen by Dr. Quillfeather. She has hypertension and"
    " takes metformin 500 mg twice daily."
)


@pytest.fixture(scope="session")
def ward(
    postgres_url: str,
    serving: Callable[..., AbstractContextManager[Any]],
    store_at: Callable[..., AbstractContextManager[Any]],
) -> Iterator[Ward]:
    name = f"export_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    quick = {"retry_seconds": 0.05, "stalled_seconds": 2, "processes": 1, "max_attempts": 2}
    own = {"DATABASE_URL": postgres_url.replace("/postgres?", f"/{name}?"), **quick}
    with (
        store_at() as apart,
        # The notes are to be read by the exports alone.
        serving(
            fhir_store=apart.base, subscription_criteria="DocumentReference?type=none", **own
        ) as served,
        httpx.Client(base_url=served.base, headers=FHIR, timeout=60) as client,
    ):
        ward = Ward(served, apart, Bulk(client))
        _fill(ward)
        yield ward


def _fill(ward: Ward) -> None:
    put = ward.hospital.put
    put({"resourceType": "Practitioner", "id": "quill", "name": [{"family": "Quillfeather"}]})
    for number, (given, family) in enumerate(FAMILIES.items()):
        ward.patients[given] = ward.hospital.patient(
            name=[{"family": family, "given": [given]}],
            identifier=[{"system": "urn:mrn", "value": f"MRN-4711-081{5 + number}"}],
            generalPractitioner=[{"reference": "Practitioner/quill"}],
            birthDate=f"197{number}-07-09",
            gender="female",
        )
    for given in ("Ada", "Bruno", "Cleo"):
        put(condition(ward.patients[given], 1))
        put(observation(ward.patients[given], 1))
    subject = {"reference": ward.patients["Ada"]}
    ward.hospital.note(NOTE, subject=subject, date="2024-03-06T10:00:00Z")
    inner = [{"entity": {"reference": ward.patients["Cleo"]}}]
    put(_group("inner", inner))
    members = [
        {"entity": {"reference": ward.patients["Ada"]}},
        {"entity": {"reference": ward.patients["Bruno"]}, "inactive": True},
        {"entity": {"reference": "Group/inner"}},
        {"entity": {"reference": ward.patients["Dora"]}, "period": {"end": "2020-01-01"}},
    ]
    put(_group("ward", members))
    like = {"code": {"text": "sex"}, "valueBoolean": True, "exclude": False}
    put(_group("rule", []) | {"characteristic": [like]})


def _group(identity: str, members: list[dict[str, Any]]) -> dict[str, Any]:
    group = {"resourceType": "Group", "id": identity, "type": "person", "actual": True}
    return group | ({"member": members} if members else {})


def condition(patient: str, number: int, **elements: Any) -> dict[str, Any]:
    return {
        "resourceType": "Condition",
        "id": f"c-{patient.partition('/')[2]}-{number}",
        "subject": {"reference": patient},
        "recordedDate": "2024-03-05",
        "code": {"coding": [{"system": SNOMED, "code": "38341003", "display": "Hypertension"}]},
    } | elements


def observation(patient: str, number: int, **elements: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": f"o-{patient.partition('/')[2]}-{number}",
        "status": "final",
        "subject": {"reference": patient},
        "effectiveDateTime": "2024-03-07T08:00:00Z",
        "code": {"coding": [{"system": LOINC, "code": "8867-4"}]},
        "valueQuantity": {
            "value": 72,
            "unit": "/min",
            "system": "http://unitsofmeasure.org",
            "code": "/min",
        },
    } | elements


def unpacked(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(content).splitlines()]
