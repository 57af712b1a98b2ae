"""Client of the hospital's FHIR store, over httpx; the only place that talks to it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import orjson
import stamina

from mappers.errors import AttachmentForbidden, AttachmentTooLarge
from mappers.types import Resource
from server.errors import (
    AnswerTooLarge,
    DocumentGone,
    DocumentNotFound,
    StoreConflict,
    StoreRefused,
    StoreUnavailable,
)

INVALID_URL = "the attachment's url is not a valid URL"
FHIR_JSON = "application/fhir+json"
LONGEST_ANSWER = 64 * 1024 * 1024
# Wider than R4's id, since some stores are; but never `..`, and nothing that ends a path.
_ID = r"(?=[^/]*[A-Za-z0-9_-])[A-Za-z0-9._~-]{1,128}"
# What a caller names goes into a URL that is called with our token.
REFERENCE = re.compile(rf"[A-Z][A-Za-z]*/{_ID}(/_history/{_ID})?")
BINARY = re.compile(rf"Binary/{_ID}(/_history/{_ID})?")


class Store:
    """A FHIR R4 store at `base`. The token goes to the origin of `base` and nowhere else."""

    def __init__(
        self,
        base: str,
        *,
        token: str | None = None,
        attachment_hosts: tuple[str, ...] = (),
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.base = base.rstrip("/")
        self._hosts = attachment_hosts
        self._client = httpx.AsyncClient(
            transport=transport,
            # Some stores answer a search from a cache; we decide by what is there now.
            headers={"Cache-Control": "no-cache"}
            | ({"Authorization": f"Bearer {token}"} if token else {}),
            timeout=httpx.Timeout(30.0, connect=5.0),
            follow_redirects=False,
        )
        # For hosts that are allowed, but must not see our token.
        self._stranger = httpx.AsyncClient(timeout=httpx.Timeout(30.0, connect=5.0))

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()
        await self._stranger.aclose()

    async def read(self, reference: str) -> Resource:
        """Read `Type/id` or `Type/id/_history/version`.

        Raises:
            DocumentNotFound: 404, or no reference of this form.
            DocumentGone: 410.
            StoreConflict: 409 or 412.
            StoreRefused: any other 4xx, or an answer that is not a FHIR resource.
            StoreUnavailable: no answer, 429 or 5xx.
        """
        if not REFERENCE.fullmatch(reference):
            raise DocumentNotFound("not a reference to a resource of the store")
        return _resource(await self._get(f"{self.base}/{reference}"))

    async def search(
        self, kind: str, parameters: Mapping[str, str] | Sequence[tuple[str, str]]
    ) -> AsyncIterator[Resource]:
        """Yield the matches page by page; raises as `read` does.

        Raises:
            AnswerTooLarge: a page is larger than 64 MiB; ask for fewer matches a page.
        """
        url: str | None = f"{self.base}/{kind}"
        query: httpx.QueryParams | None = httpx.QueryParams(parameters)  # type: ignore[arg-type]
        while url is not None:
            bundle = _resource(await self._get(url, query))
            for entry in bundle.get("entry", []):
                if entry.get("search", {}).get("mode", "match") == "match" and "resource" in entry:
                    yield entry["resource"]
            links = {link.get("relation"): link.get("url") for link in bundle.get("link", [])}
            url, query = links.get("next"), None
            if url is not None:
                url = urljoin(f"{self.base}/", url)
                if not self._is_ours(url):
                    raise StoreRefused("the next page of a search lies on another host")

    async def fetch(self, url: str, limit: int) -> bytes:
        """Fetch an attachment of at most `limit` bytes.

        With our token only a Binary of the store is read: any other url would let whoever
        writes a document read what the token may read.

        Raises:
            AttachmentForbidden: no Binary of the store, and its host is not allow-listed.
            AttachmentTooLarge: it is larger than `limit`.
        """
        try:
            absolute = urljoin(f"{self.base}/", url)
            is_ours = self._is_ours(absolute)
        except ValueError:  # a port or an IPv6 address that is none
            raise AttachmentForbidden(INVALID_URL) from None
        if not (is_ours and BINARY.fullmatch(absolute.removeprefix(f"{self.base}/"))):
            return await self._fetch_from_stranger(absolute, limit)
        content, media_type = await self._download(self._client, absolute, limit)
        return _binary(content) if "json" in media_type else content

    async def transact(self, bundle: Resource) -> Resource:
        """Send a transaction; raises as `read` does."""
        return _resource(await self._send("POST", self.base, bundle))

    async def create(self, resource: Resource, *, unless: str | None = None) -> Resource:
        """Create a resource, unless the search `unless` finds one, and return it as stored."""
        url = f"{self.base}/{resource['resourceType']}"
        headers = {"If-None-Exist": unless} if unless else {}
        response = await self._send("POST", url, resource, headers)
        if not response.content and (place := response.headers.get("location")):
            # A store may answer without a body when it found one.
            return await self.read(urljoin(f"{self.base}/", place).removeprefix(f"{self.base}/"))
        return _resource(response)

    async def update(self, resource: Resource) -> Resource:
        """Replace `resource` by its id and return it as stored."""
        url = f"{self.base}/{resource['resourceType']}/{resource['id']}"
        return _resource(await self._send("PUT", url, resource))

    async def ready(self) -> None:
        """Ask for the CapabilityStatement; raises StoreUnavailable when nobody answers."""
        await self._get(f"{self.base}/metadata")

    def _is_ours(self, url: str) -> bool:
        return _origin(url) == _origin(self.base)

    async def _fetch_from_stranger(self, url: str, limit: int) -> bytes:
        host = urlsplit(url).hostname or ""
        if urlsplit(url).scheme not in ("http", "https") or host not in self._hosts:
            raise AttachmentForbidden(
                "the attachment lies on a host that CHARTLOOM_ATTACHMENT_HOSTS does not allow"
            )
        content, _ = await self._download(self._stranger, url, limit)
        return content

    async def _download(self, client: httpx.AsyncClient, url: str, limit: int) -> tuple[bytes, str]:
        content = bytearray()
        try:
            async with client.stream("GET", url, headers={"Accept": "*/*"}) as response:
                _check(response)
                async for chunk in response.aiter_bytes():
                    content += chunk
                    if len(content) > limit:
                        raise AttachmentTooLarge(f"the attachment exceeds {limit} bytes")
                return bytes(content), response.headers.get("content-type", "")
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise StoreUnavailable(f"fetching an attachment: {type(error).__name__}") from None
        except httpx.InvalidURL:
            raise AttachmentForbidden(INVALID_URL) from None

    async def _get(self, url: str, parameters: httpx.QueryParams | None = None) -> httpx.Response:
        # Reading is safe to repeat at once; longer outages are the queue's business.
        async for attempt in stamina.retry_context(
            on=StoreUnavailable, attempts=3, wait_initial=0.05, wait_max=1.0, wait_jitter=0.05
        ):
            with attempt:
                return await self._request("GET", url, params=parameters)
        raise AssertionError("unreachable")

    async def _send(
        self, method: str, url: str, resource: Resource, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        headers = {"Content-Type": FHIR_JSON, "Prefer": "return=representation", **(headers or {})}
        body = orjson.dumps(resource)
        try:
            return await self._request(method, url, content=body, headers=headers)
        except (DocumentNotFound, DocumentGone) as error:
            # Of what is written to, not of a document: nothing may be skipped because of it.
            raise StoreRefused(str(error)) from None

    async def _request(self, method: str, url: str, **arguments: Any) -> httpx.Response:
        arguments["headers"] = {"Accept": FHIR_JSON} | arguments.get("headers", {})
        try:
            response = await self._client.request(method, url, **arguments)
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise StoreUnavailable(f"{method} on the store: {type(error).__name__}") from None
        if response.status_code == 404 and b"OperationOutcome" not in response.content:
            # A gateway that is being redeployed says so; a FHIR store says more.
            raise StoreUnavailable(f"{method} on the store: HTTP 404 without an OperationOutcome")
        _check(response)
        return response


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, parts.port or default


def _check(response: httpx.Response) -> None:
    status = response.status_code
    if status < 300:
        return
    # The body is not quoted: a store may repeat what we sent.
    message = f"{response.request.method} on the store: HTTP {status}"
    match status:
        case 404:
            raise DocumentNotFound(message)
        case 410:
            raise DocumentGone(message)
        case 409 | 412:
            raise StoreConflict(message)
        case 408 | 425 | 429:
            raise StoreUnavailable(message)
        case _ if status >= 500:
            raise StoreUnavailable(message)
        case _:
            raise StoreRefused(message)


def _resource(response: httpx.Response) -> Resource:
    if len(response.content) > LONGEST_ANSWER:
        raise AnswerTooLarge("the store's answer is too large")
    try:
        resource = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        raise StoreRefused("the store's answer is not JSON") from None
    if not isinstance(resource, dict) or "resourceType" not in resource:
        raise StoreRefused("the store's answer is not a FHIR resource")
    return resource


def _binary(content: bytes) -> bytes:
    """Unwrap a Binary that the store gave as a resource although its content was asked for."""
    try:
        resource = orjson.loads(content)
        if not isinstance(resource, dict) or resource.get("resourceType") != "Binary":
            return content
        return base64.b64decode(resource.get("data", ""), validate=True)
    except (orjson.JSONDecodeError, binascii.Error):
        return content
