"""The rest-hook endpoint: who may call it, what it queues, and how fast it answers."""

from __future__ import annotations

import statistics
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import httpx
import psycopg
import pytest

from server.subscription import SECRET_HEADER

SLOWEST = 0.05
"""Seconds, p95; what a store that waits for our answer may expect of a machine of its own."""
PATIENCE = 5
"""A test machine that is busy with other things is given so many times as long."""


@pytest.fixture(scope="module")
def server(
    serving: Callable[..., AbstractContextManager[Any]], apart: Any, postgres_url: str
) -> Iterator[Any]:
    """A server that hears only what the test tells it."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE notify")
    with serving(
        DATABASE_URL=postgres_url.replace("/postgres?", "/notify?"),
        fhir_store=apart.base,
        public_url="http://127.0.0.1:9",
        retry_seconds=0.1,
        reconcile_seconds=3600,
        stalled_seconds=2,
        processes=1,
    ) as served:
        yield served


@pytest.fixture
def store(server: Any) -> Iterator[httpx.Client]:
    """Calls the endpoint as the store does."""
    headers = {SECRET_HEADER: server.app.state.intake.secret}
    with httpx.Client(base_url=f"{server.root}/notify", headers=headers, timeout=30) as client:
        yield client


@pytest.fixture
def note(apart: Any) -> dict[str, Any]:
    return apart.hospital.note("Hypertension. Denies chest pain.")


def bundle(kind: str, *entries: dict[str, Any], focus: str | None = None) -> dict[str, Any]:
    parameter: list[dict[str, Any]] = [{"name": "type", "valueCode": kind}]
    if focus:
        part = [{"name": "focus", "valueReference": {"reference": focus}}]
        parameter.append({"name": "notification-event", "part": part})
    status = {"resourceType": "Parameters", "parameter": parameter}
    return {
        "resourceType": "Bundle",
        "type": "history",
        "entry": [{"resource": status}, *entries],
    }


def known(server: Any) -> set[str]:
    return {row["reference"] for row in server.jobs()}


@pytest.mark.parametrize("secret", [None, "", "wrong", "ü"])
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_without_the_secret_nothing_is_queued(server: Any, secret: str | None, method: str) -> None:
    headers = {} if secret is None else {SECRET_HEADER: secret.encode()}
    # The store does not have it, so that only a notification could name it.
    note = {
        "resourceType": "DocumentReference",
        "id": f"unheard-{uuid.uuid4().hex[:8]}",
        "meta": {"versionId": "1"},
    }
    answer = httpx.request(
        method,
        f"{server.root}/notify/documents/DocumentReference/{note['id']}",
        json=note,
        headers=headers,
    )
    assert answer.status_code == 401
    assert answer.json()["issue"][0]["code"] == "login"
    assert server.app.state.intake.secret not in answer.text
    assert f"DocumentReference/{note['id']}" not in known(server)


@pytest.mark.parametrize(
    "form", ["bare", "bare without version", "full-resource", "id-only", "focus", "empty"]
)
def test_every_form_ends_in_the_chart(
    server: Any, store: httpx.Client, apart: Any, note: dict[str, Any], form: str
) -> None:
    name = f"DocumentReference/{note['id']}"
    url = f"{apart.base}/{name}"
    bare = {key: value for key, value in note.items() if key != "meta"}
    bodies = {
        "bare": note,
        "bare without version": bare,
        "full-resource": bundle(
            "event-notification", {"fullUrl": url, "resource": note}, focus=url
        ),
        "id-only": bundle("event-notification", {"fullUrl": url}),
        "focus": bundle("event-notification", focus=f"{name}/_history/1"),
    }
    if form == "empty":
        answer = store.post("/documents")
    elif form.startswith("bare"):
        answer = store.put(f"/documents/{name}", json=bodies[form])
    else:
        answer = store.post("/documents", json=bodies[form])
    assert answer.status_code == 200
    row = server.job(name)
    assert (row["state"], row["version"]) == ("done", "1")
    assert apart.hospital.concept(note, "Condition", "hypertension")


def test_what_is_known_by_version_is_queued_before_the_answer(
    server: Any, store: httpx.Client
) -> None:
    document = {"resourceType": "DocumentReference", "id": uuid.uuid4().hex}
    document["meta"] = {"versionId": "1"}
    assert store.post("/documents", json=document).status_code == 200
    assert f"DocumentReference/{document['id']}" in known(server)


def test_the_same_again_is_one_job(
    server: Any, store: httpx.Client, apart: Any, note: dict[str, Any]
) -> None:
    name = f"DocumentReference/{note['id']}"
    for _ in range(5):
        store.post("/documents", json=note).raise_for_status()
        store.post("/documents", json=bundle("event-notification", focus=name)).raise_for_status()
    assert server.job(name)["state"] == "done"
    store.post("/documents", json=note).raise_for_status()
    rows = [row for row in server.jobs() if row["reference"] == name]
    assert [(row["state"], row["attempt"]) for row in rows] == [("done", 1)]
    assert {one["meta"]["versionId"] for one in apart.hospital.derived(note)} == {"1"}


@pytest.mark.parametrize("kind", ["handshake", "heartbeat", "query-status"])
def test_what_brings_no_event_queues_nothing(server: Any, store: httpx.Client, kind: str) -> None:
    before = known(server)
    assert store.post("/documents", json=bundle(kind)).status_code == 200
    other = {"resourceType": "Patient", "id": "p"}
    assert store.post("/documents", json=other).status_code == 200
    assert known(server) == before


@pytest.mark.parametrize(
    "body",
    [
        b"not JSON",
        b"[]",
        b'{"resourceType": "Bundle"}',
        b'{"resourceType": "DocumentReference"}',
        b'{"resourceType": "DocumentReference", "id": "a\\u0000b"}',
        b'{"resourceType": "DocumentReference", "id": "../Patient"}',
    ],
)
def test_a_bad_body_is_refused(server: Any, store: httpx.Client, body: bytes) -> None:
    before = known(server)
    answer = store.post("/documents", content=body)
    assert answer.status_code == 400
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert known(server) == before


def test_another_subscription_is_unknown(store: httpx.Client) -> None:
    assert store.post("/others").status_code == 404
    assert store.get("/documents").status_code == 405


def latencies(store: httpx.Client, count: int) -> list[float]:
    seconds = []
    for _ in range(count):
        meta = {"versionId": "1"}
        document = {"resourceType": "DocumentReference", "id": uuid.uuid4().hex, "meta": meta}
        started = time.perf_counter()
        store.post("/documents", json=document).raise_for_status()
        seconds.append(time.perf_counter() - started)
    return seconds


def report(name: str, seconds: list[float]) -> float:
    p95 = statistics.quantiles(seconds, n=20)[-1]
    median = statistics.median(seconds)
    print(f"notifications, {name}: median {1000 * median:.1f} ms, p95 {1000 * p95:.1f} ms")  # noqa: T201
    return p95


def test_the_answer_comes_quickly(server: Any, store: httpx.Client, apart: Any) -> None:
    assert report("idle", latencies(store, 200)) < PATIENCE * SLOWEST

    for _ in range(15):
        note = apart.hospital.note("Hypertension. Denies chest pain. On metformin 500 mg. " * 20)
        store.post("/documents", json=note).raise_for_status()
    seconds: list[float] = []
    callers = [
        threading.Thread(target=lambda: seconds.extend(latencies(store, 25))) for _ in range(4)
    ]
    for each in callers:
        each.start()
    for each in callers:
        each.join()
    assert len(seconds) == 100
    assert report("under load", seconds) < 4 * PATIENCE * SLOWEST
