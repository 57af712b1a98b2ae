"""Our Subscription on a store that is not ours: registered once, and brought back to life."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest

from server.settings import read_settings
from server.subscription import SECRET_HEADER, to_subscription

TOPIC = "https://chartloom.dev/fhir/SubscriptionTopic/document-reference"
Serving = Callable[..., AbstractContextManager[Any]]
QUICK = {"retry_seconds": 0.1, "stalled_seconds": 2, "processes": 1, "jobs_at_once": 1}


@pytest.fixture
def apart(store_at: Callable[..., AbstractContextManager[Any]]) -> Iterator[Any]:
    """A store of its own for each test: Subscriptions of others would be in the way."""
    with store_at() as apart:
        yield apart


def ours(apart: Any, served: Any) -> list[dict[str, Any]]:
    endpoint = f"{served.root}/notify/documents"
    found = apart.hospital.find("Subscription", _count="100")
    return [one for one in found if one["channel"]["endpoint"] == endpoint]


def active(apart: Any, served: Any) -> dict[str, Any]:
    """Wait until our one Subscription is active."""

    def found() -> dict[str, Any] | None:
        subscriptions = ours(apart, served)
        assert len(subscriptions) <= 1
        alive = subscriptions and subscriptions[0]["status"] == "active"
        return subscriptions[0] if alive else None

    return served.wait_for(found)


@pytest.mark.parametrize("topic", [None, TOPIC], ids=["classic", "backport"])
def test_one_subscription_over_two_starts_and_it_delivers(
    serving: Serving, apart: Any, database_url: str, topic: str | None
) -> None:
    settings = {
        "DATABASE_URL": database_url,
        "fhir_store": apart.base,
        "subscription_topic": topic,
        "reconcile_seconds": 3600,
    } | QUICK
    with serving(**settings) as served:
        first = active(apart, served)
        port = int(served.root.rpartition(":")[2])
    with serving(**settings, port=port) as served:
        assert active(apart, served)["id"] == first["id"]
        assert active(apart, served)["meta"]["versionId"] == first["meta"]["versionId"]
        assert served.app.state.intake.secret in first["channel"]["header"][0]
        note = apart.hospital.note("Hypertension.", subject={"reference": apart.hospital.patient()})
        assert served.job(f"DocumentReference/{note['id']}")["state"] == "done"
        assert apart.hospital.concept(note, "Condition", "hypertension")


def test_a_subscription_that_the_store_gave_up_is_requested_again(
    serving: Serving, apart: Any, database_url: str
) -> None:
    settings = {"DATABASE_URL": database_url, "fhir_store": apart.base} | QUICK
    with serving(**settings) as served:
        first = active(apart, served)
        port = int(served.root.rpartition(":")[2])
    missed = apart.hospital.note("Hypertension.")

    def given_up() -> bool | None:
        return ours(apart, served)[0]["status"] == "error" or None

    served.wait_for(given_up)
    with serving(**settings, port=port) as served:
        assert active(apart, served)["id"] == first["id"]
        assert served.job(f"DocumentReference/{missed['id']}")["state"] == "done"


def test_a_subscription_that_vanished_or_was_turned_off_comes_back(
    serving: Serving, apart: Any, database_url: str
) -> None:
    settings = {"DATABASE_URL": database_url, "fhir_store": apart.base, "reconcile_seconds": 0.3}
    with serving(**settings | QUICK) as served:
        first = active(apart, served)
        apart.hospital.put(first | {"status": "off"})
        assert active(apart, served)["id"] == first["id"]
        apart.hospital.client.delete(f"/Subscription/{first['id']}").raise_for_status()
        assert active(apart, served)["id"] != first["id"]


def test_a_server_that_lost_its_memory_finds_its_subscription(
    serving: Serving, apart: Any, database_url: str
) -> None:
    settings = {"DATABASE_URL": database_url, "fhir_store": apart.base} | QUICK
    with serving(**settings) as served:
        first = active(apart, served)
        port = int(served.root.rpartition(":")[2])

        async def forget() -> None:
            async with served.app.state.jobs._pool.connection() as connection:
                await connection.execute("DELETE FROM chartloom_memory")

        served.run(forget())
    with serving(**settings, port=port) as served:
        # The secret is another now, so the Subscription has to be told.
        secret = served.app.state.intake.secret
        assert secret not in first["channel"]["header"][0]

        def told() -> dict[str, Any] | None:
            found = active(apart, served)
            return found if found["channel"]["header"] == [f"{SECRET_HEADER}: {secret}"] else None

        assert served.wait_for(told)["id"] == first["id"]


def test_a_store_that_comes_late_is_waited_for(
    serving: Serving, store_at: Callable[..., Any], database_url: str
) -> None:
    with store_at() as gone:
        port = int(httpx.URL(gone.base).port or 0)
    settings = {"DATABASE_URL": database_url, "fhir_store": gone.base, "reconcile_seconds": 1}
    with serving(**settings | QUICK) as served:
        assert httpx.get(f"{served.root}/healthz").status_code == 200
        ready = httpx.get(f"{served.root}/readyz", timeout=30)
        assert (ready.status_code, ready.json()["store"]) == (503, "unavailable")
        with store_at(port) as store:
            assert active(store, served)
            assert httpx.get(f"{served.root}/readyz").status_code == 200


def test_the_two_forms() -> None:
    settings = read_settings(auth="off", port=8080)
    classic = to_subscription(settings, "secret")
    assert classic["criteria"] == "DocumentReference?status=current"
    assert classic["channel"]["type"] == "rest-hook"
    assert classic["channel"]["header"] == [f"{SECRET_HEADER}: secret"]
    backport = to_subscription(settings.model_copy(update={"subscription_topic": TOPIC}), "secret")
    assert backport["criteria"] == TOPIC
    assert backport["_criteria"]["extension"][0]["valueString"] == classic["criteria"]
    assert backport["channel"]["_payload"]["extension"][0]["valueCode"] == "id-only"
