"""Notes that nobody announced, and stores that are away for a while."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import httpx
import psycopg
import pytest

Serving = Callable[..., AbstractContextManager[Any]]
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def apart(store_at: Callable[..., AbstractContextManager[Any]]) -> Iterator[Any]:
    """A store without the notes of other tests, which would be found too."""
    with store_at() as apart:
        yield apart


@pytest.fixture(scope="module")
def module_database_url(postgres_url: str) -> str:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE deaf")
    return postgres_url.replace("/postgres?", "/deaf?")


@pytest.fixture(scope="module")
def deaf_server(serving: Serving, apart: Any, module_database_url: str) -> Iterator[Any]:
    with serving(
        DATABASE_URL=module_database_url,
        fhir_store=apart.base,
        public_url=NOWHERE,
        retry_seconds=0.1,
        reconcile_seconds=0.5,
        stalled_seconds=2,
        processes=1,
    ) as served:
        yield served


@pytest.fixture
def deaf(deaf_server: Any, apart: Any) -> Iterator[Any]:
    """A server whose notifications all get lost on the way."""
    yield deaf_server
    apart.refusal = None


def test_a_note_whose_notification_was_lost_is_found(apart: Any, deaf: Any) -> None:
    notes = [apart.hospital.note("Hypertension.") for _ in range(3)]
    for note in notes:
        row = deaf.job(f"DocumentReference/{note['id']}")
        assert (row["state"], row["attempt"]) == ("done", 1)
        assert apart.hospital.concept(note, "Condition", "hypertension")
    newer = apart.hospital.put(notes[0] | {"description": "amended"})
    assert deaf.job(f"DocumentReference/{newer['id']}", version="2")["state"] == "done"
    # Nor is a note of ours found, again and again, that is a copy only.
    copies = {
        f"DocumentReference/{one['id']}"
        for note in notes
        for one in apart.hospital.derived(note)
        if one["resourceType"] == "DocumentReference"
    }
    assert len(copies) == 3
    assert not copies & {row["reference"] for row in deaf.jobs()}


def test_more_notes_than_fit_on_a_page_are_found(apart: Any, deaf: Any) -> None:
    bundle = {
        "resourceType": "Bundle",
        "type": "batch",
        "entry": [
            {
                "resource": apart.hospital.document("  ", description=f"{number}"),
                "request": {"method": "POST", "url": "DocumentReference"},
            }
            for number in range(130)
        ],
    }
    answer = apart.hospital.client.post("", json=bundle).raise_for_status().json()
    places = [entry["response"]["location"].split("/_history")[0] for entry in answer["entry"]]
    names = {"/".join(place.split("/")[-2:]) for place in places}

    def found() -> bool | None:
        ended = {row["reference"] for row in deaf.jobs("parked")}
        return names <= ended or None

    deaf.wait_for(found)


def test_an_outage_of_the_store_is_waited_out(apart: Any, deaf: Any) -> None:
    """The store goes away after the note was announced, and again while it is being read."""
    note = {"id": "outage", **apart.hospital.document("Hypertension.")}
    apart.refusal = 503
    apart.put_inside(note)
    job = deaf.app.state.intake.job({"id": "outage", "meta": {"versionId": "1"}})
    deaf.run(deaf.app.state.jobs.submit(job))

    def retrying() -> dict[str, Any] | None:
        (row,) = [one for one in deaf.jobs() if one["reference"] == job.reference]
        assert row["state"] not in ("parked", "skipped", "done")
        return row if row["attempt"] >= 2 and row["state"] == "retrying" else None

    row = deaf.wait_for(retrying)
    assert row["reason"].startswith("StoreUnavailable: ")
    assert row["failures"] == 0
    apart.refusal = None
    row = deaf.job(job.reference)
    assert (row["state"], row["failures"]) == ("done", 0)
    derived = apart.hospital.derived({"id": "outage"})
    assert len(derived) == 4  # a Condition, the copy, and the Provenance of both


def test_an_outage_is_told_to_a_caller(apart: Any, deaf: Any) -> None:
    apart.refusal = 503
    url = f"{deaf.base}/DocumentReference/x/$extract"
    answer = httpx.post(url, timeout=30)
    assert answer.status_code == 503
    assert answer.json()["issue"][0]["code"] == "transient"
    apart.refusal = 403
    answer = httpx.post(url, timeout=30)
    assert answer.status_code == 502
    assert answer.json()["issue"][0]["code"] == "processing"


def test_two_servers_on_one_queue_make_one_set(
    serving: Serving, apart: Any, deaf: Any, module_database_url: str
) -> None:
    with serving(
        DATABASE_URL=module_database_url,
        fhir_store=apart.base,
        public_url=NOWHERE,
        reconcile_seconds=0.5,
        stalled_seconds=2,
        processes=1,
    ) as other:
        note = {"id": "shared", **apart.hospital.document("Hypertension. Denies chest pain.")}
        stored = apart.hospital.put(note)
        submitters = [
            threading.Thread(target=one.run, args=(one.app.state.intake.submit(stored),))
            for one in (deaf, other)
            for _ in range(3)
        ]
        for each in submitters:
            each.start()
        for each in submitters:
            each.join()
        assert deaf.job("DocumentReference/shared")["state"] == "done"
        rows = [row for row in other.jobs() if row["reference"] == "DocumentReference/shared"]
        assert [row["attempt"] for row in rows] == [1]
        derived = apart.hospital.derived(stored)
        assert len(derived) == 5  # two Conditions, the copy, and the Provenance of both
        assert {one["meta"]["versionId"] for one in derived} == {"1"}
