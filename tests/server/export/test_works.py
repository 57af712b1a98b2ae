"""What becomes of an export when something goes wrong on the way."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Iterator
from typing import Any

import httpx
import psutil
import psycopg
import pytest

from server.errors import ReaderDied
from server.export import releasing
from server.export.harvest import Harvest, Tools
from server.export.ledger import Ledger
from server.export.order import Batch
from server.export.releasing import Terms
from tests.server.export.conftest import Bulk, Ward, condition


@pytest.fixture
def full_disk(ward: Ward) -> Any:
    """A database that has no room for another part."""
    url = ward.served.app.state.settings.database_url.get_secret_value()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE 'no space left on device' USING ERRCODE = 'disk_full'; END $$"
        )
        connection.execute(
            "CREATE TRIGGER no_room BEFORE INSERT ON chartloom_export_part"
            " FOR EACH ROW EXECUTE FUNCTION no_room()"
        )
        yield
        connection.execute("DROP FUNCTION no_room CASCADE")


def test_a_full_disk_ends_the_export_and_says_so(ward: Ward, full_disk: None) -> None:
    url = ward.bulk.ordered(_type="Patient")
    answer = ward.bulk.wait(url)
    assert answer.status_code == 500
    assert answer.json()["issue"][0]["code"] == "no-store"
    assert ward.bulk.client.delete(url).status_code == 202
    assert ward.bulk.client.get(url).status_code == 404


def test_a_store_that_is_away_is_waited_for(ward: Ward) -> None:
    url = ward.bulk.ordered(_type="Patient")
    ward.apart.refusal = 503
    try:
        assert ward.bulk.client.get(url).status_code in (200, 202)
        ward.served.wait_for(lambda: len(ward.apart.asked) > 10 or None)
        status = ward.bulk.client.get(url).status_code
    finally:
        ward.apart.refusal = None
    assert status in (200, 202, 429)
    assert ward.bulk.wait(url).status_code == 200


@contextlib.contextmanager
def held() -> Iterator[None]:
    """All reading processes stand still, so that no export can end."""
    readers = [
        one
        for one in psutil.Process().children(recursive=True)
        if "spawn_main" in " ".join(one.cmdline())
    ]
    assert readers
    for one in readers:
        one.suspend()
    yield
    for one in readers:
        one.resume()


def test_an_export_that_runs_can_be_deleted(ward: Ward) -> None:
    assert ward.bulk.manifest(_type="Patient")["output"]  # the reading processes are there
    with held():
        url = ward.bulk.ordered()
        ward.served.wait_for(lambda: _progress(ward, url) == "0 of 4 patients" or None)
        assert ward.bulk.client.delete(url).status_code == 202
        assert ward.bulk.client.get(url).status_code == 404
    assert ward.bulk.client.get(url).status_code == 404
    assert ward.bulk.manifest(_type="Patient")["output"]  # and the next one is not in its way


def _progress(ward: Ward, url: str) -> str | None:
    return ward.bulk.client.get(url).headers.get("x-progress")


def test_what_is_never_fetched_expires(ward: Ward) -> None:
    url = ward.bulk.ordered(_type="Patient")
    manifest = ward.bulk.wait(url).json()
    database = ward.served.app.state.settings.database_url.get_secret_value()
    key = url.rpartition("/")[2]
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("UPDATE chartloom_export SET expires_at = now() WHERE id = %s", [key])
        answers = [ward.bulk.client.get(place) for place in (url, manifest["output"][0]["url"])]
        assert [answer.status_code for answer in answers] == [404, 404]
        ward.served.run(ward.served.app.state.exports.works.sweep())
        left = connection.execute(
            "SELECT count(*) FROM chartloom_export_part WHERE order_id = %s", [key]
        ).fetchone()
    assert left == (0,)


def test_an_order_that_nobody_is_at_is_found(ward: Ward) -> None:
    url = ward.bulk.ordered(_type="Patient")
    assert ward.bulk.wait(url).status_code == 200
    database = ward.served.app.state.settings.database_url.get_secret_value()
    key = url.rpartition("/")[2]
    with psycopg.connect(database, autocommit=True) as connection:
        # As a worker leaves it that dies when the queue's entry is gone already.
        connection.execute("DELETE FROM chartloom_export_part WHERE order_id = %s", [key])
        connection.execute(
            "UPDATE chartloom_export SET state = 'running', listed = false, tally = '{}',"
            " manifest = NULL, secret = %s WHERE id = %s",
            [os.urandom(32), key],
        )
    ward.served.run(ward.served.app.state.exports.works.sweep())
    answer = ward.bulk.wait(url)
    assert [entry["count"] for entry in answer.json()["output"]] == [4]


def test_a_type_that_the_store_does_not_search_is_told_once(ward: Ward) -> None:
    filters = "AllergyIntolerance?code:below=1"  # a modifier that the trial store does not have
    manifest = ward.bulk.manifest(_type="Patient,AllergyIntolerance", _typeFilter=filters)
    assert [entry["type"] for entry in manifest["output"]] == ["Patient"]
    (outcome,) = ward.bulk.files(manifest)["OperationOutcome"]
    assert "AllergyIntolerance" in outcome["issue"][0]["diagnostics"]


def test_a_note_that_cannot_be_read_is_withheld_without_its_text(ward: Ward) -> None:
    subject = {"reference": ward.patients["Bruno"]}
    document = ward.hospital.note(b"%PDF-1.7 Okonkwo", "application/pdf", subject=subject)
    try:
        manifest = ward.bulk.manifest(_type="DocumentReference")
    finally:
        ward.hospital.client.delete(f"/DocumentReference/{document['id']}").raise_for_status()
    found = ward.bulk.files(manifest)
    assert len(found["DocumentReference"]) == 1
    (issue,) = found["OperationOutcome"][0]["issue"]
    assert issue["code"] == "suppressed"
    assert "AttachmentMalformed" in issue["diagnostics"]
    assert "Okonkwo" not in issue["diagnostics"]
    assert document["id"] not in issue["diagnostics"]
    report = ward.bulk.client.get(next(iter(manifest["extension"].values()))).json()
    assert [one["type"] for one in report["withheld"]] == ["DocumentReference"]


def test_a_modifier_extension_withholds_a_resource(ward: Ward) -> None:
    extension = {"url": "https://example.org/never-mind", "valueBoolean": True}
    one = condition(ward.patients["Cleo"], 77, modifierExtension=[extension])
    ward.hospital.put(one)
    try:
        found = ward.bulk.files(ward.bulk.manifest(_type="Condition"))
    finally:
        ward.hospital.client.delete(f"/Condition/{one['id']}").raise_for_status()
    assert len(found["Condition"]) == 3
    assert "modifierExtension" in found["OperationOutcome"][0]["issue"][0]["diagnostics"]


def test_who_was_at_an_encounter_is_known_though_it_is_not_exported(ward: Ward) -> None:
    put, patient = ward.hospital.put, ward.patients["Cleo"]
    put({"resourceType": "Practitioner", "id": "feather", "name": [{"family": "Zwartkruis"}]})
    system = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
    put(
        {
            "resourceType": "Encounter",
            "id": "visit",
            "status": "finished",
            "class": {"system": system, "code": "AMB"},
            "subject": {"reference": patient},
            "participant": [{"individual": {"reference": "Practitioner/feather"}}],
        }
    )
    code = {"text": "Hypertension as of zwartkruis"}
    one = condition(patient, 55, code=code)
    put(one)
    try:
        found = ward.bulk.files(ward.bulk.manifest(_type="Condition"))
    finally:
        for reference in ("Encounter/visit", f"Condition/{one['id']}"):
            ward.hospital.client.delete(f"/{reference}").raise_for_status()
    texts = [one["code"]["text"] for one in found["Condition"] if "text" in one["code"]]
    assert texts == ["Hypertension as of [NAME]"]


class Fragile:
    """Reading processes that die of one resource."""

    def __init__(self, settings: Any, poison: str) -> None:
        self._settings, self._poison = settings, poison
        self.calls = 0

    async def call(self, work: Any, *arguments: Any) -> Any:
        self.calls += 1
        loads = arguments[-1]
        if any(self._poison.encode() in load.resources for load in loads):
            raise ReaderDied("the reading process died with exit code -9")
        return await asyncio.to_thread(work, *arguments)


def test_a_resource_that_kills_a_process_costs_itself_alone(ward: Ward) -> None:
    state = ward.served.app.state
    url = ward.bulk.ordered(_type="Patient,Condition,Observation")
    assert ward.bulk.wait(url).status_code == 200
    poison = condition(ward.patients["Bruno"], 1)["id"]
    fragile = Fragile(state.settings, poison)

    async def export() -> Any:
        ledger: Ledger = state.exports.works.ledger
        key = url.rpartition("/")[2]
        async with state.exports.pool.connection() as connection:
            await connection.execute(
                "UPDATE chartloom_export SET state = 'queued', secret = %s WHERE id = %s",
                (os.urandom(32), key),
            )
        begun = await ledger.begin(key)
        assert begun is not None
        order, _ = begun
        ids = [reference.partition("/")[2] for reference in ward.patients.values()]
        await ledger.add(order, "Patient", ids)
        tools = Tools(state.pipeline, fragile, state.settings)  # type: ignore[arg-type]
        before = (await ledger.tally(order)).released
        harvest = Harvest(order, Terms(order.secret or b"", throwaway=True), ledger, tools)
        await harvest.batch(Batch(900, "Patient", tuple(ids)))
        return before, await ledger.tally(order)

    before, tally = ward.served.run(export())
    assert tally.released["Condition"] - before["Condition"] == 2
    assert tally.released["Observation"] - before["Observation"] == 3
    assert list(tally.withheld) == [
        ("Condition", "it cannot be de-identified: the process that tried was stopped")
    ]
    assert ward.bulk.client.delete(url).status_code == 202


def test_the_release_of_one_process_serves_one_key(ward: Ward) -> None:
    settings = ward.served.app.state.settings
    one, two = (releasing._release(settings, Terms(os.urandom(32), True)) for _ in range(2))
    assert one.pseudonyms.identity("Patient", "a") != two.pseudonyms.identity("Patient", "a")


def test_two_exports_share_no_pseudonym_without_a_site_key(ward: Ward) -> None:
    found = [ward.bulk.files(ward.bulk.manifest(_type="Patient"))["Patient"] for _ in range(2)]
    ids = [{one["id"] for one in patients} for patients in found]
    assert len(ids[0]) == len(ids[1]) == 4
    assert not ids[0] & ids[1]


def test_a_plain_client_needs_no_more_than_the_manifest(ward: Ward) -> None:
    """Order, wait, fetch, with nothing that the specification does not say."""
    with httpx.Client(timeout=60) as plain:
        manifest = Bulk(plain).manifest(f"{ward.served.base}/Group/ward/$export")
        assert sum(len(found) for found in Bulk(plain).files(manifest).values()) == sum(
            entry["count"] for entry in manifest["output"]
        )
