"""Transactions and batches."""

import asyncio

import pytest

XHTML = "http://www.w3.org/1999/xhtml"
URN = "urn:uuid:11111111-1111-4111-8111-11111111111{}"
PATIENT = {"resourceType": "Patient", "name": [{"family": "Silva"}]}


def entry(method, url, resource=None, full_url=None, **request):
    found = {"request": {"method": method, "url": url, **request}}
    if resource is not None:
        found["resource"] = resource
    if full_url is not None:
        found["fullUrl"] = full_url
    return found


def condition(subject, **changes):
    return {"resourceType": "Condition", "subject": {"reference": subject}, **changes}


async def send(client, *entries, kind="transaction", **headers):
    bundle = {"resourceType": "Bundle", "type": kind, "entry": list(entries)}
    return await client.post("", json=bundle, headers=headers)


def statuses(answer):
    return [one["response"]["status"] for one in answer.json()["entry"]]


async def count(client, resource_type):
    return (await client.get(f"{resource_type}?_summary=count")).json()["total"]


async def test_answers_stand_in_the_order_of_the_entries(client):
    await client.put("Patient/old", json={**PATIENT, "id": "old"})
    await client.put("Patient/kept", json={**PATIENT, "id": "kept"})
    answer = await send(
        client,
        entry("GET", "Patient/new"),
        entry("GET", "Patient?_id=old,new&_sort=_id"),
        entry("PUT", "Patient/new", {**PATIENT, "id": "new"}),
        entry("POST", "Patient", PATIENT),
        entry("PUT", "Patient/kept", {**PATIENT, "id": "kept"}),
        entry("DELETE", "Patient/old"),
        entry("GET", "Patient/kept/_history/1"),
    )
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["type"] == "transaction-response"
    assert statuses(answer) == [
        "200 OK", "200 OK", "201 Created", "201 Created", "200 OK", "204 No Content", "200 OK",
    ]  # fmt: skip
    assert body["entry"][0]["resource"]["id"] == "new"
    assert [e["resource"]["id"] for e in body["entry"][1]["resource"]["entry"]] == ["new"]
    created = body["entry"][3]["response"]
    assert created["etag"] == 'W/"1"'
    assert created["lastModified"]
    read = await client.get(created["location"])
    assert read.json()["meta"]["lastUpdated"] == created["lastModified"]
    assert "resource" not in body["entry"][3]


async def test_resources_are_returned_when_asked_for(client):
    answer = await send(client, entry("POST", "Patient", PATIENT), Prefer="return=representation")
    assert answer.json()["entry"][0]["resource"]["name"] == PATIENT["name"]


