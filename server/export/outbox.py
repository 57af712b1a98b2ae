"""What comes out of a batch, on its way to the database: never much of it in memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from server.export.ledger import Ledger
from server.export.order import Batch, Order
from server.export.parts import Part
from server.export.tally import Tally, Yield

MOST_HELD: Final = 8 * 1024 * 1024
"""Bytes of compressed parts that may wait for the end of their batch."""


class Outbox:
    """Parts, counts and references of one batch; they become part of the export all at once."""

    def __init__(self, ledger: Ledger, order: Order, batch: Batch) -> None:
        self.batch = batch
        self.found = Yield()
        self._ledger, self._order = ledger, order
        self._parts: list[Part] = []
        self._written = 0
        self._held = 0

    async def put(self, parts: Iterable[Part], tally: Tally) -> None:
        """Take what a page became; writes to the database when too much is held."""
        for part in parts:
            self._parts.append(part)
            self._held += len(part.content)
        self.found.tally.add(tally)
        if self._held > MOST_HELD:
            await self._ledger.keep(self._order, self.batch, self._parts, self._written)
            self._written += len(self._parts)
            self._parts, self._held = [], 0

    async def close(self) -> None:
        """The batch is done: write the rest."""
        await self._ledger.finish(self._order, self.batch, self._parts, self._written, self.found)
