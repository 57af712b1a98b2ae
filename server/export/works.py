"""The works: what takes orders up, and ends them. Any server that shares the database may."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime

import orjson
import psycopg
import structlog

from mappers.deidentification.rules import shipped_rules
from mappers.types import Resource
from server.backoff import Again
from server.database import Connection, Pool
from server.errors import Fate, ServiceError, SettingsInvalid, describe, verdict
from server.export.cohort import list_patients
from server.export.dictionary import to_dictionary
from server.export.harvest import Harvest, Tools
from server.export.ledger import Ledger, Lost
from server.export.manifest import to_manifest
from server.export.order import Batch, Order
from server.export.parts import OUTCOME, Part
from server.export.releasing import Terms
from server.export.report import to_report
from server.jobs import Jobs
from server.outcome import operation_outcome

log = structlog.get_logger()

WAVE = 64
"""Batches that are looked up at once."""
SWEEP_SECONDS = 60.0


class Exhausted(ServiceError):
    """The export was begun again and again, and came to nothing each time."""


class Works:
    """Exports orders, one at a time."""

    def __init__(self, pool: Pool, jobs: Jobs, tools: Tools, versions: Mapping[str, str]) -> None:
        self.ledger, self._pool = Ledger(pool), pool
        self._tools, self._settings, self._versions = tools, tools.settings, versions
        # One at a time: each may use all reading processes, and notes must go on being read.
        self._work = jobs.add("export", self._run, lock="export")

    async def queue(self, connection: Connection, order: Order) -> None:
        """Have the order done, once the transaction of `connection` is committed."""
        await self._work.defer(connection, order.id)

    async def sweep_forever(self) -> None:
        """Remove what has expired, and queue what nobody is at, until cancelled."""
        while True:
            try:
                await self.sweep()
            except Exception as error:
                log.warning("exports.sweep_failed", error=describe(error))
            await asyncio.sleep(min(SWEEP_SECONDS, 900 * self._settings.export_hours))

    async def sweep(self) -> None:
        """Do it once.

        A worker that lost its turn may have ended the queue's entry of the one that has it: then
        nobody would take the order up again, should that one die.
        """
        if removed := await self.ledger.sweep():
            log.info("exports.removed", exports=removed)
        if unfinished := await self.ledger.unfinished():
            queued = await self._work.keys()
            for key in unfinished:
                if key not in queued:
                    async with self._pool.connection() as connection:
                        await self._work.defer(connection, key)

    async def _run(self, key: str) -> None:
        begun = await self.ledger.begin(key)
        if begun is None:
            return
        order, failures = begun
        try:
            self._check_turns(failures)
            await self._export(order)
        except Lost:
            log.info("export.given_up", export=key)
        except Exception as error:
            await self._settle(order, failures, error)

    def _check_turns(self, failures: int) -> None:
        if failures >= self._settings.max_attempts:
            raise Exhausted("the server died each time that it was at this export")

    async def _settle(self, order: Order, failures: int, error: Exception) -> None:
        reason = describe(error)
        if self._is_final(failures, error):
            log.warning("export.failed", export=order.id, reason=reason)
            try:
                await self.ledger.fail(
                    order, _failure(error), _status(error), self._settings.export_hours
                )
            except Lost:
                log.info("export.given_up", export=order.id)
            return
        log.info("export.retrying", export=order.id, reason=reason)
        await self.ledger.again(order, counts=verdict(error).fate is not Fate.RETRY)
        raise Again from None

    def _is_final(self, failures: int, error: Exception) -> bool:
        if isinstance(error, psycopg.errors.DiskFull | Exhausted):
            return True
        if verdict(error).fate is Fate.RETRY:
            return False
        return verdict(error).fate is Fate.PARK or failures + 1 >= self._settings.max_attempts

    async def _export(self, order: Order) -> None:
        store, ledger = self._tools.pipeline.store, self.ledger
        if not order.listed:
            async for patients in list_patients(order, store):
                await ledger.add(order, "Patient", patients)
            if order.group and "Group" in order.wishes.types:
                await ledger.add(order, "Group", [order.group])
            await ledger.close_list(order)
        harvest = Harvest(order, self._terms(order), ledger, self._tools)
        await self._all(order, harvest)
        await ledger.assign(order)
        await self._all(order, harvest)
        await self._end(order)

    def _terms(self, order: Order) -> Terms:
        key = order.secret or self._settings.deid_key
        if key is None:
            raise SettingsInvalid("CHARTLOOM_DEID_KEY_FILE was there when the export was ordered")
        return Terms(key, order.secret is not None, order.wishes.elements)

    async def _all(self, order: Order, harvest: Harvest) -> None:
        """Do all batches that are not done, some at once: the store and the models take turns."""
        while batches := deque(await self.ledger.pending(order, WAVE)):
            try:
                async with asyncio.TaskGroup() as group:
                    for _ in range(self._settings.processes + 1):
                        group.create_task(_work(harvest, batches))
            except ExceptionGroup as errors:
                raise errors.exceptions[0] from None

    async def _end(self, order: Order) -> None:
        tally = await self.ledger.tally(order)
        missing = sorted(await self.ledger.unsearched(order))
        files = await self.ledger.close_files(order, _unsearched(missing))
        settings = self._settings
        place = f"{settings.fhir_base}/export/{order.id}"
        report = to_report(order, tally, self._versions, settings)
        dictionary = to_dictionary(shipped_rules(), sorted(tally.released))
        manifest = to_manifest(order, files, place, auth=settings.auth == "on")
        results = {"manifest": manifest, "report": report, "dictionary": dictionary}
        await self.ledger.done(order, results, settings.export_hours)
        log.info("export.done", export=order.id, patients=tally.patients)


async def _work(harvest: Harvest, batches: deque[Batch]) -> None:
    while batches:
        await harvest.batch(batches.popleft())


def _unsearched(kinds: list[str]) -> list[Part]:
    """Say which types are not in the export."""
    lines = [
        orjson.dumps(
            operation_outcome(
                "warning", "not-supported", f"the FHIR store refuses the searches for {kind}"
            ),
            option=orjson.OPT_APPEND_NEWLINE,
        )
        for kind in kinds
    ]
    return [Part.of(OUTCOME, lines)] if lines else []


def _failure(error: Exception) -> Resource:
    issue = "no-store" if isinstance(error, psycopg.errors.DiskFull) else verdict(error).issue
    return operation_outcome("fatal", issue, f"the export failed: {describe(error)}")


def _status(error: Exception) -> int:
    return max(verdict(error).status, 500)


def now() -> str:
    """Return the present instant, as a transactionTime."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
