"""Whatever a caller sends, the answer is never an error of the server's own."""

import copy
import json
import random

ODD = [
    None, 5, 2.5, True, "", [], {}, "x", "\x01", "http://x", [None], [[]], {"a": 1}, [{}],
    "Patient/1", "urn:uuid:1", "a|b|c", -1, 10**18,
]  # fmt: skip
BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport"
SUBSCRIPTION = {
    "resourceType": "Subscription",
    "id": "s",
    "status": "requested",
    "reason": "t",
    "end": "2099-01-01T00:00:00Z",
    "criteria": "https://chartloom.dev/fhir/SubscriptionTopic/document-reference",
    "_criteria": {
        "extension": [
            {"url": f"{BACKPORT}-filter-criteria", "valueString": "DocumentReference?status=x"}
        ]
    },
    "channel": {
        "type": "rest-hook",
        "endpoint": "http://hook.test/x",
        "header": ["A: b"],
        "payload": "application/fhir+json",
        "_payload": {"extension": [{"url": f"{BACKPORT}-payload-content", "valueCode": "empty"}]},
        "extension": [{"url": f"{BACKPORT}-max-count", "valuePositiveInt": 3}],
    },
}
DOCUMENT = {
    "resourceType": "DocumentReference",
    "id": "d",
    "meta": {"tag": [{"system": "a", "code": "b"}]},
    "status": "current",
    "identifier": [{"system": "a", "value": "b"}],
    "subject": {"reference": "Patient/1", "identifier": {"value": "x"}},
    "date": "2020-01-01T00:00:00Z",
    "context": {"period": {"start": "2020"}, "encounter": [{"reference": "Encounter/1"}]},
    "content": [{"attachment": {"url": "Binary/1", "contentType": "text/plain"}}],
}
PATIENT = {"resourceType": "Patient", "name": [{"family": "x", "given": ["y"]}]}
ENTRIES = [
    {
        "fullUrl": "urn:uuid:1",
        "resource": DOCUMENT,
        "request": {"method": "PUT", "url": "DocumentReference/d", "ifMatch": 'W/"1"'},
    },
    {
        "fullUrl": "urn:uuid:2",
        "resource": PATIENT,
        "request": {"method": "POST", "url": "Patient", "ifNoneExist": "name=x"},
    },
    {"request": {"method": "GET", "url": "Patient?name=x&_count=2"}},
    {"request": {"method": "DELETE", "url": "Patient/1"}},
]
SENT = [
    ("POST", "Subscription", SUBSCRIPTION),
    ("PUT", "Subscription/s", SUBSCRIPTION),
    ("POST", "DocumentReference", DOCUMENT),
    ("PUT", "DocumentReference/d", DOCUMENT),
    ("POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": ENTRIES}),
    ("POST", "", {"resourceType": "Bundle", "type": "batch", "entry": ENTRIES}),
]
NAMES = [
    "identifier", "_id", "subject", "patient", "date", "status", "_lastUpdated", "_sort", "_count",
    "_cursor", "_total", "_summary", "type:not", "subject:missing", "patient:identifier",
    "subject:Patient", "_tag", "_format", "_since",
]  # fmt: skip
VALUES = [
    "", "|", "||", "a|", "|a", "\\", "\\,", "a\\", "%25", "%00", "%ff", ",", "2020", "ge", "ge2020",
    "9999", "0001-01-01T00:00:00%2B14:00", "ge9998-12-31", "-", "x" * 3000, "Patient/", "/", "#",
    "-date", "date,date", "date,-date,_id", "9" * 20, "%F0%9F%98%80", "WyIyMDIwIiwiYSJd",
    "WyJhIiwiYSJd", "json", "true", "'", '"', "--", "\u0663", "\u00b2",
]  # fmt: skip
SEARCHED = [
    "DocumentReference", "DocumentReference/_history", "DocumentReference/d/_history",
    "Subscription/$status", "Subscription/s/$events",
]  # fmt: skip


def places(element, path=()):
    children = element.items() if isinstance(element, dict) else enumerate(element)
    for name, value in children:
        yield (*path, name)
        if isinstance(value, dict | list):
            yield from places(value, (*path, name))


def mutated(body, chance):
    body = copy.deepcopy(body)
    path = chance.choice(list(places(body)))
    inner = body
    for name in path[:-1]:
        inner = inner[name]
    if chance.random() < 0.2:
        del inner[path[-1]]
    else:
        inner[path[-1]] = chance.choice(ODD)
    return body


async def test_mutated_bodies(client):
    chance = random.Random(1)
    statuses = set()
    for _ in range(300):
        method, url, body = chance.choice(SENT)
        content = json.dumps(mutated(body, chance))
        headers = {"content-type": "application/fhir+json"}
        answer = await client.request(method, url, content=content, headers=headers)
        assert answer.status_code < 500, (answer.text, content)
        statuses.add(answer.status_code)
    assert {200, 201, 400, 422} <= statuses


async def test_mutated_queries(client):
    chance = random.Random(2)
    await client.put("DocumentReference/d", json=DOCUMENT)
    await client.put("Subscription/s", json=SUBSCRIPTION)
    for _ in range(400):
        pairs = [
            (chance.choice(NAMES), chance.choice(VALUES)) for _ in range(chance.choice([1, 2]))
        ]
        url = f"{chance.choice(SEARCHED)}?{'&'.join(map('='.join, pairs))}"
        answer = await client.get(url)
        assert answer.status_code < 500, (answer.text, url)
