import base64
import time

import pytest

from mappers.errors import (
    AttachmentEncrypted,
    AttachmentMalformed,
    CharsetUnknown,
    ContentTypeUnsupported,
)
from mappers.formats.cda import read
from mappers.formats.limits import DEFAULT_LIMITS

START = "<ClinicalDocument xmlns='urn:hl7-org:v3'><title>Summary</title><component><structuredBody>"
END = "</structuredBody></component></ClinicalDocument>"


def section(title, text, inside=""):
    return (
        f"<component><section><code code='1'/><title>{title}</title><text>{text}</text>{inside}"
        "<entry><observation><text>coded, not narrative</text></observation></entry>"
        "</section></component>"
    )


def text(*sections, charset=None, encoding="utf-8", head=""):
    markup = head + START + "".join(sections) + END
    return read(markup.encode(encoding), charset, DEFAULT_LIMITS)


def non_xml_body(attributes, content):
    markup = (
        "<ClinicalDocument xmlns='urn:hl7-org:v3'><component><nonXMLBody>"
        f"<text {attributes}>{content}</text></nonXMLBody></component></ClinicalDocument>"
    )
    return read(markup.encode(), None, DEFAULT_LIMITS)


def test_titles_and_narrative_in_order():
    assert text(
        section(
            "Problems",
            "<paragraph>Has <content styleCode='Bold'>pneu</content>monia.</paragraph>"
            "<paragraph>No fever<br/>no chills</paragraph>",
            section("Detail", "Left lung."),
        ),
        section(
            "Drugs", "<list><caption>Now</caption><item>aspirin</item><item>insulin</item></list>"
        ),
    ) == (
        "Problems\n\nHas pneumonia.\n\nNo fever\nno chills\n\n"
        "Detail\n\nLeft lung.\n\nDrugs\n\nNow\naspirin\ninsulin"
    )


def test_a_table_is_read_row_by_row():
    table = (
        "<table><thead><tr><th>Test</th><th>Value</th></tr></thead>\n<tbody>\n"
        "<tr><td><paragraph>Sodium</paragraph></td> <td><paragraph>140</paragraph></td></tr>\n"
        "<tr><td>Potassium</td><td>4.1</td></tr></tbody></table>"
    )
    assert text(section("Labs", table)) == "Labs\n\nTest\tValue\nSodium\t140\nPotassium\t4.1"


def test_deleted_text_is_not_read():
    body = "No <content revised='delete'>known <br/>drug </content>allergies<!-- yet -->."
    assert text(section("Allergies", body)) == "Allergies\n\nNo allergies."


def test_a_missing_namespace_is_no_error():
    markup = (START + section("Labs", "Na 140") + END).replace(" xmlns='urn:hl7-org:v3'", "")
    assert read(markup.encode(), None, DEFAULT_LIMITS) == "Labs\n\nNa 140"


def test_charsets():
    head = "<?xml version='1.0' encoding='iso-8859-1'?>"
    body = section("Niño", "38 °C")
    assert text(body, head=head, encoding="iso-8859-1") == "Niño\n\n38 °C"
    assert text(body, head=head, charset="utf-8") == "Niño\n\n38 °C"
    assert text(body, encoding="utf-16") == "Niño\n\n38 °C"
    with pytest.raises(CharsetUnknown):
        text(body, head="<?xml version='1.0' encoding='klingon'?>")


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        ("text/plain", "Fever < 38"),
        ("text/html", "<p>Fever &lt; 38"),
        ("text/rtf", r"{\rtf1 Fever < 38}"),
    ],
)
def test_an_unstructured_body_is_read_by_its_format(media_type, content):
    encoded = base64.encodebytes(content.encode()).decode()
    attributes = f"mediaType='{media_type}' representation='B64'"
    assert non_xml_body(attributes, encoded) == "Fever < 38"


def test_an_unstructured_body_may_be_bare_text():
    assert non_xml_body("", "Fever &lt; 38") == "Fever < 38"


def test_an_unstructured_body_may_fail_by_its_format(pdf):
    import io

    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(("Fever",))))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    encoded = base64.b64encode(out.getvalue()).decode()
    with pytest.raises(AttachmentEncrypted):
        non_xml_body("mediaType='application/pdf' representation='B64'", encoded)
    with pytest.raises(ContentTypeUnsupported, match="text/plain"):
        non_xml_body("mediaType='image/png' representation='B64'", encoded)
    with pytest.raises(AttachmentMalformed, match="base64"):
        non_xml_body("mediaType='text/plain' representation='B64'", "%%%")


@pytest.mark.parametrize("markup", ["<html><p>Jane Example</p></html>", "<Bundle/>"])
def test_other_xml_is_not_read(markup):
    with pytest.raises(ContentTypeUnsupported, match="ClinicalDocument"):
        read(markup.encode(), None, DEFAULT_LIMITS)


@pytest.mark.parametrize(
    "markup", ["", "Jane Example", "<ClinicalDocument>", "<a>&nbsp;</a>", "<a>\0</a>"]
)
def test_what_is_not_well_formed_is_refused_without_quoting_it(markup):
    with pytest.raises(AttachmentMalformed) as caught:
        read(markup.encode(), None, DEFAULT_LIMITS)
    assert "Jane" not in str(caught.value)
    assert caught.value.__context__ is None


def test_external_entities_are_refused(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("do not read")
    doctype = f"<!DOCTYPE ClinicalDocument [<!ENTITY x SYSTEM '{secret.as_uri()}'>]>"
    with pytest.raises(AttachmentMalformed, match="DOCTYPE"):
        text(section("T", "&x;"), head=doctype)
    with pytest.raises(AttachmentMalformed, match="DOCTYPE"):
        text(
            section("T", "Fever"), head="<!DOCTYPE ClinicalDocument SYSTEM 'http://example.org/x'>"
        )


BOMBS = {
    "entities": "<!DOCTYPE a [<!ENTITY a0 'aaaaaaaaaa'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
    + "]><a b='&a9;'>&a9;</a>",
    "nested": "<a>" * 100_000 + "</a>" * 100_000,
    "long text": "<a>" + "x" * 10_500_000 + "</a>",
}


@pytest.mark.parametrize("markup", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_is_refused_in_bounded_time(markup):
    start = time.process_time()
    with pytest.raises(AttachmentMalformed):
        read(markup.encode(), None, DEFAULT_LIMITS)
    assert time.process_time() - start < 2


def test_many_attributes_are_read_in_bounded_time():
    attributes = " ".join(f"a{n}='x'" for n in range(700_000))
    start = time.process_time()
    assert text(section("T", f"<content {attributes}>Fever</content>")) == "T\n\nFever"
    assert time.process_time() - start < 3
