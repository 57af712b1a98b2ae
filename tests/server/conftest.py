"""A whole server on loopback: embedded PostgreSQL, trial store, models, reading processes."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import os
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx
import psycopg
import pytest
import structlog
import uvicorn
from fastapi import FastAPI, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from mappers.source import source_tag
from server import service
from server.answers import answer_errors
from server.cli import main
from server.database import open_pool
from server.receipts import DERIVED
from server.settings import Settings, read_settings
from server.trial.delivery import DeliveryPolicy
from server.trial.routes import router
from server.trial.store import TrialStore
from server.trial.types import Write

T = TypeVar("T")
FHIR = {"Content-Type": "application/fhir+json"}
ENDED = ("done", "skipped", "parked")


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: its FHIR base, its application, and its event loop for direct calls."""

    base: str
    app: FastAPI
    loop: asyncio.AbstractEventLoop

    @property
    def root(self) -> str:
        return self.base.removesuffix("/fhir")

    def run(self, work: Awaitable[T], seconds: float = 60) -> T:
        async def awaited() -> T:
            return await work

        return asyncio.run_coroutine_threadsafe(awaited(), self.loop).result(seconds)

    def jobs(self, *states: str) -> list[dict[str, Any]]:
        return self.run(self.app.state.jobs.list(*states))

    def job(
        self, reference: str, *, version: str | None = None, seconds: float = 30
    ) -> dict[str, Any]:
        """Wait until the latest job of the document has ended, and return its row."""

        def ended() -> dict[str, Any] | None:
            rows = [row for row in self.jobs() if row["reference"] == reference]
            if version is not None:
                rows = [row for row in rows if row["version"] == version]
            done = rows and rows[0]["state"] in ENDED
            return rows[0] if done else None

        return wait_for(ended, seconds)

    def wait_for(self, condition: Callable[[], T | None], seconds: float = 30) -> T:
        """Ask until the answer is something."""
        return wait_for(condition, seconds)


def wait_for(condition: Callable[[], T | None], seconds: float = 30) -> T:
    pause = threading.Event()
    for _ in range(int(seconds / 0.05)):
        if (answer := condition()) is not None:
            return answer
        pause.wait(0.05)
    raise AssertionError("waited in vain")


@dataclass(frozen=True, slots=True)
class Hospital:
    """The other side of the store: it stores patients and notes, and looks at what became."""

    client: httpx.Client

    def put(self, resource: dict[str, Any]) -> dict[str, Any]:
        path = f"/{resource['resourceType']}/{resource['id']}"
        return self.client.put(path, json=resource).raise_for_status().json()

    def patient(self, **elements: Any) -> str:
        """Store a patient of its own for this test; returns the reference."""
        stored = self.put(
            {"resourceType": "Patient", "id": f"p-{uuid.uuid4().hex[:12]}"} | elements
        )
        return f"Patient/{stored['id']}"

    def document(
        self,
        text: str | bytes | None,
        content_type: str | None = "text/plain; charset=utf-8",
        **elements: Any,
    ) -> dict[str, Any]:
        """Build a DocumentReference; nothing is stored."""
        attachment: dict[str, Any] = {"contentType": content_type} if content_type else {}
        if text is not None:
            data = text.encode() if isinstance(text, str) else text
            attachment["data"] = base64.b64encode(data).decode()
        return {
            "resourceType": "DocumentReference",
            "status": "current",
            "content": [{"attachment": attachment}],
        } | elements

    def note(
        self, text: str | bytes, content_type: str = "text/plain; charset=utf-8", **elements: Any
    ) -> dict[str, Any]:
        """Store a note; returns it as stored."""
        identity = {"id": f"n-{uuid.uuid4().hex[:12]}"}
        return self.put(identity | self.document(text, content_type, **elements))

    def get(self, reference: str) -> dict[str, Any]:
        return self.client.get(f"/{reference}").raise_for_status().json()

    def find(self, kind: str, **query: str) -> list[dict[str, Any]]:
        bundle = self.client.get(f"/{kind}", params=query).raise_for_status().json()
        return [entry["resource"] for entry in bundle.get("entry", [])]

    def derived(self, document: dict[str, Any]) -> list[dict[str, Any]]:
        """Find all that was written because of this document, in any of its versions."""
        tag = source_tag(f"DocumentReference/{document['id']}")
        query = {"_tag": f"{tag['system']}|{tag['code']}", "_count": "500"}
        return [one for kind in (*DERIVED, "Provenance") for one in self.find(kind, **query)]

    def concept(self, document: dict[str, Any], kind: str, text: str) -> dict[str, Any]:
        """Find the one resource of this type whose concept reads like `text`."""
        (found,) = [
            one
            for one in self.derived(document)
            if one["resourceType"] == kind
            and (one.get("code") or one["medicationCodeableConcept"])["text"].lower() == text
        ]
        return found


