"""What the first bytes say of an attachment that does not say what it is."""

from __future__ import annotations

import re

from mappers.errors import ContentTypeUnsupported
from mappers.formats.charset import BYTE_ORDER_MARKS

HEAD = 1024
SIGNATURES: dict[str, re.Pattern[bytes]] = {
    "application/pdf": re.compile(rb"%PDF-"),
    "application/rtf": re.compile(rb"\s*\{\\rtf"),
    "text/html": re.compile(
        rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?<(!doctype\s+html|html)\b", re.IGNORECASE
    ),
    "application/xml": re.compile(rb"\s*<(\?xml\s|(\w+:)?ClinicalDocument\b)"),
}


def sniff(payload: bytes) -> str:
    """Name the media type; text/plain if nothing speaks against it.

    Raises:
        ContentTypeUnsupported: binary data of no known kind.
    """
    head = payload[:HEAD].removeprefix(BYTE_ORDER_MARKS[2][0])
    for media_type, pattern in SIGNATURES.items():
        if pattern.match(head):
            return media_type
    if b"\0" in head and not head.startswith(tuple(mark for mark, _ in BYTE_ORDER_MARKS)):
        raise ContentTypeUnsupported("no content type is given, and the data is not text")
    return "text/plain"
