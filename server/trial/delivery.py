"""Delivery of events to subscribers: in order, again until it succeeds, or until it is given up."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx
import psycopg
import structlog

from server.database import Pool
from server.trial import lease
from server.trial.encoding import serialise
from server.trial.lease import Lease
from server.trial.notification_bundle import Kind, to_notification
from server.trial.outbox import CHANNEL

log = structlog.get_logger()

AT_ONCE: Final = 8
"""Subscribers called at the same time by one process."""

# A proxy in the environment is for the world outside, not for a subscriber on this machine.
_NO_PROXY: Final = dict.fromkeys(("all://127.0.0.1", "all://[::1]", "all://localhost"))


@dataclass(frozen=True, slots=True)
class DeliveryPolicy:
    """How often to try, and how long to wait. Times are in seconds.

    The defaults give a subscriber about seven minutes to come back before its Subscription is set
    to `error`. Waiting doubles from `first_delay` to `longest_delay`.
    """

    attempts: int = 12
    first_delay: float = 1.0
    longest_delay: float = 60.0
    poll: float = 1.0

    def delay(self, failures: int) -> timedelta:
        """Return how long to wait after that many failures in a row."""
        seconds = self.first_delay * 2 ** min(failures - 1, 30)
        return timedelta(seconds=min(seconds, self.longest_delay))


class Undelivered(Exception):
    """The subscriber did not take it; the message is fit for Subscription.error."""


class Deliverer:
    """Calls the subscribers of one store. Several processes may run one each."""

    def __init__(
        self,
        pool: Pool,
        base_url: str,
        *,
        policy: DeliveryPolicy,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._pool = pool
        self._base_url = base_url
        self._policy = policy
        self._transport = transport
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Deliver until cancelled. An unreachable database is waited for."""
        running: set[asyncio.Task[None]] = set()
        listener = asyncio.create_task(self._listen())
        try:
            async with httpx.AsyncClient(transport=self._transport, mounts=_NO_PROXY) as client:
                while True:
                    self._wake.clear()
                    await self._start_due(client, running)
                    # Not asyncio.wait_for, which in Python 3.11 can swallow a cancellation.
                    with suppress(TimeoutError):
                        async with asyncio.timeout(self._policy.poll):
                            await self._wake.wait()
        finally:
            listener.cancel()
            for task in running:
                task.cancel()
            await asyncio.gather(listener, *running, return_exceptions=True)

    async def _start_due(self, client: httpx.AsyncClient, running: set[asyncio.Task[None]]) -> None:
        while len(running) < AT_ONCE:
            try:
                async with self._pool.connection() as connection:
                    taken = await lease.take(connection)
            except Exception as error:
                # The database may be away for a while; giving up here would lose what it holds.
                log.warning("trial.delivery.waiting", error=type(error).__name__)
                return
            if taken is None:
                return
            task = asyncio.create_task(self._deliver(client, taken))
            running.add(task)
            task.add_done_callback(running.discard)
            task.add_done_callback(lambda _: self._wake.set())

    async def _deliver(self, client: httpx.AsyncClient, taken: Lease) -> None:
        try:
            try:
                await self._call(client, taken)
            except Undelivered as error:
                await self._note_failure(taken, str(error))
            else:
                await self._note_success(taken)
        except asyncio.CancelledError:
            with suppress(psycopg.Error):
                async with self._pool.connection() as connection:
                    await lease.release(connection, taken)
            raise
        except Exception as error:
            # The lease ends by itself, and the delivery is tried again.
            log.exception("trial.delivery.broken", error=type(error).__name__, exc_info=False)

    async def _call(self, client: httpx.AsyncClient, taken: Lease) -> None:
        """Tell the subscriber what is due.

        Raises:
            Undelivered: no answer in time, or one other than 2xx.
        """
        request = self._request(client, taken)
        if request is None:
            return
        try:
            async with asyncio.timeout(taken.timeout):
                answer = await client.send(request)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise Undelivered(f"no answer from the endpoint ({type(error).__name__})") from None
        if not answer.is_success:
            raise Undelivered(f"the endpoint answered {answer.status_code}")

    def _request(self, client: httpx.AsyncClient, taken: Lease) -> httpx.Request | None:
        """Return the call to make; None for a classic Subscription, which has no handshake."""
        state, definition = taken.state, taken.state.definition
        headers = dict(definition.headers)
        if definition.end is not None and definition.end <= datetime.now(UTC):
            return None
        if definition.payload is not None:
            headers["Content-Type"] = definition.payload
        if definition.topic is not None:
            notification = to_notification(state, _kind(taken), self._base_url, events=taken.events)
            body = serialise(notification)
            return client.build_request("POST", definition.endpoint, headers=headers, content=body)
        if not taken.events:
            return None
        if definition.payload is None:
            return client.build_request("POST", definition.endpoint, headers=headers)
        version = taken.events[0].version
        url = f"{definition.endpoint.rstrip('/')}/{version.reference}"
        body = serialise(version.resource())
        return client.build_request("PUT", url, headers=headers, content=body)

    async def _note_success(self, taken: Lease) -> None:
        end = taken.state.definition.end
        ended = end is not None and end <= datetime.now(UTC)
        async with self._pool.connection() as connection:
            if ended:
                await lease.set_status(connection, taken, "off", self._base_url)
                await lease.release(connection, taken)
                return
            if taken.state.status == "requested":
                await lease.set_status(connection, taken, "active", self._base_url)
            await lease.done(connection, taken)

    async def _note_failure(self, taken: Lease, reason: str) -> None:
        failures = taken.failures + 1
        log.warning(
            "trial.delivery.failed", subscription=taken.state.id, failures=failures, reason=reason
        )
        async with self._pool.connection() as connection:
            if failures >= self._policy.attempts:
                await lease.set_status(connection, taken, "error", self._base_url, error=reason)
                await lease.release(connection, taken)
            else:
                await lease.failed(connection, taken, self._policy.delay(failures))

    async def _listen(self) -> None:
        """Wake when any process has written an event; polling covers what is missed here."""
        address = self._pool.conninfo
        while isinstance(address, str):
            try:
                connection = await psycopg.AsyncConnection.connect(address, autocommit=True)
                async with connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    async for _ in connection.notifies():
                        self._wake.set()
            except psycopg.Error as error:
                log.warning("trial.delivery.not_listening", error=type(error).__name__)
            await asyncio.sleep(self._policy.poll)


def _kind(taken: Lease) -> Kind:
    if taken.state.status == "requested":
        return "handshake"
    return "event-notification" if taken.events else "heartbeat"
