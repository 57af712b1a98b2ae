import pytest

from mappers.errors import ContentTypeUnsupported
from mappers.formats.signature import sniff


@pytest.mark.parametrize(
    ("payload", "media_type"),
    [
        (b"%PDF-1.4\n", "application/pdf"),
        (b"{\\rtf1\\ansi hello}", "application/rtf"),
        (b"\xef\xbb\xbf<html><body>", "text/html"),
        (b"\n <!DOCTYPE HTML PUBLIC '-//W3C'>", "text/html"),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'>", "text/html"),
        (b"<?xml version='1.0'?><ClinicalDocument xmlns='urn:hl7-org:v3'>", "application/xml"),
        (b"<ClinicalDocument xmlns='urn:hl7-org:v3'>", "application/xml"),
        (b"<5 mg of morphine", "text/plain"),
        (b"Fever", "text/plain"),
        ("\ufeffFever".encode("utf-16-le"), "text/plain"),
        (b"", "text/plain"),
    ],
)
def test_the_first_bytes_tell(payload, media_type):
    assert sniff(payload) == media_type


def test_binary_data_are_not_text():
    with pytest.raises(ContentTypeUnsupported):
        sniff(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
