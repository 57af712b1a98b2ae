"""Events and how they reach subscribers, over a transport that plays the network."""

import asyncio
import json

import httpx
import pytest
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from server.trial.delivery import DeliveryPolicy
from server.trial.store import TrialStore

BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition"
TOPIC = "https://chartloom.dev/fhir/SubscriptionTopic/document-reference"
FEED = "http://hl7.org/fhir/us/core/SubscriptionTopic/patient-data-feed"
JSON = "application/fhir+json"
BASE = "http://store.test/fhir"


def subscription(content=None, criteria="DocumentReference?status=current", **channel):
    """Classic without `content`, else the R5 backport."""
    found = {
        "resourceType": "Subscription",
        "id": "s",
        "status": "requested",
        "reason": "test",
        "criteria": criteria,
        "channel": {"type": "rest-hook", "endpoint": "http://hook.test/in", **channel},
    }
    if content is not None:
        part = {"url": f"{BACKPORT}/backport-payload-content", "valueCode": content}
        found["criteria"] = TOPIC
        found["channel"] |= {"payload": JSON, "_payload": {"extension": [part]}}
    return found


def option(name, **value):
    return [{"url": f"{BACKPORT}/backport-{name}", **value}]


def document(name, status="current", subject="Patient/p"):
    return {
        "resourceType": "DocumentReference",
        "id": name,
        "status": status,
        "subject": {"reference": subject},
        "content": [{"attachment": {"url": "Binary/1"}}],
    }


async def put(client, body):
    answer = await client.put(f"{body['resourceType']}/{body['id']}", json=body)
    assert answer.is_success, answer.text
    return answer


async def status_of(client, wanted, seconds=10):
    """Wait until the Subscription has this status, and return it."""
    async with asyncio.timeout(seconds):
        while True:
            found = (await client.get("Subscription/s")).json()
            if found["status"] == wanted:
                return found
            await asyncio.sleep(0.02)


def parts(call):
    """Return a notification's Bundle, its status by parameter name, and its events."""
    bundle = json.loads(call.body)
    parameters = bundle["entry"][0]["resource"]["parameter"]
    values = {
        p["name"]: next(v for k, v in p.items() if k != "name")
        for p in parameters
        if p["name"] != "notification-event"
    }
    events = [
        {q["name"]: next(v for k, v in q.items() if k != "name") for q in p["part"]}
        for p in parameters
        if p["name"] == "notification-event"
    ]
    return bundle, values, events


async def test_classic_without_payload_is_an_empty_post(client, store, subscriber, deliver):
    async with deliver(store):
        await put(client, subscription(header=["X-Secret: abc", "X-Two: 2"]))
        await status_of(client, "active")
        assert subscriber.calls == []
        await put(client, document("d1"))
        await put(client, document("d2", status="superseded"))
        await put(client, {"resourceType": "Patient", "id": "p"})
        await put(client, document("d3"))
        calls = await subscriber.wait_for(2)
    assert [(call.method, call.path, call.body) for call in calls] == [("POST", "/in", b"")] * 2
    assert (calls[0].headers["x-secret"], calls[0].headers["x-two"]) == ("abc", "2")


async def test_classic_with_payload_puts_the_version_that_fired(client, store, subscriber, deliver):
    await put(client, subscription(payload=JSON))
    await put(client, document("d1"))
    await put(client, document("d1", subject="Patient/q"))
    await client.delete("DocumentReference/d1")
    async with deliver(store):
        calls = await subscriber.wait_for(2)
    assert {(call.method, call.path) for call in calls} == {("PUT", "/in/DocumentReference/d1")}
    assert calls[0].headers["content-type"] == JSON
    bodies = [json.loads(call.body) for call in calls]
    assert [body["meta"]["versionId"] for body in bodies] == ["1", "2"]
    assert bodies[1]["subject"]["reference"] == "Patient/q"


async def test_backport_handshake_comes_first(client, store, subscriber, deliver):
    await put(client, subscription("id-only", header=["X-Secret: abc"]))
    async with deliver(store):
        await status_of(client, "active")
    (call,) = subscriber.calls
    bundle, values, events = parts(call)
    assert (call.method, call.path, call.headers["x-secret"]) == ("POST", "/in", "abc")
    assert call.headers["content-type"] == JSON
    assert bundle["type"] == "history"
    assert len(bundle["entry"]) == 1
    assert values == {
        "subscription": {"reference": f"{BASE}/Subscription/s"},
        "topic": TOPIC,
        "status": "requested",
        "type": "handshake",
        "events-since-subscription-start": "0",
    }
    assert events == []


