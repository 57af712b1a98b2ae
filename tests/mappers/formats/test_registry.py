import pytest

from mappers.errors import ContentTypeUnsupported
from mappers.formats import cda, html, pdf, plain, rtf
from mappers.formats.registry import PREFERENCE, reader


def test_each_format_has_its_reader():
    assert reader("text/plain") is plain.read
    assert reader("text/html") is html.read
    assert reader("text/rtf") is reader("application/rtf") is rtf.read
    assert reader("application/xml") is reader("application/hl7-sda+xml") is cda.read
    assert reader("application/pdf") is pdf.read


def test_plain_text_is_the_best_and_pdf_the_last():
    assert min(PREFERENCE, key=PREFERENCE.__getitem__) == "text/plain"
    assert max(PREFERENCE, key=PREFERENCE.__getitem__) == "application/pdf"


def test_a_miss_names_what_is_read():
    with pytest.raises(ContentTypeUnsupported, match=r"text/plain, .*application/pdf"):
        reader("image/png")
