"""Which Subscriptions the store takes, and what it makes of them."""

import copy

import pytest

BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition"
TOPIC = "https://chartloom.dev/fhir/SubscriptionTopic/document-reference"
FEED = "http://hl7.org/fhir/us/core/SubscriptionTopic/patient-data-feed"


def classic(criteria="DocumentReference?status=current", **channel):
    return {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "test",
        "criteria": criteria,
        "channel": {"type": "rest-hook", "endpoint": "http://hook.test/in", **channel},
    }


def extension(name, **value):
    return {"url": f"{BACKPORT}/backport-{name}", **value}


def backport(content="id-only", topic=TOPIC, filters=(), extensions=()):
    found = classic(topic, payload="application/fhir+json")
    found["meta"] = {"profile": [f"{BACKPORT}/backport-subscription"]}
    found["channel"]["_payload"] = {"extension": [extension("payload-content", valueCode=content)]}
    if extensions:
        found["channel"]["extension"] = list(extensions)
    if filters:
        parts = [extension("filter-criteria", valueString=text) for text in filters]
        found["_criteria"] = {"extension": parts}
    return found


@pytest.mark.parametrize(
    "body",
    [
        classic(),
        classic("DocumentReference"),
        classic("Observation?code=http://loinc.org|1-1&status=final"),
        classic(payload="application/fhir+json", header=["X-Secret: a b", "Authorization: B x"]),
        backport(),
        backport("empty"),
        backport("full-resource", filters=["DocumentReference?patient=Patient/1&status=current"]),
        backport(extensions=[extension("heartbeat-period", valueUnsignedInt=60)]),
        backport("empty", FEED, filters=["DocumentReference?category=x&trigger=feed-event"]),
        {**backport(), "end": "2099-01-01T00:00:00Z"},
    ],
)  # fmt: skip
async def test_what_it_can_do_is_taken(client, body):
    answer = await client.post("Subscription", json=body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["status"] == "requested"


def changed(body, path, value):
    body = copy.deepcopy(body)
    inner = body
    for name in path[:-1]:
        inner = inner.setdefault(name, {})
    inner[path[-1]] = value
    return body


def without(body, name):
    return {key: value for key, value in body.items() if key != name}


R5 = {"url": "http://hl7.org/fhir/5.0/StructureDefinition/extension-Subscription.topic"}


@pytest.mark.parametrize(
    ("body", "element"),
    [
        (classic("Unheard?x=1"), "criteria"),
        (classic("DocumentReference?unheard=1"), "criteria"),
        (classic("DocumentReference?_count=5"), "criteria"),
        (classic("DocumentReference?date=xx"), "criteria"),
        (classic("http://other/topic"), "criteria"),
        (classic(type="email"), "channel.type"),
        (classic(type="websocket"), "channel.type"),
        (classic(endpoint="ftp://x/y"), "channel.endpoint"),
        (classic(endpoint="http://"), "channel.endpoint"),
        (classic(endpoint="http://[x"), "channel.endpoint"),
        (classic(payload="application/fhir+xml"), "channel.payload"),
        (classic(header=["no colon"]), "channel.header"),
        (classic(header=["X: a\r\nY: b"]), "channel.header"),
        (classic(header=["Host: other"]), "channel.header"),
        (backport(topic="http://other/topic"), "criteria"),
        (backport(topic="DocumentReference?status=current"), "criteria"),
        (backport("everything"), "channel.payload"),
        (changed(backport(), ["channel", "payload"], "text/plain"), "channel.payload"),
        (changed(backport(), ["channel", "_payload"], {"extension": []}), "channel.payload"),
        (backport(filters=["Observation?code=1"]), "criteria"),
        (backport(filters=["DocumentReference?description=x"]), "criteria"),
        (backport(filters=["DocumentReference?date=xx"]), "criteria"),
        (backport(filters=["DocumentReference?trigger=feed-event"]), "criteria"),
        (backport(topic=FEED, filters=["DocumentReference?trigger=other"]), "criteria"),
        (backport(topic=FEED, filters=["DocumentReference?patient=a,b"]), "criteria"),
        (backport(extensions=[extension("heartbeat-period", valueString="x")]), "channel"),
        (backport(extensions=[extension("channel-type", valueCoding={})]), "extension"),
        (changed(classic(), ["extension"], [{**R5, "valueUri": TOPIC}]), "extension"),
        (changed(backport(), ["modifierExtension"], [{"url": "http://x", "valueCode": "x"}]),
         "modifierExtension"),
        (changed(classic(), ["status"], "error"), "status"),
        (changed(classic(header=[None]), ["channel", "_header"], [{"extension": [R5]}]), "x"),
        (without(classic(), "criteria") | {"_criteria": {"extension": [{"url": "x"}]}}, "x"),
    ],
)  # fmt: skip
async def test_what_it_cannot_do_is_refused(client, body, element):
    answer = await client.post("Subscription", json=body)
    assert answer.status_code == 422, answer.text
    assert (await client.get("Subscription?_summary=count")).json()["total"] == 0
    if element != "x":
        issue = answer.json()["issue"][0]
        assert issue["expression"] == [f"Subscription.{element}"], issue


async def test_a_date_that_makes_no_sense_never_stops_a_writer(client):
    """Filters are checked when they are set, since later they run in every transaction."""
    await client.post("Subscription", json=classic("DocumentReference?date=xx"))
    document = {"resourceType": "DocumentReference", "status": "current", "content": []}
    document["content"] = [{"attachment": {"url": "Binary/1"}}]
    assert (await client.post("DocumentReference", json=document)).status_code == 201


async def test_a_caller_that_says_active_has_to_wait(client):
    answer = await client.post("Subscription", json={**classic(), "status": "active"})
    assert answer.json()["status"] == "requested"


async def test_sending_the_same_again_changes_nothing(client):
    body = {**backport(), "id": "s"}
    await client.put("Subscription/s", json=body)
    again = await client.put("Subscription/s", json=body)
    assert again.headers["etag"] == 'W/"1"'
    off = await client.put("Subscription/s", json={**body, "status": "off"})
    assert off.json()["status"] == "off"


async def test_subscriptions_are_found_by_endpoint_and_criteria(client):
    await client.post("Subscription", json=classic())
    for query in ("url=http://hook.test/in", "criteria=DocumentReference", "status=requested",
                  "type=rest-hook"):  # fmt: skip
        assert (await client.get(f"Subscription?{query}")).json()["total"] == 1, query
    assert (await client.get("Subscription?url=http://hook.test")).json()["total"] == 0
