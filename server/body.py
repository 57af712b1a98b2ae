"""The body of a request, read no further than it may be long."""

from __future__ import annotations

from fastapi import Request

from server.errors import RequestTooLarge


async def read_body(request: Request, limit: int) -> bytes:
    """Read the body.

    Raises:
        RequestTooLarge: more than `limit` bytes; the rest is not read.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise RequestTooLarge(f"the body exceeds {limit} bytes")
    return bytes(body)
