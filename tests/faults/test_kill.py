"""`kill -9` in the middle of work: nothing is lost, nothing is there twice."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import psutil
import pytest

from mappers.identity import identity
from server.receipts import DERIVED

pytestmark = pytest.mark.faults

NOTES = 20


def note(number: int) -> dict[str, Any]:
    text = (
        f"Visit {number}. Hypertension, on metformin {number + 100} mg. Denies chest pain.\n" * 40
    )
    data = base64.b64encode(text.encode()).decode()
    return {
        "resourceType": "DocumentReference",
        "id": f"note-{number}",
        "status": "current",
        "content": [{"attachment": {"contentType": "text/plain", "data": data}}],
    }


@pytest.mark.parametrize("done", [1, 8])
def test_a_killed_server_goes_on_where_it_was(
    start: Callable[[], AbstractContextManager[Any]], folder: Path, done: int
) -> None:
    with start() as server:
        # Not before the Subscription is there: what is stored earlier is found by search only.
        server.until(
            lambda: server.client.get("/fhir/Subscription?status=active").json().get("entry")
        )
        for number in range(NOTES):
            answer = server.client.put(f"/fhir/DocumentReference/note-{number}", json=note(number))
            answer.raise_for_status()
        server.until(lambda: server.jobs().get("done", 0) >= done)
        orphans = server.kill()
    readers = [one for one in orphans if one.is_running() and "postgres" not in _name(one)]
    _, alive = psutil.wait_procs(readers, timeout=15)
    assert alive == [], "the reading processes outlive their server"

    with start() as server:
        server.until(lambda: server.jobs().get("done", 0) >= NOTES)
        assert server.jobs()["parked"] == 0
        assert server.jobs()["retrying"] == 0
        found: list[dict[str, Any]] = []
        for kind in (*DERIVED, "Provenance"):
            url: str | None = f"/fhir/{kind}?_count=200"
            while url:
                bundle = server.client.get(url).json()
                found += [entry["resource"] for entry in bundle.get("entry", [])]
                url = next((o["url"] for o in bundle["link"] if o["relation"] == "next"), None)
        ours = [one for one in found if not one["id"].startswith("note-")]
        kinds = Counter(one["resourceType"] for one in ours)
        assert kinds["Provenance"] == 2 * NOTES  # of the reading, and of the copy
        assert kinds["DocumentReference"] == NOTES
        assert kinds["Condition"] >= 2 * NOTES
        assert kinds["MedicationStatement"] >= NOTES
        assert max(Counter(identity(one).value for one in ours).values()) == 1
        assert {one["meta"]["versionId"] for one in ours} == {"1"}
        assert (folder / "postgres" / "postmaster.pid").exists()
    assert not (folder / "postgres" / "postmaster.pid").exists(), "PostgreSQL outlives its server"


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.NoSuchProcess:
        return ""