@pytest.mark.parametrize("content", ["empty", "id-only", "full-resource"])
async def test_backport_tells_as_much_as_was_asked_for(client, store, subscriber, deliver, content):
    async with deliver(store):
        await put(client, subscription(content))
        await status_of(client, "active")
        await put(client, document("d1"))
        await client.post("DocumentReference", json=document("ignored"))
        calls = await subscriber.wait_for(3)
    bundle, values, (event,) = parts(calls[1])
    assert values["type"] == "event-notification"
    assert values["status"] == "active"
    assert values["events-since-subscription-start"] in {"1", "2"}
    assert ("topic" in values) == (content != "empty")
    assert event["event-number"] == "1"
    assert event["timestamp"]
    assert all({"request", "response"} <= entry.keys() for entry in bundle["entry"])
    assert bundle["entry"][0]["request"]["url"].endswith("/Subscription/s/$status")
    assert bundle["entry"][0]["response"] == {"status": "200"}
    focus = bundle["entry"][1:]
    if content == "empty":
        assert focus == []
        assert "focus" not in event
        assert "DocumentReference" not in calls[1].body.decode()
        return
    assert event["focus"] == {"reference": f"{BASE}/DocumentReference/d1"}
    assert focus[0]["fullUrl"] == f"{BASE}/DocumentReference/d1"
    assert focus[0]["request"] == {"method": "PUT", "url": "DocumentReference/d1"}
    assert focus[0]["response"]["status"] == "201"
    assert ("resource" in focus[0]) == (content == "full-resource")
    assert parts(calls[2])[0]["entry"][1]["request"] == {
        "method": "POST",
        "url": "DocumentReference",
    }


async def test_filters_must_all_hold_and_the_feed_names_its_trigger(
    client, store, subscriber, deliver
):
    body = subscription("id-only")
    body["criteria"] = FEED
    filters = ["DocumentReference?patient=Patient/p&trigger=feed-event", "Encounter?type=x"]
    body["_criteria"] = {
        "extension": [o for f in filters for o in option("filter-criteria", valueString=f)]
    }
    async with deliver(store):
        await put(client, body)
        await status_of(client, "active")
        await put(client, document("d1", subject="Patient/q"))
        await put(client, document("d2"))
        calls = await subscriber.wait_for(2)
        await asyncio.sleep(0.1)
    _, values, (event,) = parts(calls[-1])
    assert len(calls) == 2
    assert values["topic"] == FEED
    assert event["focus"]["reference"].endswith("/d2")
    assert event["trigger"]["code"] == "feed-event"


async def test_events_are_counted_without_gaps_and_come_in_order(
    client, store, subscriber, deliver
):
    await put(client, subscription("id-only"))
    async with deliver(store):
        await asyncio.gather(*(put(client, document(f"d{n}")) for n in range(15)))
        calls = await subscriber.wait_for(16)
    numbers = [int(event["event-number"]) for call in calls for event in parts(call)[2]]
    assert numbers == list(range(1, 16))


async def test_several_events_share_a_notification_up_to_max_count(
    client, store, subscriber, deliver
):
    await put(client, subscription("id-only", extension=option("max-count", valuePositiveInt=4)))
    for number, name in enumerate(["a", "b", "a", "c", "d"]):
        await put(client, document(name, subject=f"Patient/{number}"))
    async with deliver(store):
        calls = await subscriber.wait_for(3)
    assert [len(parts(call)[2]) for call in calls] == [0, 4, 1]
    bundle, _, events = parts(calls[1])
    urls = [entry["fullUrl"] for entry in bundle["entry"]]
    assert len(set(urls)) == len(urls) == 4
    assert [event["event-number"] for event in events] == ["1", "2", "3", "4"]


async def test_failures_are_tried_again_in_order(client, store, subscriber, deliver):
    subscriber.answers = [200, 500, httpx.ConnectError("down"), 503]
    await put(client, subscription("id-only"))
    for name in ("d1", "d2"):
        await put(client, document(name))
    async with deliver(store):
        calls = await subscriber.wait_for(6)
        await status_of(client, "active")
    numbers = [event["event-number"] for call in calls for event in parts(call)[2]]
    assert numbers == ["1", "1", "1", "1", "2"]


