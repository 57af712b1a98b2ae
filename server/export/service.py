"""`$export` as the application has it: the desk for clients, the works behind it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from mappers.deidentification.rules import shipped_rules
from server.audit import Access, record
from server.database import Pool
from server.export.caller import Client
from server.export.desk import Desk
from server.export.harvest import Tools
from server.export.kinds import offered
from server.export.order import Level, Order
from server.export.works import Works
from server.jobs import Jobs


@dataclass(frozen=True, slots=True)
class Exports:
    """Desk and works over one pool."""

    pool: Pool
    desk: Desk
    works: Works
    tools: Tools

    @classmethod
    async def open(
        cls, pool: Pool, jobs: Jobs, tools: Tools, versions: Mapping[str, str]
    ) -> Exports:
        """Create the tables and register the work, before the worker starts."""
        works = Works(pool, jobs, tools, versions)
        await works.ledger.open()
        return cls(pool, Desk(pool), works, tools)

    def offered(self, level: Level) -> tuple[str, ...]:
        """Name the types that can be exported at this level."""
        return offered(level, shipped_rules().kinds)

    def key(self) -> bytes | None:
        """Make the key of one export; None where the site has its own."""
        return None if self.tools.settings.deid_key else secrets.token_bytes(32)

    def url(self, key: str) -> str:
        """The URL of an export: its status, and what its files are under."""
        return f"{self.tools.settings.fhir_base}/export/{key}"

    async def order(self, order: Order) -> None:
        """Take an order and queue it; raises as the desk does."""
        async with self.pool.connection() as connection:
            await self.desk.take(connection, order)
            await self.works.queue(connection, order)

    async def audit(
        self, client: Client, interaction: str, action: str, url: str, **details: str
    ) -> None:
        """Have an access audited.

        Raises:
            AuditFailed: it cannot be, so that it must not happen.
        """
        access = Access(interaction, action, url, client.name, client.address, details)
        await record(self.tools.pipeline.store, access, self.tools.settings.fhir_base)
