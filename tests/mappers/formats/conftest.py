"""A PDF written by hand, so that the reader is not tested with its own writer."""

from collections.abc import Callable

import pytest


def _content(lines: tuple[str, ...]) -> bytes:
    shown = b" ".join(b"(%s) Tj T*" % line.encode("cp1252") for line in lines)
    return b"BT /F1 12 Tf 72 720 Td 14 TL " + shown + b" ET"


def _stream(content: bytes, extra: bytes = b"") -> bytes:
    return b"<< /Length %d %s>>\nstream\n%s\nendstream" % (len(content), extra, content)


def _file(objects: list[bytes]) -> bytes:
    out = b"%PDF-1.7\n"
    table = b"0000000000 65535 f \n"
    for number, body in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    size = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out))
    return out + b"xref\n0 %d\n" % size + table + trailer


def _build(*contents: bytes, extra: bytes = b"") -> bytes:
    catalog = b"<< /Type /Catalog /Pages 2 0 R >>"
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    pages: list[bytes] = []
    kids: list[bytes] = []
    for content in contents:
        number = 4 + len(pages)
        kids.append(b"%d 0 R" % number)
        pages += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] "
            b"/Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>" % (number + 1),
            _stream(content, extra),
        ]
    tree = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    return _file([catalog, tree, font, *pages])


@pytest.fixture
def build_pdf() -> Callable[..., bytes]:
    """Build a PDF from raw content streams, one a page; `extra` goes into their dictionaries."""
    return _build


@pytest.fixture
def pdf() -> Callable[..., bytes]:
    """Build a PDF from pages, each a tuple of lines."""

    def build(*pages: tuple[str, ...]) -> bytes:
        return _build(*(_content(lines) for lines in pages))

    return build
