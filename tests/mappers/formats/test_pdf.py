import io
import logging
import time
import zlib

import pypdf
import pytest

from mappers.errors import (
    AttachmentEncrypted,
    AttachmentMalformed,
    AttachmentTooLarge,
    NoteEmpty,
)
from mappers.formats.limits import DEFAULT_LIMITS, Limits
from mappers.formats.pdf import read

PAGES = (("Aspirin 81 mg daily.", "No fever, ni\u00f1o."), ("Seen again in March.",))


def encrypted(payload, user, algorithm):
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(payload))
    writer.encrypt(user, "owner", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_lines_and_pages_are_kept_apart(pdf):
    assert read(pdf(*PAGES), None, DEFAULT_LIMITS) == (
        "Aspirin 81 mg daily.\nNo fever, niño.\n\nSeen again in March."
    )


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_a_password_is_asked_for(pdf, algorithm):
    with pytest.raises(AttachmentEncrypted):
        read(encrypted(pdf(*PAGES), "secret", algorithm), None, DEFAULT_LIMITS)


def test_an_empty_password_is_tried(pdf):
    text = read(encrypted(pdf(*PAGES), "", "AES-256"), None, DEFAULT_LIMITS)
    assert text.startswith("Aspirin 81 mg")


@pytest.mark.parametrize("contents", [(), (b"",), (b"0 0 100 100 re f", b"")])
def test_a_scan_has_no_text(build_pdf, contents):
    with pytest.raises(NoteEmpty, match="text layer"):
        read(build_pdf(*contents), None, DEFAULT_LIMITS)


@pytest.mark.parametrize("payload", [b"", b"Jane Example", b"%PDF-1.7\n" + b"Jane Example " * 99])
def test_what_is_not_a_pdf_is_refused_without_quoting_it(payload):
    with pytest.raises(AttachmentMalformed) as caught:
        read(payload, None, DEFAULT_LIMITS)
    assert "Jane" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_a_truncated_pdf_is_refused(pdf):
    payload = pdf(*PAGES)
    with pytest.raises(AttachmentMalformed):
        read(payload[: len(payload) // 2], None, DEFAULT_LIMITS)


def test_what_pypdf_mends_is_logged_nowhere(pdf, caplog, capfd):
    payload = pdf(*PAGES).replace(b"startxref\n", b"startxref\n1")
    with caplog.at_level(logging.DEBUG):
        assert read(payload, None, DEFAULT_LIMITS).startswith("Aspirin")
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")


def test_too_many_pages_or_characters_are_refused(pdf):
    payload = pdf(*PAGES)
    with pytest.raises(AttachmentTooLarge, match="pages"):
        read(payload, None, Limits(max_pages=1))
    with pytest.raises(AttachmentTooLarge, match="characters"):
        read(payload, None, Limits(max_characters=40))


@pytest.mark.parametrize(
    "content",
    [b" " * 50_000_000, b"BT /F1 12 Tf " + b"(a) Tj " * 250_000 + b"ET"],
    ids=["decompression", "operators"],
)
def test_a_bomb_is_refused_in_bounded_time(build_pdf, content):
    payload = build_pdf(zlib.compress(content), extra=b"/Filter /FlateDecode ")
    start = time.process_time()
    with pytest.raises(AttachmentTooLarge):
        read(payload, None, DEFAULT_LIMITS)
    assert time.process_time() - start < 5
