"""text/plain."""

from __future__ import annotations

from mappers.formats.charset import decode
from mappers.formats.limits import Limits


def read(payload: bytes, charset: str | None, limits: Limits) -> str:
    """Decode and change nothing: line ends, NUL and control characters stay where they are.

    So an offset means the same to every client that decodes the attachment.
    """
    del limits
    return decode(payload, charset)
