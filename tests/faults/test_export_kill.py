"""`kill -9` in the middle of an export: another turn ends it, and nothing is in it twice."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.faults

PATIENTS = 300
OF_EACH = 20
KICK_OFF = {"Accept": "application/fhir+json", "Prefer": "respond-async"}


def entries(number: int) -> list[dict[str, Any]]:
    subject = {"reference": f"Patient/kill-{number}"}
    name = [{"family": f"Ysterbrandt{number}", "given": ["Wilhelmina"]}]
    resources: list[dict[str, Any]] = [
        {"resourceType": "Patient", "id": f"kill-{number}", "name": name}
    ]
    resources += [
        {
            "resourceType": "Observation",
            "id": f"kill-{number}-{place}",
            "status": "final",
            "subject": subject,
            "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
            "valueInteger": place,
        }
        for place in range(OF_EACH)
    ]
    return [
        {
            "resource": one,
            "request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"},
        }
        for one in resources
    ]


def fill(client: httpx.Client) -> None:
    for number in range(PATIENTS):
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries(number)}
        client.post("/fhir", json=bundle).raise_for_status()


def wait(client: httpx.Client, url: str, until: Callable[[httpx.Response], bool]) -> httpx.Response:
    for _ in range(600):
        answer = client.get(url)
        if answer.status_code == 200 or until(answer):
            return answer
        threading.Event().wait(float(answer.headers.get("retry-after", "1")))
    raise AssertionError("waited in vain")


def done(answer: httpx.Response) -> int:
    words = answer.headers.get("x-progress", "").split()
    return int(words[0]) if words and words[0].isdigit() else 0


@pytest.mark.timeout(600)
def test_a_killed_export_goes_on_where_it_was(
    start: Callable[[], AbstractContextManager[Any]],
) -> None:
    with start() as server:
        fill(server.client)
        answer = server.client.get("/fhir/Patient/$export", headers=KICK_OFF)
        url = answer.headers["content-location"]
        first = wait(server.client, url, lambda one: done(one) > 0)
        assert first.status_code == 202, "it was too fast to be killed"
        server.kill()
    with start() as server:
        second = wait(server.client, url, lambda one: done(one) > done(first))
        if second.status_code != 200:
            server.kill()
        else:
            server.stop()
    with start() as server:
        manifest = wait(server.client, url, lambda _: False).json()
        assert manifest["error"] == []
        counts = {entry["type"]: entry["count"] for entry in manifest["output"]}
        assert counts == {"Patient": PATIENTS, "Observation": PATIENTS * OF_EACH}
        for entry in manifest["output"]:
            text = server.client.get(entry["url"]).text
            found = Counter(json.loads(line)["id"] for line in text.splitlines())
            assert len(found) == entry["count"]
            assert max(found.values()) == 1
            assert "Ysterbrandt" not in text
            assert "kill-" not in text
