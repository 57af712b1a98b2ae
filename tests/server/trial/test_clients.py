"""The store as other people's clients and a real subscriber see it, over loopback."""

import asyncio
import json
import socket

import httpx
import pytest
from fastapi import FastAPI, Request
from fhirclient import client as fhirclient
from fhirclient.models.condition import Condition
from fhirclient.models.patient import Patient
from fhirpy import AsyncFHIRClient
from fhirpy.base.exceptions import MultipleResourcesFound, OperationOutcome, ResourceNotFound
from starlette.responses import Response


async def test_fhirpy(served):
    client = AsyncFHIRClient(served)
    patient = client.resource("Patient", name=[{"family": "Silva"}])
    patient["identifier"] = [{"system": "http://mrn", "value": "1"}]
    await patient.save()
    assert patient["meta"]["versionId"] == "1"
    patient["active"] = True
    await patient.save()
    assert patient["meta"]["versionId"] == "2"
    await patient.refresh()

    for n in range(7):
        condition = client.resource("Condition", subject=patient.to_reference())
        condition["code"] = {"coding": [{"system": "http://snomed.info/sct", "code": str(n)}]}
        await condition.create()
    search = client.resources("Condition").search(patient=patient.to_reference())
    assert len(await search.limit(3).fetch()) == 3
    assert len(await search.limit(3).fetch_all()) == 7
    only = await search.search(code="http://snomed.info/sct|4").get()
    assert only["code"]["coding"][0]["code"] == "4"
    assert await client.resources("Condition").sort("-_lastUpdated").first()
    with pytest.raises(MultipleResourcesFound):
        await search.get()
    with pytest.raises(OperationOutcome):
        await client.resources("Condition").search(unheard="1").fetch()

    found, created = (
        await client.resources("Patient")
        .search(identifier="http://mrn|1")
        .get_or_create(client.resource("Patient"))
    )
    assert (found["id"], bool(created)) == (patient["id"], False)
    history = await client.execute(f"Patient/{patient['id']}/_history", method="get")
    assert history["total"] == 2

    await only.delete()
    with pytest.raises(ResourceNotFound):
        await client.reference("Patient", "none").to_resource()
    bundle = client.resource("Bundle", type="transaction")
    bundle["entry"] = [
        {
            "resource": {"resourceType": "Patient", "id": "t"},
            "request": {"method": "PUT", "url": "Patient/t"},
        }
    ]
    assert (await bundle.save())["type"] == "transaction-response"
    assert (await client.reference("Patient", "t").to_resource())["id"] == "t"


async def test_fhirpy_counts(served):
    client = AsyncFHIRClient(served)
    for _ in range(3):
        await client.resource("Patient").save()
    assert await client.resources("Patient").count() == 3


async def test_fhirclient(served):
    def drive() -> None:
        smart = fhirclient.FHIRClient(settings={"app_id": "test", "api_base": served})
        smart.prepare()
        assert smart.server.capabilityStatement.fhirVersion == "4.0.1"
        patient = Patient({"name": [{"family": "Silva", "given": ["Ana"]}]})
        created = patient.create(smart.server)
        patient = Patient.read(created["id"], smart.server)
        assert patient.name[0].family == "Silva"
        patient.active = True
        patient.update(smart.server)
        for code in ("1", "2", "3"):
            subject = {"reference": f"Patient/{patient.id}"}
            Condition({"subject": subject, "code": {"coding": [{"code": code}]}}).create(
                smart.server
            )
        found = Condition.where({"patient": patient.id, "code": "2"}).perform_resources_iter(
            smart.server
        )
        assert [one.code.coding[0].code for one in found] == ["2"]
        pages = Condition.where({"patient": patient.id, "_count": "2"}).perform_iter(smart.server)
        assert [len(page.entry) for page in pages] == [2, 1]
        patient.delete(smart.server)

    await asyncio.to_thread(drive)


@pytest.fixture
def dead_proxy(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")


async def test_a_subscriber_over_the_network(dead_proxy, served, serve):
    """Both kinds reach a real endpoint, and the change is readable when it hears of it.

    A proxy is set, as in many hospitals, and is not asked about this machine.
    """
    app, heard = FastAPI(), asyncio.Queue()

    @app.post("/topic")
    async def topic(request: Request) -> Response:
        bundle = await request.json()
        for entry in bundle["entry"][1:]:
            async with httpx.AsyncClient(trust_env=False) as client:
                await heard.put((await client.get(entry["fullUrl"])).json()["id"])
        return Response(status_code=200)

    @app.post("/classic")
    async def classic(request: Request) -> Response:
        await heard.put((await request.body()) + request.headers["x-secret"].encode())
        return Response(status_code=204)

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        hook = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with serve(app, listener), httpx.AsyncClient(trust_env=False) as client:
            for name, channel, criteria in [
                ("a", {"endpoint": f"{hook}/classic", "header": ["X-Secret: s"]},
                 "DocumentReference?status=current"),
                ("b", {"endpoint": f"{hook}/topic", "payload": "application/fhir+json",
                       "_payload": {"extension": [{
                           "url": "http://hl7.org/fhir/uv/subscriptions-backport/"
                                  "StructureDefinition/backport-payload-content",
                           "valueCode": "id-only"}]}},
                 "https://chartloom.dev/fhir/SubscriptionTopic/document-reference"),
            ]:  # fmt: skip
                body = {"resourceType": "Subscription", "id": name, "status": "requested"}
                body |= {"reason": "x", "criteria": criteria}
                body["channel"] = {"type": "rest-hook", **channel}
                answer = await client.put(f"{served}/Subscription/{name}", json=body)
                assert answer.status_code == 201, answer.text
            document = {"resourceType": "DocumentReference", "id": "d", "status": "current"}
            document["content"] = [{"attachment": {"url": "Binary/1"}}]
            await client.put(f"{served}/DocumentReference/d", content=json.dumps(document),
                             headers={"content-type": "application/fhir+json"})  # fmt: skip
            async with asyncio.timeout(10):
                assert {await heard.get(), await heard.get()} == {"d", b"s"}
