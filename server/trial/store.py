"""The trial FHIR store: FHIR R4 on PostgreSQL, for demonstrations and tests.

It is not meant to hold a hospital's records: there is no access control per patient, no
terminology-aware search, and only the search parameters that this project needs.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import httpx
import psycopg

from mappers.types import Resource
from server.database import Connection, Pool
from server.trial import history, subscription_state, versions
from server.trial.delivery import Deliverer, DeliveryPolicy
from server.trial.entries import entries_of
from server.trial.errors import Conflict, NotFound, TrialStoreError, Unavailable, Unprocessable
from server.trial.notification_bundle import State, to_status, to_status_searchset
from server.trial.notification_bundle import to_notification as to_events
from server.trial.query import Pair, parse_query
from server.trial.schema import SCHEMA_LOCK, SCHEMA_SQL
from server.trial.search import search, to_searchset
from server.trial.subscription import Content
from server.trial.transaction import do_alone, to_failed_entry, transact
from server.trial.types import Version, Write, Written
from server.trial.writing import perform

T = TypeVar("T")

ATTEMPTS: Final = 4
MOST_EVENTS: Final = 1000

_IN_THE_WAY: Final = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)


class TrialStore:
    """The store behind one base URL. `open` creates the tables; nothing has to be closed."""

    def __init__(
        self,
        pool: Pool,
        base_url: str,
        *,
        policy: DeliveryPolicy | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._pool = pool
        self._deliverer = Deliverer(
            pool, self.base_url, policy=policy or DeliveryPolicy(), transport=transport
        )

    @classmethod
    async def open(
        cls,
        pool: Pool,
        base_url: str,
        *,
        policy: DeliveryPolicy | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> TrialStore:
        """Open the store; tables that are missing are created.

        `base_url` is what callers see, such as http://127.0.0.1:8000/fhir; `transport` carries the
        notifications, by default over the network.
        """
        async with pool.connection() as connection:
            await connection.execute("SELECT pg_advisory_xact_lock(%s)", (SCHEMA_LOCK,))
            await connection.execute(SCHEMA_SQL)
        return cls(pool, base_url, policy=policy, transport=transport)

    async def read(
        self, resource_type: str, resource_id: str, number: int | None = None
    ) -> Version:
        """Read the current version, or the one with this number.

        Raises:
            NotFound: it never existed.
            Gone: it was deleted.
        """
        async with self._connection() as connection:
            return await versions.read(connection, (resource_type, resource_id), number)

    async def write(self, write: Write) -> Written:
        """Create, update or delete one resource that has been checked.

        Raises:
            TrialStoreError: a precondition that does not hold, or a Subscription that is refused.
        """

        async def work(connection: Connection) -> Written:
            return (await perform(connection, [write], self.base_url))[0]

        return await self._in_transaction(work)

    async def search(
        self, resource_type: str, pairs: Sequence[Pair], *, lenient: bool = False
    ) -> Resource:
        """Return one page as Bundle of type searchset.

        Raises:
            UnsupportedSearch: a parameter or a value that the store does not know.
        """
        query = parse_query(resource_type, pairs, lenient=lenient)
        async with self._connection() as connection:
            page = await search(connection, query, self.base_url)
        return to_searchset(page, query, self.base_url)

    async def history(
        self,
        resource_type: str,
        resource_id: str | None,
        pairs: Sequence[Pair],
        *,
        lenient: bool = False,
    ) -> Resource:
        """Return one page of the history of a resource, or of a type.

        Raises:
            NotFound: the resource never existed.
            UnsupportedSearch: a parameter or a value that the store does not know.
        """
        query = history.parse_history(resource_type, resource_id, pairs, lenient=lenient)
        async with self._connection() as connection:
            return await history.history(connection, query, self.base_url)

    async def process(
        self, bundle: Resource, *, with_resources: bool = False, validated: bool = False
    ) -> Resource:
        """Do a transaction as a whole, or each entry of a batch by itself.

        `validated`: the resources of a transaction are known to be valid.

        Raises:
            TrialStoreError: the transaction can't be done; nothing of it is.
        """
        kind, entries = entries_of(bundle)
        if kind == "batch":
            answers = [
                await self._alone(entry, number, with_resources=with_resources)
                for number, entry in enumerate(entries)
            ]
            return {"resourceType": "Bundle", "type": "batch-response", "entry": answers}

        async def work(connection: Connection) -> Resource:
            return await transact(
                connection,
                entries,
                self.base_url,
                with_resources=with_resources,
                validated=validated,
            )

        return await self._in_transaction(work)

    async def subscription_status(
        self, ids: Sequence[str] = (), statuses: Sequence[str] = ()
    ) -> Resource:
        """Return the answer of Subscription/$status: a Bundle of type searchset.

        Raises:
            NotFound: a single id was asked for, and it is none.
        """
        async with self._connection() as connection:
            found = await subscription_state.states(connection, ids, statuses)
        if len(ids) == 1 and not statuses and not found:
            raise NotFound("no such Subscription")
        return to_status_searchset(
            [
                to_status(state, "query-status", self.base_url, content=state.definition.content)
                for state in found
            ]
        )

    async def subscription_events(
        self, subscription: str, since: int, until: int, content: Content | None
    ) -> Resource:
        """Return the answer of Subscription/[id]/$events: a Bundle of type history.

        Raises:
            NotFound: no such Subscription.
        """
        async with self._connection() as connection:
            found: list[State] = await subscription_state.states(connection, [subscription])
            if not found:
                raise NotFound("no such Subscription")
            events = await subscription_state.events(
                connection, subscription, since=since, until=until, limit=MOST_EVENTS
            )
        return to_events(found[0], "query-event", self.base_url, events=events, content=content)

    async def deliver_forever(self) -> None:
        """Tell subscribers what they subscribed to, until cancelled."""
        await self._deliverer.run()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        """A connection in a transaction, which is committed at the end."""
        try:
            async with self._pool.connection() as connection:
                yield connection
        except _IN_THE_WAY:
            raise
        except psycopg.OperationalError as error:
            raise Unavailable(f"PostgreSQL does not answer ({type(error).__name__})") from None

    async def _alone(self, entry: Any, number: int, *, with_resources: bool) -> Resource:
        async def work(connection: Connection) -> Resource:
            return await do_alone(
                connection, entry, number, self.base_url, with_resources=with_resources
            )

        try:
            return await self._in_transaction(work)
        except TrialStoreError as error:
            return to_failed_entry(error)

    async def _in_transaction(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """Run `work` in a transaction, again if another writer was in its way."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with self._connection() as connection:
                    return await work(connection)
            except (*_IN_THE_WAY, Conflict):
                if attempt == ATTEMPTS:
                    raise Conflict("other writers were in the way; try again") from None
                await asyncio.sleep(0.02 * 2**attempt)
            except psycopg.DataError as error:
                # Its message may quote the resource.
                name = type(error).__name__
                raise Unprocessable(f"PostgreSQL can't hold this resource ({name})") from None
        raise AssertionError
