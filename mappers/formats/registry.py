"""Which reader reads which media type."""

from __future__ import annotations

from collections.abc import Callable

from mappers.errors import ContentTypeUnsupported
from mappers.formats import cda, html, pdf, plain, rtf
from mappers.formats.limits import Limits

Reader = Callable[[bytes, str | None, Limits], str]
"""Payload, declared charset and limits in; the text out."""

# The best first: the less a format hides, the surer the text.
READERS: dict[str, Reader] = {
    "text/plain": plain.read,
    "text/markdown": plain.read,
    "text/html": html.read,
    "application/xhtml+xml": html.read,
    "application/rtf": rtf.read,
    "text/rtf": rtf.read,
    "application/xml": cda.read,
    "text/xml": cda.read,
    "application/hl7-sda+xml": cda.read,
    "application/cda+xml": cda.read,
    "application/pdf": pdf.read,
}

PREFERENCE = {media_type: rank for rank, media_type in enumerate(READERS)}


def reader(media_type: str) -> Reader:
    """Look up a reader; the media type is in lower case and has no parameters.

    Raises:
        ContentTypeUnsupported: there is none; the message names those that there are.
    """
    if media_type not in READERS:
        raise ContentTypeUnsupported(f"this content type is not read; {those_read()}")
    return READERS[media_type]


def those_read() -> str:
    """Name the media types that are read, for a message."""
    return f"read are {', '.join(READERS)}"