async def test_given_up_then_asked_for_again(client, store, subscriber, deliver):
    subscriber.answers = [200, *[500] * 4]
    await put(client, subscription("id-only"))
    await put(client, document("d1"))
    async with deliver(store):
        failed = await status_of(client, "error")
        assert failed["error"] == "the endpoint answered 500"
        await put(client, document("d2"))
        state = (await client.get("Subscription/s/$status")).json()["entry"][0]["resource"]
        await asyncio.sleep(0.1)
        assert len(subscriber.calls) == 5
        await put(client, subscription("id-only"))
        calls = await subscriber.wait_for(8)
        active = await status_of(client, "active")
    values = {p["name"]: p for p in state["parameter"]}
    assert values["events-since-subscription-start"]["valueString"] == "2"
    assert values["status"]["valueCode"] == "error"
    assert values["type"]["valueCode"] == "query-status"
    assert "error" in values
    assert "error" not in active
    assert [parts(call)[1]["type"] for call in calls[5:]] == ["handshake"] + [
        "event-notification"
    ] * 2
    assert [parts(call)[2][0]["event-number"] for call in calls[6:]] == ["1", "2"]


async def test_a_handshake_that_fails_ends_in_error(client, store, subscriber, deliver):
    subscriber.answers = [404] * 4
    async with deliver(store):
        await put(client, subscription("id-only"))
        await status_of(client, "error")
    assert {parts(call)[1]["type"] for call in subscriber.calls} == {"handshake"}


async def test_heartbeats_count_nothing(client, store, subscriber, deliver):
    await put(
        client, subscription("id-only", extension=option("heartbeat-period", valueUnsignedInt=1))
    )
    async with deliver(store):
        calls = await subscriber.wait_for(2)
    _, values, events = parts(calls[1])
    assert (values["type"], values["events-since-subscription-start"]) == ("heartbeat", "0")
    assert events == []


async def test_off_ended_and_deleted_subscriptions_are_silent(client, store, subscriber, deliver):
    await put(client, {**subscription(), "id": "off", "status": "off"})
    await put(client, {**subscription(), "id": "gone"})
    await put(client, {**subscription(), "end": "2020-01-01T00:00:00Z"})
    await client.delete("Subscription/gone")
    async with deliver(store):
        await status_of(client, "off")
        await put(client, document("d1"))
        await asyncio.sleep(0.2)
    assert subscriber.calls == []


async def test_an_update_without_change_is_no_event(client, store, subscriber, deliver):
    await put(client, subscription())
    await put(client, document("d1"))
    await put(client, document("d1"))
    async with deliver(store):
        await subscriber.wait_for(1)
        await asyncio.sleep(0.1)
    assert len(subscriber.calls) == 1


async def test_a_transaction_that_fails_leaves_no_event(client, store, subscriber, deliver):
    await put(client, subscription())
    entries = [
        {"request": {"method": "PUT", "url": "DocumentReference/d"}, "resource": document("d")},
        {"request": {"method": "GET", "url": "Patient/none"}},
    ]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    assert (await client.post("", json=bundle)).status_code == 404
    async with deliver(store):
        await status_of(client, "active")
        await asyncio.sleep(0.1)
    assert subscriber.calls == []


async def test_events_wait_for_a_process_that_delivers(client, store, subscriber, deliver, pool):
    """What was written before a crash is delivered after it, by a store that knows nothing."""
    await put(client, subscription())
    await put(client, document("d1"))
    later = await TrialStore.open(
        pool, BASE, transport=httpx.MockTransport(subscriber.handle_async_request)
    )
    async with deliver(later):
        assert len(await subscriber.wait_for(1)) == 1


async def test_several_processes_deliver_each_event_once(
    client, store, subscriber, deliver, database_url
):
    await put(client, subscription("id-only"))
    transport = httpx.MockTransport(subscriber.handle_async_request)
    kwargs = {"row_factory": dict_row}
    async with AsyncConnectionPool(database_url, kwargs=kwargs, open=False) as other_pool:
        other = await TrialStore.open(other_pool, BASE, transport=transport)
        async with deliver(store), deliver(other):
            for n in range(12):
                await put(client, document(f"d{n}"))
            await subscriber.wait_for(13)
            await asyncio.sleep(0.1)
    numbers = [int(event["event-number"]) for call in subscriber.calls for event in parts(call)[2]]
    assert numbers == list(range(1, 13))


async def test_a_lease_that_nobody_gave_back_ends(client, store, subscriber, deliver, pool):
    await put(client, subscription())
    await put(client, document("d1"))
    async with pool.connection() as connection:
        await connection.execute(
            "UPDATE trial.subscription SET lease = gen_random_uuid(),"
            " lease_until = clock_timestamp() + interval '0.5 s'"
        )
    async with deliver(store):
        await asyncio.sleep(0.2)
        assert subscriber.calls == []
        await subscriber.wait_for(1)


