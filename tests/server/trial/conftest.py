"""The trial store on a fresh database, in an application of its own, with and without a network."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import httpx
import psycopg
import pytest
import uvicorn
from fastapi import FastAPI, Request
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from server.outcome import operation_outcome
from server.trial import capability
from server.trial.delivery import DeliveryPolicy
from server.trial.errors import TrialStoreError
from server.trial.routes import router
from server.trial.schema import SCHEMA_SQL
from server.trial.store import TrialStore

BASE = "http://store.test/fhir"
QUICK = DeliveryPolicy(attempts=4, first_delay=0.02, longest_delay=0.05, poll=0.05)


def make_app(store: TrialStore) -> FastAPI:
    app = FastAPI()
    app.include_router(router(store), prefix="/fhir")

    @app.get("/fhir/metadata")
    async def metadata() -> JSONResponse:
        return JSONResponse(
            {
                "resourceType": "CapabilityStatement",
                "status": "active",
                "date": "2026-01-01",
                "kind": "instance",
                "fhirVersion": "4.0.1",
                "format": ["json"],
                "rest": [capability.rest()],
            }
        )

    @app.exception_handler(TrialStoreError)
    async def refused(_: Request, error: TrialStoreError) -> Response:
        place = () if error.expression is None else (error.expression,)
        content = operation_outcome("error", error.issue, str(error), expression=place)
        return JSONResponse(content, error.status, media_type="application/fhir+json")

    @app.exception_handler(HTTPException)
    async def no_route(_: Request, error: HTTPException) -> Response:
        content = operation_outcome("error", "not-found", "no such route")
        return JSONResponse(content, error.status_code, media_type="application/fhir+json")

    return app


@contextlib.asynccontextmanager
async def serving(app: FastAPI, listener: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(app, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server._serve([listener]))
    try:
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        await task


@contextlib.asynccontextmanager
async def delivering(store: TrialStore) -> AsyncIterator[None]:
    task = asyncio.create_task(store.deliver_forever())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@dataclass
class Call:
    method: str
    path: str
    headers: httpx.Headers
    body: bytes


@dataclass
class Subscriber:
    """An endpoint that answers what it is told to, and remembers what it was called with."""

    answers: list[int | Exception] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        self.calls.append(Call(request.method, request.url.path, request.headers, body))
        self.changed.set()
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer)

    async def wait_for(self, count: int) -> list[Call]:
        async with asyncio.timeout(10):
            while len(self.calls) < count:
                self.changed.clear()
                await self.changed.wait()
        return self.calls


@pytest.fixture(scope="session")
def trial_database(postgres_url: str) -> Iterator[str]:
    """One database for all of these tests: making one takes longer than most of them."""
    name = f"trial_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    yield postgres_url.replace("/postgres?", f"/{name}?")
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def database_url(trial_database: str) -> str:
    """The URL of a database whose trial store is empty."""
    with psycopg.connect(trial_database, autocommit=True) as connection:
        connection.execute(SCHEMA_SQL)
        for table in ("resource", "search_value", "subscription"):
            connection.execute(f"DELETE FROM trial.{table}")
    return trial_database


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[AsyncConnectionPool]:
    pool = AsyncConnectionPool(
        database_url, kwargs={"row_factory": dict_row}, min_size=1, max_size=12, open=False
    )
    async with pool:
        yield pool


@pytest.fixture
def subscriber() -> Subscriber:
    return Subscriber()


@pytest.fixture
def serve():
    """`async with serve(app, socket):` serves meanwhile."""
    return serving


@pytest.fixture
def deliver():
    """`async with deliver(store):` delivers meanwhile."""
    return delivering


@pytest.fixture
async def store(pool, subscriber) -> TrialStore:
    transport = httpx.MockTransport(subscriber.handle_async_request)
    return await TrialStore.open(pool, BASE, policy=QUICK, transport=transport)


@pytest.fixture
async def client(store) -> AsyncIterator[httpx.AsyncClient]:
    """Calls the application without a network; errors of the server are raised here."""
    transport = httpx.ASGITransport(make_app(store))
    async with httpx.AsyncClient(transport=transport, base_url=BASE + "/") as client:
        yield client


@pytest.fixture
async def served(pool) -> AsyncIterator[str]:
    """The base URL of a store that serves and delivers over the loopback network."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{listener.getsockname()[1]}/fhir"
        store = await TrialStore.open(pool, base, policy=QUICK)
        async with serving(make_app(store), listener), delivering(store):
            yield base
