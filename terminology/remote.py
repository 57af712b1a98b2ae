"""A remote FHIR terminology server (Ontoserver, Snowstorm, HAPI), asked with care.

What is sent may be words of a note, so it goes in the body of a POST: the query of a GET would
stand in the logs of every server on the way. Answers are taken from this server alone (no
redirects), in time, up to a size, and only as FHIR JSON.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, Final

import httpx
import orjson

from terminology.breaker import Breaker
from terminology.errors import RemoteFailed, RemoteRefused

Parameter = dict[str, Any]

LONGEST_ANSWER: Final = 2 * 1024 * 1024
LONGEST_WAIT: Final = 5.0
"""Seconds for one answer, if the caller grants no less."""

# Python's own logging goes to standard error also where nobody has set it up: in the processes
# that read notes, and under commands whose standard output is their result.
log = logging.getLogger(__name__)


class RemoteServer:
    """The server at `base`. Threads may share it."""

    def __init__(
        self,
        base: str,
        *,
        token: str | None = None,
        clock: Callable[[], float] = time.monotonic,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.base = base.rstrip("/")
        self._clock = clock
        self._breaker = Breaker(clock=clock)
        self._client = httpx.Client(
            transport=transport,
            follow_redirects=False,
            headers={
                "Accept": "application/fhir+json",
                "Content-Type": "application/fhir+json",
                # What is small on the way and huge when unpacked shall not come at all.
                "Accept-Encoding": "identity",
            }
            | ({"Authorization": f"Bearer {token}"} if token else {}),
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def ask(
        self, operation: str, parameters: list[Parameter], *, seconds: float = LONGEST_WAIT
    ) -> dict[str, Any]:
        """Ask for an operation (`ValueSet/$expand`) and return the resource that it answers.

        It takes about `seconds` at most; after failures the server is not asked for a while.

        Raises:
            RemoteFailed: no answer that can be used, or none wanted (the server failed before).
            RemoteRefused: 4xx, as a server answers that does not have a code or a value set.
        """
        if seconds <= 0 or not self._breaker.lets_through():
            raise RemoteFailed("not asked")
        try:
            resource = self._ask(operation, parameters, min(seconds, LONGEST_WAIT))
        except RemoteRefused:
            self._breaker.succeeded()
            raise
        except RemoteFailed as error:
            self._breaker.failed()
            log.warning("terminology server: %s failed: %s", operation, error)
            raise
        self._breaker.succeeded()
        return resource

    def _ask(self, operation: str, parameters: list[Parameter], seconds: float) -> dict[str, Any]:
        body = orjson.dumps({"resourceType": "Parameters", "parameter": parameters})
        deadline = self._clock() + seconds
        try:
            with self._client.stream(
                "POST", f"{self.base}/{operation}", content=body, timeout=seconds
            ) as response:
                _check(response)
                return _resource(self._read(response, deadline))
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise RemoteFailed(type(error).__name__) from None

    def _read(self, response: httpx.Response, deadline: float) -> bytes:
        content = bytearray()
        for chunk in response.iter_raw():
            content += chunk
            if len(content) > LONGEST_ANSWER:
                raise RemoteFailed(f"the answer exceeds {LONGEST_ANSWER} bytes")
            # The time-out of the client is for each read: a server may drip for ever.
            if self._clock() > deadline:
                raise RemoteFailed("the answer took too long")
        return bytes(content)


def _check(response: httpx.Response) -> None:
    status = response.status_code
    if 300 <= status < 400:
        raise RemoteFailed("a redirect, which is not followed")
    if status in (401, 403, 408, 425, 429) or status >= 500:
        raise RemoteFailed(f"HTTP {status}")
    if status >= 400:
        raise RemoteRefused(f"HTTP {status}")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise RemoteFailed("the answer is compressed, which was not asked for")
    if "json" not in response.headers.get("content-type", ""):
        raise RemoteFailed("the answer is not JSON")


def _resource(content: bytes) -> dict[str, Any]:
    try:
        resource = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise RemoteFailed("the answer is not JSON") from None
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        raise RemoteFailed("the answer is not a FHIR resource")
    return resource