async def test_a_delivery_that_is_cut_off_is_taken_up_at_once(client, store, pool, deliver):
    started = asyncio.Event()

    async def hang(_: httpx.Request) -> httpx.Response:
        started.set()
        await asyncio.sleep(60)
        raise AssertionError

    await put(client, subscription())
    await put(client, document("d1"))
    stuck = await TrialStore.open(pool, BASE, transport=httpx.MockTransport(hang))
    async with deliver(stuck):
        await asyncio.wait_for(started.wait(), 5)
    async with pool.connection() as connection:
        cursor = await connection.execute("SELECT lease, delivered FROM trial.subscription")
        assert await cursor.fetchone() == {"lease": None, "delivered": 0}


async def test_a_slow_subscriber_holds_up_nobody_who_writes(client, store, pool, deliver):
    started = asyncio.Event()

    async def slow(_: httpx.Request) -> httpx.Response:
        started.set()
        await asyncio.sleep(60)
        raise AssertionError

    await put(client, subscription())
    await put(client, document("d1"))
    store = await TrialStore.open(pool, BASE, transport=httpx.MockTransport(slow))
    async with deliver(store):
        await asyncio.wait_for(started.wait(), 5)
        async with asyncio.timeout(2):
            await put(client, document("d2"))
            await put(client, subscription(header=["X: y"]))


async def test_a_subscriber_that_never_answers_is_a_failure(client, store, pool, deliver):
    async def hang(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(60)
        raise AssertionError

    body = subscription("id-only", extension=option("timeout", valueUnsignedInt=1))
    await put(client, body)
    transport = httpx.MockTransport(hang)
    policy = DeliveryPolicy(attempts=1, poll=0.05)
    store = await TrialStore.open(pool, BASE, policy=policy, transport=transport)
    async with deliver(store):
        found = await status_of(client, "error")
    assert found["error"] == "no answer from the endpoint (TimeoutError)"


async def test_status_of_one_and_of_many(client):
    await put(client, subscription("id-only"))
    await put(client, {**subscription(), "id": "off", "status": "off"})

    async def ids(answer):
        assert answer.status_code == 200, answer.text
        bundle = answer.json()
        assert (bundle["type"], bundle["total"]) == ("searchset", len(bundle["entry"]))
        assert all(entry["search"] == {"mode": "match"} for entry in bundle["entry"])
        return [
            entry["resource"]["parameter"][0]["valueReference"]["reference"].rsplit("/")[-1]
            for entry in bundle["entry"]
        ]

    body = {"resourceType": "Parameters", "parameter": [{"name": "id", "valueId": "s"}]}
    assert await ids(await client.get("Subscription/s/$status")) == ["s"]
    assert await ids(await client.post("Subscription/s/$status")) == ["s"]
    assert await ids(await client.get("Subscription/$status")) == ["off", "s"]
    assert await ids(await client.get("Subscription/$status?id=s,off")) == ["off", "s"]
    assert await ids(await client.get("Subscription/$status?status=off")) == ["off"]
    assert await ids(await client.post("Subscription/$status", json=body)) == ["s"]
    assert (await client.get("Subscription/none/$status")).status_code == 404
    assert (await client.get("Subscription/$status?what=1")).status_code == 400
    assert (await client.post("Subscription/$status", json={})).status_code == 400


async def test_events_can_be_asked_for(client):
    await put(client, subscription("id-only"))
    for n in range(1, 5):
        await put(client, document(f"d{n}"))
    url = "Subscription/s/$events?eventsSinceNumber=2&eventsUntilNumber=3&content=full-resource"
    bundle = (await client.get(url)).json()
    assert [e["resource"]["id"] for e in bundle["entry"][1:]] == ["d2", "d3"]
    kinds = [p.get("valueCode") for p in bundle["entry"][0]["resource"]["parameter"]]
    assert "query-event" in kinds
    assert len((await client.get("Subscription/s/$events")).json()["entry"]) == 5
    assert (await client.get("Subscription/s/$events?content=all")).status_code == 400
    assert (await client.get("Subscription/s/$events?eventsSinceNumber=x")).status_code == 400
    assert (await client.get("Subscription/none/$events")).status_code == 404


@pytest.mark.parametrize("ticks", range(4))
async def test_it_stops_even_if_woken_at_that_moment(store, ticks):
    """asyncio.wait_for of Python 3.11 forgets a cancellation that comes with the result."""
    task = asyncio.create_task(store.deliver_forever())
    await asyncio.sleep(0.2)
    store._deliverer._wake.set()
    for _ in range(ticks):
        await asyncio.sleep(0)
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=2)
    for _ in range(5):
        task.cancel()
        await asyncio.sleep(0.01)
    assert done == {task}
