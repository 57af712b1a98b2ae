"""Conditional create and update, alone and against each other."""

import asyncio

import pytest
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from server.trial.query import parse_criteria
from server.trial.store import TrialStore
from server.trial.types import Write

IDENTIFIER = {"system": "http://mrn", "value": "1"}
PATIENT = {"resourceType": "Patient", "identifier": [IDENTIFIER]}
CRITERIA = "identifier=http://mrn|1"


async def create(client, criteria=CRITERIA, body=PATIENT):
    return await client.post("Patient", json=body, headers={"If-None-Exist": criteria})


async def total(client, resource_type="Patient"):
    return (await client.get(f"{resource_type}?_summary=count")).json()["total"]


async def test_create_only_what_is_not_there(client):
    first, again = await create(client), await create(client)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.headers["location"] == first.headers["location"]
    assert again.json() == first.json()
    await client.post("Patient", json=PATIENT)
    assert (await create(client)).status_code == 412


@pytest.mark.parametrize(
    "criteria",
    [
        "Patient?identifier=http://mrn|1",
        "?identifier=http://mrn|1",
        "identifier=http%3A%2F%2Fmrn%7C1",
    ],
)
async def test_criteria_may_be_written_in_several_ways(client, criteria):
    await create(client)
    assert (await create(client, criteria)).status_code == 200


@pytest.mark.parametrize("criteria", ["", "?", "_count=1", "unheard=1", "identifier="])
async def test_criteria_that_say_nothing_are_refused(client, criteria):
    assert (await create(client, criteria)).status_code == 400
    assert (await client.put(f"Patient?{criteria}", json=PATIENT)).status_code == 400
    assert await total(client) == 0


async def test_deleted_resources_do_not_match(client):
    first = await create(client)
    await client.delete(f"Patient/{first.json()['id']}")
    assert (await create(client)).status_code == 201


async def test_twenty_at_once_make_one(client):
    answers = await asyncio.gather(*(create(client) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await total(client) == 1


async def test_twenty_transactions_at_once_make_one(client):
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "fullUrl": f"urn:uuid:0000000{n}-0000-4000-8000-000000000000",
                "resource": {"resourceType": "Patient", "identifier": [{"value": str(n)}]},
                "request": {"method": "POST", "url": "Patient", "ifNoneExist": f"identifier={n}"},
            }
            for n in range(5)
        ],
    }
    bundles = [{**bundle, "entry": bundle["entry"][:: 1 if n % 2 else -1]} for n in range(20)]
    answers = await asyncio.gather(*(client.post("", json=one) for one in bundles))
    statuses = [e["response"]["status"][:3] for a in answers for e in a.json()["entry"]]
    assert (statuses.count("201"), statuses.count("200")) == (5, 95)
    assert await total(client) == 5


async def test_update_by_search(client):
    created = await client.put(f"Patient?{CRITERIA}", json=PATIENT)
    assert created.status_code == 201
    name = created.json()["id"]
    updated = await client.put(f"Patient?{CRITERIA}", json={**PATIENT, "active": True})
    assert (updated.status_code, updated.headers["etag"]) == (200, 'W/"2"')
    assert updated.json()["id"] == name
    same = await client.put(f"Patient?{CRITERIA}", json={**PATIENT, "active": True, "id": name})
    assert same.headers["etag"] == 'W/"2"'
    other = await client.put(f"Patient?{CRITERIA}", json={**PATIENT, "id": "other"})
    assert other.status_code == 400
    await client.post("Patient", json=PATIENT)
    assert (await client.put(f"Patient?{CRITERIA}", json=PATIENT)).status_code == 412


async def test_update_by_search_takes_the_id_of_a_new_body(client):
    answer = await client.put(f"Patient?{CRITERIA}", json={**PATIENT, "id": "mine"})
    assert (answer.status_code, answer.json()["id"]) == (201, "mine")


async def test_updates_by_search_at_once_make_one(client):
    bodies = [{**PATIENT, "name": [{"family": f"F{n}"}]} for n in range(12)]
    answers = await asyncio.gather(
        *(client.put(f"Patient?{CRITERIA}", json=body) for body in bodies)
    )
    assert sorted(answer.status_code for answer in answers) == [200] * 11 + [201]
    assert await total(client) == 1


async def test_two_processes_make_one(client, database_url):
    """The same lock holds between connections of different pools."""
    kwargs = {"row_factory": dict_row}
    async with AsyncConnectionPool(database_url, kwargs=kwargs, open=False) as other:
        store = await TrialStore.open(other, "http://store.test/fhir")
        criteria = parse_criteria("Patient", CRITERIA)
        write = Write("POST", "Patient", resource=PATIENT, criteria=criteria)
        results = await asyncio.gather(
            *(store.write(write) for _ in range(8)), *(create(client) for _ in range(8))
        )
    statuses = [getattr(one, "status", None) or one.status_code for one in results]
    assert sorted(statuses) == [200] * 15 + [201]
    assert await total(client) == 1


async def test_criteria_of_a_create_may_stand_in_the_url(client):
    first = await client.post(f"Patient?{CRITERIA}&_format=json", json=PATIENT)
    again = await client.post(f"Patient?{CRITERIA}", json=PATIENT)
    assert (first.status_code, again.status_code) == (201, 200)
    both = await client.post(
        f"Patient?{CRITERIA}", json=PATIENT, headers={"If-None-Exist": CRITERIA}
    )
    assert both.status_code == 400
    assert (await client.post("Patient?_format=json", json=PATIENT)).status_code == 201