async def test_urns_are_rewritten_wherever_they_stand(client):
    urn, binary = URN.format(1), URN.format(2)
    content = {"resourceType": "Binary", "contentType": "text/plain"}
    document = {
        "resourceType": "DocumentReference",
        "status": "current",
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": urn}],
        "subject": {"reference": urn},
        "content": [{"attachment": {"url": binary, "title": binary}}],
        "text": {"status": "generated", "div": f'<div xmlns="{XHTML}"><a href="{urn}">p</a></div>'},
        "contained": [
            {**condition(urn), "id": "c"},
        ],
        "extension": [
            {"url": "http://e", "valueReference": {"reference": urn}},
            {"url": "http://f", "valueUri": urn},
        ],
    }  # fmt: skip
    answer = await send(
        client,
        entry("POST", "DocumentReference", document, URN.format(3)),
        entry("POST", "Patient", PATIENT, urn),
        entry("PUT", "Binary/b1", {**content, "id": "b1"}, binary),
        Prefer="return=representation",
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    first, second, _ = (one["resource"] for one in answer.json()["entry"])
    patient = f"Patient/{second['id']}"
    assert first["subject"]["reference"] == patient
    assert first["content"][0]["attachment"] == {"url": "Binary/b1", "title": binary}
    assert first["contained"][0]["subject"]["reference"] == patient
    assert first["extension"][0]["valueReference"]["reference"] == patient
    assert first["extension"][1]["valueUri"] == patient
    assert f'href="{patient}"' in first["text"]["div"]
    assert first["identifier"][0]["value"] == urn
    assert (await client.get(f"DocumentReference?patient={patient}")).json()["total"] == 1


async def test_a_conditional_create_that_matches_is_what_references_mean(client):
    patient = {**PATIENT, "identifier": [{"system": "http://mrn", "value": "1"}]}
    known = (await client.post("Patient", json=patient)).json()["id"]
    answer = await send(
        client,
        entry("POST", "Condition", condition(URN.format(1))),
        entry("POST", "Patient", patient, URN.format(1), ifNoneExist="identifier=http://mrn|1"),
        Prefer="return=representation",
    )
    assert statuses(answer) == ["201 Created", "200 OK"]
    assert answer.json()["entry"][0]["resource"]["subject"]["reference"] == f"Patient/{known}"
    assert answer.json()["entry"][1]["response"]["etag"] == 'W/"1"'


async def test_full_urls_of_other_servers_are_rewritten(client):
    answer = await send(
        client,
        entry("POST", "Patient", PATIENT, "http://other/fhir/Patient/temp"),
        entry("POST", "Condition", condition("http://other/fhir/Patient/temp")),
        entry("POST", "Condition", condition("Patient/temp")),
        Prefer="return=representation",
    )
    patient, first, second = (one["resource"] for one in answer.json()["entry"])
    assert first["subject"]["reference"] == f"Patient/{patient['id']}"
    assert second["subject"]["reference"] == f"Patient/{patient['id']}"


async def test_references_may_be_searches(client):
    mrn = [{"system": "http://mrn", "value": "1"}]
    known = (await client.post("Patient", json={**PATIENT, "identifier": mrn})).json()["id"]
    wanted = entry("POST", "Condition", condition("Patient?identifier=http://mrn|1"))
    answer = await send(client, wanted, Prefer="return=representation")
    subject = answer.json()["entry"][0]["resource"]["subject"]
    assert subject == {"reference": f"Patient/{known}"}
    none = await send(client, entry("POST", "Condition", condition("Patient?identifier=none")))
    assert none.status_code == 412
    await client.post("Patient", json={**PATIENT, "identifier": mrn})
    assert (await send(client, wanted)).status_code == 412
    assert await count(client, "Condition") == 1


async def test_update_by_search_in_a_transaction(client):
    patient = {**PATIENT, "identifier": [{"value": "1"}]}
    one = entry("PUT", "Patient?identifier=1", patient, URN.format(1))
    two = entry("PUT", "Condition/c", {**condition(URN.format(1)), "id": "c"})
    assert statuses(await send(client, one, two)) == ["201 Created", "201 Created"]
    again = await send(client, one, two)
    assert statuses(again) == ["200 OK", "200 OK"]
    assert [e["response"]["etag"] for e in again.json()["entry"]] == ['W/"1"', 'W/"1"']


@pytest.mark.parametrize(
    ("bad", "status"),
    [
        (entry("POST", "Condition", condition(URN.format(9))), 400),
        (entry("POST", "Condition", {"resourceType": "Condition"}), 422),
        (entry("POST", "Patient", condition("Patient/1")), 400),
        (entry("PUT", "Patient/a", {**PATIENT, "id": "b"}), 400),
        (entry("PUT", "Patient", PATIENT), 400),
        (entry("POST", "Patient/a", PATIENT), 400),
        (entry("POST", "Patient"), 400),
        (entry("PATCH", "Patient/a", PATIENT), 400),
        (entry("POST", "Unknown", {"resourceType": "Unknown"}), 400),
        (entry("POST", "Patient/$merge", PATIENT), 404),
        (entry("GET", "Patient/none"), 404),
        (entry("GET", "Patient?unheard=1"), 400),
        (entry("GET", "Patient/a_b"), 400),
        (entry("PUT", "Patient/a", {**PATIENT, "id": "a"}, ifMatch='W/"3"'), 412),
        (entry("PUT", "Patient/a", {**PATIENT, "id": "a"}, ifMatch="x"), 400),
        (entry("POST", "Patient", PATIENT, ifNoneExist=""), 400),
        (entry("POST", "Patient", PATIENT, ifNoneExist=5), 400),
        (entry("DELETE", "Patient?name=x"), 400),
        (entry("POST", "Subscription", {"resourceType": "Subscription"}), 422),
        ({"resource": PATIENT}, 400),
        ("entry", 400),
    ],
    ids=lambda value: str(value)[:60],
)
async def test_nothing_is_written_when_one_entry_fails(client, bad, status):
    good = entry("POST", "Patient", PATIENT, URN.format(1))
    answer = await send(client, good, bad)
    assert answer.status_code == status, answer.text
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert "Bundle.entry[1]" in answer.text or URN.format(9) in str(bad)
    assert await count(client, "Patient") == 0


@pytest.mark.parametrize(
    "entries",
    [
        [entry("PUT", "Patient/a", {**PATIENT, "id": "a"}), entry("DELETE", "Patient/a")],
        [entry("PUT", "Patient/a", {**PATIENT, "id": "a"})] * 2,
        [entry("POST", "Patient", PATIENT, ifNoneExist="identifier=1")] * 2,
        [
            entry("POST", "Patient", PATIENT, ifNoneExist="identifier=known"),
            entry("PUT", "Patient/known", {**PATIENT, "id": "known"}),
        ],
        [
            entry("POST", "Patient", PATIENT, URN.format(1)),
            entry("POST", "Patient", PATIENT, URN.format(1)),
        ],
    ],
)
async def test_two_entries_about_one_resource_are_refused(client, entries):
    known = {**PATIENT, "id": "known", "identifier": [{"value": "known"}]}
    await client.put("Patient/known", json=known)
    assert (await send(client, *entries)).status_code == 400
    assert await count(client, "Patient") == 1


async def test_a_batch_goes_on_after_an_error(client):
    answer = await send(
        client,
        entry("POST", "Patient", PATIENT),
        entry("POST", "Patient", {"resourceType": "Patient", "gender": 1}),
        entry("GET", "Patient/none"),
        entry("GET", "Patient?_summary=count"),
        entry("PUT", "Patient/a", {**PATIENT, "id": "a"}, ifMatch='W/"1"'),
        "entry",
        kind="batch",
    )
    assert answer.json()["type"] == "batch-response"
    assert [status[:3] for status in statuses(answer)] == ["201", "422", "404", "200", "412", "400"]
    outcome = answer.json()["entry"][1]["response"]["outcome"]
    assert outcome["issue"][0]["expression"] == ["Bundle.entry[1]"]


@pytest.mark.parametrize(
    "bundle",
    [
        {"resourceType": "Patient"},
        {"resourceType": "Bundle"},
        {"resourceType": "Bundle", "type": "history"},
        {"resourceType": "Bundle", "type": "batch", "entry": {}},
    ],
)
async def test_other_bundles_are_refused(client, bundle):
    assert (await client.post("", json=bundle)).status_code == 400


async def test_an_empty_transaction_is_fine(client):
    assert (await send(client)).json()["entry"] == []


async def test_transactions_over_the_same_resources_take_turns(client):
    """Opposite orders would deadlock if locks were taken as entries come."""
    names = [f"p{n}" for n in range(6)]

    def bundle(number):
        bodies = [{**PATIENT, "id": name, "language": f"x-{number}"} for name in names]
        entries = [entry("PUT", f"Patient/{body['id']}", body) for body in bodies]
        return entries[:: 1 if number % 2 else -1]

    answers = await asyncio.gather(*(send(client, *bundle(number)) for number in range(16)))
    assert [answer.status_code for answer in answers] == [200] * 16
    last = {(await client.get(f"Patient/{name}")).json()["language"] for name in names}
    assert len(last) == 1
    assert (await client.get("Patient/p0/_history")).json()["total"] == 16
