from __future__ import annotations

import base64
from collections.abc import Callable

import httpx
import orjson
import pytest

from mappers.errors import AttachmentForbidden, AttachmentTooLarge
from server.errors import DocumentGone, DocumentNotFound, StoreRefused, StoreUnavailable
from server.store import Store

BASE = "https://store.example/fhir"
Handler = Callable[[httpx.Request], httpx.Response]


def store(handler: Handler, **arguments: object) -> Store:
    transport = httpx.MockTransport(handler)
    return Store(BASE, token="hospital-token", transport=transport, **arguments)  # type: ignore[arg-type]


def answering(status: int, body: object = None, **headers: str) -> Handler:
    return lambda request: httpx.Response(status, content=orjson.dumps(body), headers=headers)


async def test_reading_sends_the_token_and_returns_the_resource() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"] == "Bearer hospital-token"
        assert str(request.url) == f"{BASE}/Patient/1"
        return httpx.Response(200, json={"resourceType": "Patient", "id": "1"})

    assert (await store(handler).read("Patient/1"))["id"] == "1"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (404, DocumentNotFound),
        (410, DocumentGone),
        (400, StoreRefused),
        (401, StoreRefused),
        (429, StoreUnavailable),
        (500, StoreUnavailable),
        (503, StoreUnavailable),
    ],
)
async def test_each_status_has_its_error(status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        await store(answering(status, {"resourceType": "OperationOutcome"})).read("Patient/1")


async def test_a_short_outage_is_bridged() -> None:
    answers = iter([503, 503, 200])

    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(next(answers), json={"resourceType": "Patient"})

    assert await store(handler).read("Patient/1")


async def test_a_write_is_not_repeated_by_the_client() -> None:
    calls = []

    def handler(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        return httpx.Response(503)

    with pytest.raises(StoreUnavailable):
        await store(handler).transact({"resourceType": "Bundle"})
    assert len(calls) == 1


async def test_no_answer_is_an_outage() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(StoreUnavailable):
        await store(handler).read("Patient/1")


@pytest.mark.parametrize("content", [b"<html>", b"[]", b"{}"])
async def test_an_answer_that_is_not_a_resource_is_refused(content: bytes) -> None:
    with pytest.raises(StoreRefused):
        await store(lambda request: httpx.Response(200, content=content)).read("Patient/1")


async def test_search_follows_pages_on_the_same_host_only() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        page = request.url.params.get("page", "1")
        other = "https://elsewhere.example/fhir/Patient?page=3"
        following = {"1": "Patient?page=2", "2": other}[page]
        return httpx.Response(
            200,
            json={
                "resourceType": "Bundle",
                "entry": [{"resource": {"resourceType": "Patient", "id": page}}],
                "link": [{"relation": "next", "url": following}],
            },
        )

    pages = store(handler).search("Patient", {"name": "x"})
    assert [(await anext(pages))["id"] for _ in range(2)] == ["1", "2"]
    with pytest.raises(StoreRefused):
        await anext(pages)


async def test_a_binary_on_the_store_is_unwrapped() -> None:
    binary = {"resourceType": "Binary", "data": base64.b64encode(b"the note").decode()}
    handler = answering(200, binary, **{"content-type": "application/fhir+json"})
    assert await store(handler).fetch("Binary/1", 100) == b"the note"


async def test_raw_bytes_of_an_attachment_are_taken_as_they_are() -> None:
    handler: Handler = lambda request: httpx.Response(200, content=b"{}")  # noqa: E731
    assert await store(handler).fetch(f"{BASE}/Binary/1/_history/2", 100) == b"{}"


async def test_an_attachment_that_is_too_large_is_not_read_to_its_end() -> None:
    with pytest.raises(AttachmentTooLarge):
        await store(lambda request: httpx.Response(200, content=b"x" * 101)).fetch("Binary/1", 100)


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/note.txt",
        "http://store.example/fhir/Binary/1",
        "https://store.example:8443/fhir/Binary/1",
        "https://store.example@elsewhere.example/note.txt",
        "//elsewhere.example/note.txt",
        "file:///etc/passwd",
        "Subscription",
        "Patient/1",
        "Binary?_content=x",
        "Binary/1/../../Patient/1",
        f"{BASE}/Condition?patient=1",
        f"{BASE}/../files/1",
        "ftp://elsewhere.example/note",
    ],
)
async def test_nothing_but_a_binary_of_the_store_is_asked_for(url: str) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise AssertionError("a request was sent")

    with pytest.raises(AttachmentForbidden):
        await store(handler).fetch(url, 100)


async def test_an_allowed_host_is_asked_without_the_token() -> None:
    seen = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("authorization"))
        return httpx.Response(200, content=b"the note")

    asked = store(answering(500), attachment_hosts=("files.example",))
    asked._stranger = httpx.AsyncClient(transport=httpx.MockTransport(handler))
    assert await asked.fetch("https://files.example/1", 100) == b"the note"
    assert seen == [None]


@pytest.mark.parametrize("status", [404, 410])
async def test_a_store_that_is_not_where_we_write_to_is_not_a_document_that_is_gone(
    status: int,
) -> None:
    handler = answering(status, {"resourceType": "OperationOutcome"})
    with pytest.raises(StoreRefused) as caught:
        await store(handler).transact({"resourceType": "Bundle"})
    assert type(caught.value) is StoreRefused


async def test_a_404_that_no_fhir_store_wrote_is_an_outage() -> None:
    with pytest.raises(StoreUnavailable):
        await store(lambda request: httpx.Response(404, content=b"<html>")).read("Patient/1")


async def test_a_search_takes_repeated_parameters_and_encodes_once() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        assert request.url.params.get_list("category") == ["a", "b|c"]
        assert request.headers["cache-control"] == "no-cache"
        return httpx.Response(200, json={"resourceType": "Bundle"})

    pairs = [("category", "a"), ("category", "b|c")]
    assert [one async for one in store(handler).search("DocumentReference", pairs)] == []
