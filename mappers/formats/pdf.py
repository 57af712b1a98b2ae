"""application/pdf with a text layer."""

from __future__ import annotations

import io
import logging
import warnings
from typing import Any

import pypdf
from pypdf.errors import DependencyError, FileNotDecryptedError, LimitReachedError

from mappers.errors import (
    AttachmentEncrypted,
    AttachmentMalformed,
    AttachmentTooLarge,
    DocumentError,
    NoteEmpty,
)
from mappers.formats.limits import Limits

# pypdf logs what it mends and quotes the file while doing so.
logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)

# A page of text is some kilobytes; pypdf's own limits would let one page cost minutes.
BUDGET: dict[str, Any] = {
    "zlib_maximum_output_length": 10_000_000,
    "lzw_maximum_output_length": 10_000_000,
    "run_length_maximum_output_length": 10_000_000,
    "array_based_stream_maximum_output_length": 10_000_000,
    "stream_decoding_work_maximum_length": 50_000_000,
    "stream_parsing_work_maximum_count": 200_000,
    "xform_maximum_invocations_per_extraction": 200,
}


def read(payload: bytes, charset: str | None, limits: Limits) -> str:
    """Give the text layer, with a blank line between pages.

    A PDF that is encrypted only to restrict printing opens with an empty password, and is read.

    Raises:
        AttachmentEncrypted: it needs a password.
        AttachmentTooLarge: more pages or characters than the limit, or a page too complex.
        AttachmentMalformed: not a PDF, or a broken one.
        NoteEmpty: no text layer, as in a scan.
    """
    del charset
    with warnings.catch_warnings(), pypdf.apply_configuration(**BUDGET):
        warnings.simplefilter("ignore")
        try:
            return _read(payload, limits)
        except DocumentError:
            raise
        except (FileNotDecryptedError, DependencyError):
            failure: DocumentError = AttachmentEncrypted("the PDF needs a password")
        except LimitReachedError:
            failure = AttachmentTooLarge("the PDF is too complex to be read")
        # A broken file may raise anything at all.
        except Exception as error:
            failure = AttachmentMalformed(f"the PDF is broken ({type(error).__name__})")
    # Outside the handler: what pypdf raises may quote the file, and must not be chained.
    raise failure


def _read(payload: bytes, limits: Limits) -> str:
    reader = pypdf.PdfReader(io.BytesIO(payload), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise AttachmentEncrypted("the PDF needs a password")
    if len(reader.pages) > limits.max_pages:
        raise AttachmentTooLarge(f"the PDF has more than {limits.max_pages} pages")
    text = _pages(reader, limits)
    if not text:
        raise NoteEmpty("the PDF has no text layer; a scan needs character recognition first")
    return text


def _pages(reader: pypdf.PdfReader, limits: Limits) -> str:
    pages: list[str] = []
    characters = 0
    for page in reader.pages:
        pages.append(page.extract_text().strip())
        characters += len(pages[-1]) + 2
        if characters > limits.max_characters + 2:
            raise AttachmentTooLarge(f"the text has more than {limits.max_characters} characters")
    return "\n\n".join(filter(None, pages))
