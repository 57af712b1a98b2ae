"""How much of an attachment is read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What is larger is refused with AttachmentTooLarge, never cut short.

    `max_bytes` counts the attachment after base64, `max_characters` the decoded text in Unicode
    code points, `max_pages` the pages of a PDF.
    """

    max_bytes: int = 20_000_000
    max_characters: int = 10_000_000
    max_pages: int = 1_000


DEFAULT_LIMITS = Limits()