@pytest.fixture(scope="session")
def served(postgres_url: str) -> Iterator[Served]:
    """One server for all tests; each uses documents of its own."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE served")
    url = postgres_url.replace("/postgres?", "/served?")
    with serve(
        DATABASE_URL=url, retry_seconds=0.05, reconcile_seconds=2, stalled_seconds=2, processes=1
    ) as served:
        yield served


@contextlib.contextmanager
def serve(**overrides: Any) -> Iterator[Served]:
    settings = read_settings(**{"auth": "off", "host": "127.0.0.1", "port": 0} | overrides)
    listener = service.bind(settings)
    settings = settings.model_copy(update={"port": listener.getsockname()[1]})

    @contextlib.asynccontextmanager
    async def serving() -> Any:
        async with service.serving(settings, listener) as app:
            base = f"http://{settings.host}:{settings.port}/fhir"
            yield Served(base, app, asyncio.get_running_loop())

    with in_thread(serving()) as served:
        yield served


@contextlib.contextmanager
def in_thread(context: Any) -> Iterator[Any]:
    """Enter an asynchronous context in an event loop of its own, so that tests may block."""
    entered: list[Any] = []
    ready, stop = threading.Event(), threading.Event()
    failures: list[BaseException] = []

    async def run() -> None:
        async with context as value:
            entered.append(value)
            ready.set()
            await asyncio.to_thread(stop.wait)

    def thread() -> None:
        try:
            asyncio.run(run())
        except BaseException as error:
            failures.append(error)
        finally:
            ready.set()

    runner = threading.Thread(target=thread, daemon=True)
    runner.start()
    ready.wait(60)
    if failures:
        raise failures[0]
    try:
        yield entered[0]
    finally:
        stop.set()
        runner.join(30)
    if failures:
        raise failures[0]


@pytest.fixture(scope="session")
def serving() -> Callable[..., AbstractContextManager[Served]]:
    """Start further servers: `with serving(DATABASE_URL=..., ...) as served`."""
    return serve


@dataclass(slots=True)
class StoreApart:
    """A FHIR store that is not part of our server. `refusal` is what it answers instead."""

    base: str
    hospital: Hospital
    trial: TrialStore
    loop: asyncio.AbstractEventLoop
    refusal: int | None = None
    asked: list[str] = field(default_factory=list)

    def __call__(self, app: ASGIApp) -> ASGIApp:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                self.asked.append(f"{scope['method']} {scope['path']}")
                if self.refusal is not None:
                    await Response(status_code=self.refusal)(scope, receive, send)
                    return
            await app(scope, receive, send)

        return answer

    def put_inside(self, resource: dict[str, Any]) -> None:
        """Store a resource although the store does not answer."""
        write = Write("PUT", resource["resourceType"], resource["id"], resource)
        asyncio.run_coroutine_threadsafe(self.trial.write(write), self.loop).result(30)


@contextlib.asynccontextmanager
async def open_store(settings: Settings) -> Any:
    listener = service.bind(settings)
    port = listener.getsockname()[1]
    base = f"http://127.0.0.1:{port}/fhir"
    quick = DeliveryPolicy(attempts=2, first_delay=0.05, longest_delay=0.1, poll=0.2)
    app = FastAPI()
    answer_errors(app)
    async with open_pool(settings) as pool:
        trial = await TrialStore.open(pool, base, policy=quick)
        app.get("/fhir/metadata")(lambda: {"resourceType": "CapabilityStatement"})
        app.include_router(router(trial), prefix="/fhir")
        with httpx.Client(base_url=base, headers=FHIR, timeout=30) as client:
            apart = StoreApart(base, Hospital(client), trial, asyncio.get_running_loop())
            server = uvicorn.Server(uvicorn.Config(apart(app), log_config=None, lifespan="off"))
            server.install_signal_handlers = lambda: None
            running = asyncio.create_task(server.serve(sockets=[listener]))
            delivering = asyncio.create_task(trial.deliver_forever())
            while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
                await asyncio.sleep(0.01)
            yield apart
            server.should_exit = True
            delivering.cancel()
            await asyncio.gather(running, delivering, return_exceptions=True)


@pytest.fixture(scope="session")
def store_at(postgres_url: str) -> Callable[..., AbstractContextManager[StoreApart]]:
    """Start a store: `with store_at(port) as apart`; without a port on a free one."""

    @contextlib.contextmanager
    def start(port: int = 0) -> Iterator[StoreApart]:
        name = f"store_{uuid.uuid4().hex}"
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        url = postgres_url.replace("/postgres?", f"/{name}?")
        with in_thread(open_store(read_settings(auth="off", port=port, DATABASE_URL=url))) as apart:
            yield apart

    return start


@pytest.fixture(scope="session")
def apart(store_at: Callable[..., AbstractContextManager[StoreApart]]) -> Iterator[StoreApart]:
    """One store apart from our server for all tests."""
    with store_at() as apart:
        yield apart


@pytest.fixture
def client(served: Served) -> Iterator[httpx.Client]:
    """Talks FHIR to the server."""
    with httpx.Client(base_url=served.base, headers=FHIR, timeout=60) as client:
        yield client


@pytest.fixture
def hospital(client: httpx.Client) -> Hospital:
    return Hospital(client)


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., tuple[int, str, str]]]:
    """Run `chartloom` with arguments and standard input; status, output, errors."""

    def run(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["chartloom", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        with pytest.raises(SystemExit) as exit_:
            main()
        out, errors = capfd.readouterr()
        return int(exit_.value.code or 0), out, errors

    yield run
    # A command that logs does so to the captured stream, which is closed from here on.
    structlog.reset_defaults()


class InlineWorkers:
    """Does in this process what server.bulk.workers.Workers does in others."""

    def __init__(self, _settings: Settings, work: Callable[[Any], Any], _failed: object) -> None:
        self._work = work

    def __enter__(self) -> InlineWorkers:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def results(self, batches: Any) -> Iterator[Any]:
        return map(self._work, batches)


@pytest.fixture
def inline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Load models once for all tests that have this, and not in processes of each."""
    monkeypatch.setattr("server.bulk.deidentifying.Workers", InlineWorkers)
    monkeypatch.setattr("server.bulk.run.Workers", InlineWorkers)


@pytest.fixture
def interrupted() -> Callable[..., AbstractContextManager[str]]:
    """Run a command and end it by a signal once something is there; gives its errors."""
    return _interrupted


@contextlib.contextmanager
def _interrupted(
    command: list[str], ending: signal.Signals, ready: Callable[[], bool]
) -> Iterator[str]:
    one = os.environ | {"CHARTLOOM_PROCESSES": "1"}  # each would load the models first
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=one) as process:
        try:
            wait_for(lambda: True if ready() or process.poll() is not None else None, 240)
            process.send_signal(ending)
            _, errors = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode not in (0, 1), errors
    yield errors
