"""A remote terminology server over real HTTP on loopback, with every bad answer."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from terminology.breaker import FAILURES
from terminology.errors import RemoteFailed, RemoteRefused
from terminology.remote import LONGEST_ANSWER, RemoteServer

EXPAND = "ValueSet/$expand"
SECRET = "Quentin's rash"
ASKED = [{"name": "filter", "valueString": SECRET}]


@pytest.fixture
def remote(terminology_server: Any) -> Iterator[RemoteServer]:
    server = RemoteServer(terminology_server.base)
    yield server
    server.close()


def written(status: int, body: bytes, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in ({"Content-Type": "application/fhir+json"} | headers).items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return write


def drip(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/fhir+json")
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    pause = threading.Event()
    for _ in range(200):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        pause.wait(0.05)


def silent(_: BaseHTTPRequestHandler) -> None:
    threading.Event().wait(1.5)


def hung_up(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True


BAD: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {
    "HTML": written(200, b"<html>Sign in</html>", Content_Type="text/html"),
    "HTML that says it is JSON": written(200, b"<html>Sign in</html>"),
    "no resource": written(200, b"[]"),
    "no type": written(200, b"{}"),
    "empty": written(200, b""),
    "huge": written(200, b" " * (LONGEST_ANSWER + 1)),
    "compressed": written(200, gzip.compress(b"{}"), Content_Encoding="gzip"),
    "redirect": written(302, b"", Location="http://127.0.0.1:9/fhir"),
    "unauthorised": written(401, b"{}"),
    "too many": written(429, b"{}"),
    "broken": written(500, b"{}"),
    "dripping": drip,
    "silent": silent,
    "hung up": hung_up,
}


def test_an_answer_comes_back(terminology_server: Any, remote: RemoteServer) -> None:
    terminology_server.answers[EXPAND] = {"resourceType": "ValueSet", "status": "active"}
    assert remote.ask(EXPAND, ASKED)["status"] == "active"
    assert terminology_server.asked == [(EXPAND, {"filter": SECRET})]


def test_the_words_travel_in_the_body_and_the_token_in_its_header(terminology_server: Any) -> None:
    paths = []
    terminology_server.answers[EXPAND] = lambda handler: (
        paths.append(handler.path),
        terminology_server.send(handler, 200, {"resourceType": "ValueSet"}),
    )
    server = RemoteServer(terminology_server.base, token="secret")
    server.ask(EXPAND, ASKED)
    server.close()
    assert paths == ["/fhir/ValueSet/$expand"]
    assert terminology_server.headers["Authorization"] == "Bearer secret"


@pytest.mark.parametrize("name", BAD)
def test_a_bad_answer_is_a_failure_soon_and_says_nothing_of_the_words(
    terminology_server: Any, remote: RemoteServer, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    terminology_server.answers[EXPAND] = BAD[name]
    started = time.monotonic()
    with pytest.raises(RemoteFailed) as caught:
        remote.ask(EXPAND, ASKED, seconds=0.3)
    assert time.monotonic() - started < 1.4
    assert not isinstance(caught.value, RemoteRefused)
    (warning,) = [entry for entry in caplog.records if entry.name == "terminology.remote"]
    assert warning.levelname == "WARNING"
    assert EXPAND in warning.getMessage()
    assert SECRET not in caplog.text + str(caught.value)


def test_nobody_there_is_a_failure() -> None:
    server = RemoteServer("http://127.0.0.1:9/fhir")
    with pytest.raises(RemoteFailed):
        server.ask(EXPAND, ASKED)
    server.close()


def test_after_three_failures_it_is_left_alone(
    terminology_server: Any, remote: RemoteServer
) -> None:
    terminology_server.answers[EXPAND] = BAD["HTML"]
    for _ in range(FAILURES + 5):
        with pytest.raises(RemoteFailed):
            remote.ask(EXPAND, ASKED)
    assert len(terminology_server.asked) == FAILURES


def test_what_it_does_not_have_is_no_failure_of_the_server(
    terminology_server: Any, remote: RemoteServer
) -> None:
    for _ in range(FAILURES + 1):
        with pytest.raises(RemoteRefused):
            remote.ask(EXPAND, ASKED)
    assert len(terminology_server.asked) == FAILURES + 1


def test_without_time_it_is_not_asked(terminology_server: Any, remote: RemoteServer) -> None:
    with pytest.raises(RemoteFailed):
        remote.ask(EXPAND, ASKED, seconds=0.0)
    assert terminology_server.asked == []
