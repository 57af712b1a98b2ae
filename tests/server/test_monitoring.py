"""Health, readiness and metrics of a whole server."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from mappers.errors import NoteEmpty
from server.errors import DocumentGone, StoreUnavailable
from server.job import Job, Outcome
from server.monitoring import Metrics


def figures(served: Any) -> dict[str, float]:
    answer = httpx.get(f"{served.root}/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        name: float(value)
        for name, value in re.findall(r"^([a-z][^ #]*) (\S+)$", answer.text, re.MULTILINE)
    }


def test_alive_and_ready(served: Any) -> None:
    assert httpx.get(f"{served.root}/healthz").json() == {"status": "alive"}
    ready = httpx.get(f"{served.root}/readyz")
    everything = {"queue": "ready", "store": "ready", "worker": "ready"}
    assert (ready.status_code, ready.json()) == (200, everything)


def test_a_server_whose_worker_does_not_run_is_not_ready(
    served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served.app.state.jobs, "_working", False)
    ready = httpx.get(f"{served.root}/readyz")
    assert (ready.status_code, ready.json()["worker"]) == (503, "unavailable")


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (DocumentGone("HTTP 410"), "skipped"),
        (NoteEmpty("the note holds only white space"), "parked"),
        (StoreUnavailable("HTTP 503"), "retried"),
        (ValueError("text"), "retried"),
    ],
)
async def test_an_attempt_that_raises_is_counted(error: Exception, state: str) -> None:
    metrics = Metrics()

    async def process(job: Job) -> Outcome:
        raise error

    with pytest.raises(type(error)):
        await metrics.observed(process)(Job("DocumentReference/1", "1", "p1"))
    value = metrics.registry.get_sample_value
    assert value("chartloom_notes_total", {"state": state}) == 1
    assert value("chartloom_note_seconds_count") == 1


def test_a_note_is_counted_without_being_quoted(served: Any, hospital: Any) -> None:
    before = figures(served)
    patient = hospital.patient(name=[{"family": "Zimmerwald"}])
    note = hospital.note("Mrs Zimmerwald has hypertension.", subject={"reference": patient})
    assert served.job(f"DocumentReference/{note['id']}")["state"] == "done"
    after = figures(served)
    for name in (
        'chartloom_notes_total{state="done"}',
        'chartloom_resources_total{type="Condition"}',
        'chartloom_phi_replaced_total{category="NAME"}',
        "chartloom_note_seconds_count",
        'chartloom_jobs{state="done"}',
    ):
        assert after[name] > before.get(name, 0.0), name
    text = httpx.get(f"{served.root}/metrics").text
    assert "Zimmerwald" not in text
    assert note["id"] not in text
    assert patient not in text


def test_a_state_that_no_job_is_in_counts_nothing(served: Any) -> None:
    def idle() -> bool | None:
        return None if served.jobs("queued", "running", "retrying") else True

    served.wait_for(idle)
    found = figures(served)
    for state in ("queued", "running", "retrying"):
        assert found[f'chartloom_jobs{{state="{state}"}}'] == 0
