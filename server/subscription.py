"""Our Subscription on the FHIR store, and the search that finds what it missed."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import structlog

from mappers.types import Resource
from server.database import Pool, recall, recall_or_keep, remember
from server.errors import AnswerTooLarge, DocumentGone, DocumentNotFound, describe
from server.settings import Settings
from server.store import FHIR_JSON, Store

log = structlog.get_logger()

Submit = Callable[[Resource], Awaitable[None]]

SECRET_HEADER = "X-Chartloom-Secret"  # noqa: S105 - the header's name
NAME = "documents"
BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition"
# A transaction that commits late may carry an earlier lastUpdated than one already seen.
SUBSCRIPTION_LOCK = 0x43484C53
OVERLAP = timedelta(seconds=60)


async def notification_secret(pool: Pool) -> str:
    """The secret that notifications carry: made at the first start, kept ever after."""
    return str(await recall_or_keep(pool, "notification-secret", secrets.token_urlsafe(32)))


def to_subscription(settings: Settings, secret: str) -> Resource:
    """Build our Subscription: R5 backport when a topic is configured, else classic R4."""
    channel: dict[str, Any] = {
        "type": "rest-hook",
        "endpoint": f"{settings.base_url}/notify/{NAME}",
        "payload": FHIR_JSON,
        "header": [f"{SECRET_HEADER}: {secret}"],
    }
    subscription: Resource = {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "Chartloom reads new clinical notes",
        "criteria": settings.subscription_criteria,
        "channel": channel,
    }
    if settings.subscription_topic is not None:
        content = {"url": f"{BACKPORT}/backport-payload-content", "valueCode": "id-only"}
        criteria = {
            "url": f"{BACKPORT}/backport-filter-criteria",
            "valueString": settings.subscription_criteria,
        }
        channel["_payload"] = {"extension": [content]}
        subscription |= {
            "meta": {"profile": [f"{BACKPORT}/backport-subscription"]},
            "criteria": settings.subscription_topic,
            "_criteria": {"extension": [criteria]},
        }
    return subscription


async def ensure_subscribed(store: Store, pool: Pool, settings: Settings) -> None:
    """Make sure that exactly one working Subscription of ours is on the store.

    Raises as the store's client does.
    """
    wanted = to_subscription(settings, await notification_secret(pool))
    async with pool.connection() as connection:
        # Two servers that start together must not both find that there is none.
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", (SUBSCRIPTION_LOCK,))
        await _ensure(store, pool, wanted)


async def _ensure(store: Store, pool: Pool, wanted: Resource) -> None:
    known = await recall(pool, f"subscription|{store.base}")
    found = await _read(store, known) or await _search(store, wanted["channel"]["endpoint"])
    if found is None:
        found = await store.create(wanted)
        log.info("subscription.registered")
    elif _needs_update(found, wanted):
        found = await store.update(wanted | {"id": found["id"]})
        log.info("subscription.renewed")
    if found.get("id") != known:
        await remember(pool, f"subscription|{store.base}", found.get("id"))


async def _read(store: Store, identity: str | None) -> Resource | None:
    if identity is None:
        return None
    try:
        return await store.read(f"Subscription/{identity}")
    except (DocumentNotFound, DocumentGone):
        return None


async def _search(store: Store, endpoint: str) -> Resource | None:
    # Not every store supports the search parameter `url`, so each answer is looked at.
    async for candidate in store.search("Subscription", {"type": "rest-hook"}):
        if candidate.get("channel", {}).get("endpoint") == endpoint:
            return candidate
    return None


def _needs_update(found: Resource, wanted: Resource) -> bool:
    if found.get("status") not in ("active", "requested"):
        return True
    parts = ("endpoint", "header", "payload", "_payload")
    theirs, ours = found.get("channel", {}), wanted["channel"]
    return any(found.get(name) != wanted.get(name) for name in ("criteria", "_criteria")) or any(
        theirs.get(name) != ours.get(name) for name in parts
    )


async def stay_subscribed(store: Store, pool: Pool, settings: Settings) -> None:
    """Register, and look again every so often: a store may have given up on us meanwhile."""
    wait = settings.retry_seconds
    while True:
        try:
            await ensure_subscribed(store, pool, settings)
            wait = settings.reconcile_seconds
        except Exception as error:
            log.warning("subscription.not_registered", error=describe(error))
            wait = min(2 * wait, settings.reconcile_seconds)
        await asyncio.sleep(wait)


class Reconciler:
    """Searches the store for documents that changed since a stored cursor."""

    def __init__(self, store: Store, pool: Pool, settings: Settings) -> None:
        self._store, self._pool, self._settings = store, pool, settings
        self._key = f"cursor|{store.base}"
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Search now: a notification came that did not say what changed."""
        self._woken.set()

    async def run(self, submit: Submit) -> None:
        """Search again and again; `submit` takes each document that is found."""
        await recall_or_keep(self._pool, self._key, datetime.now(UTC).isoformat())
        while True:
            try:
                await self.reconcile(submit)
            except Exception as error:
                log.warning("reconciliation.failed", error=describe(error))
            try:
                async with asyncio.timeout(self._settings.reconcile_seconds):
                    await self._woken.wait()
            except TimeoutError:
                pass
            self._woken.clear()

    async def reconcile(self, submit: Submit) -> None:
        """Submit everything that changed since the cursor, and move it."""
        cursor = datetime.fromisoformat(str(await recall(self._pool, self._key)))
        kind, _, query = self._settings.subscription_criteria.partition("?")
        # A document that was withdrawn no longer meets the criteria, and nobody announces it.
        parameters = [pair for pair in parse_qsl(query) if pair[0] != "status"]
        since = (cursor - OVERLAP).isoformat(timespec="milliseconds")
        parameters += [("_lastUpdated", f"ge{since}"), ("_sort", "_lastUpdated")]
        try:
            latest = await self._submit_found(submit, kind, [*parameters, ("_count", "50")])
        except AnswerTooLarge:  # notes of many megabytes: one at a time
            latest = await self._submit_found(submit, kind, [*parameters, ("_count", "1")])
        if latest is not None and latest > cursor:
            await remember(self._pool, self._key, latest.isoformat())

    async def _submit_found(
        self, submit: Submit, kind: str, query: Sequence[tuple[str, str]]
    ) -> datetime | None:
        """Submit all matches; returns when the latest of them was updated."""
        latest = None
        async for document in self._store.search(kind, query):
            await submit(document)
            if updated := document.get("meta", {}).get("lastUpdated"):
                instant = datetime.fromisoformat(updated)
                latest = max(latest or instant, instant)
        return latest
