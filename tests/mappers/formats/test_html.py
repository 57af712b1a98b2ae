import time

import pytest

from mappers.errors import AttachmentMalformed, CharsetUnknown
from mappers.formats.html import read
from mappers.formats.limits import DEFAULT_LIMITS


def text(markup, charset=None):
    payload = markup if isinstance(markup, bytes) else markup.encode()
    return read(payload, charset, DEFAULT_LIMITS)


def test_blocks_become_lines_and_inline_elements_do_not():
    markup = """<html><head><title>Visit</title><style>p {}</style></head><body>
      <h1>Assessment</h1>
      <p>Patient has <b>pneu</b>monia,
         no&nbsp;fever &lt; 38&deg;C.</p><div>Plan:<br>rest<BR/>fluids</div>
      <ul><li>aspirin</li><li>metoprolol</li></ul>
      <script>if (a < b) document.write("<p>not shown</p>")</script>
      <!-- a <p>comment</p> -->
    </body></html>"""
    assert text(markup) == (
        "Assessment\n\nPatient has pneumonia, no fever < 38°C.\n\n"
        "Plan:\nrest\nfluids\n\naspirin\nmetoprolol"
    )


def test_a_table_is_read_row_by_row():
    markup = (
        "<table><thead><tr><th>Test</th><th>Value</th></tr></thead><tbody>"
        "<tr><td><p>Sodium</p></td><td><p>140</p></td></tr>"
        "<tr><td>Potassium<td>4.1"
        "</table>after"
    )
    assert text(markup) == "Test\tValue\nSodium\t140\nPotassium\t4.1\n\nafter"


def test_preformatted_text_keeps_its_lines():
    assert text("<p>Labs</p><pre>Na  140\nK   4.1</pre>") == "Labs\n\nNa  140\nK   4.1"


def test_comparisons_are_not_markup():
    assert text("<p>pO2 <60, INR >2, K<3") == "pO2 <60, INR >2, K<3"


def test_what_never_closes_is_text_rather_than_lost():
    assert text("<p>glucose <limit of detection") == "glucose <limit of detection"


def test_a_quoted_attribute_may_hold_a_bracket():
    assert text("<p title='a > b' class=\"x>y\">Fever</p>") == "Fever"


def test_a_quote_without_end_does_not_swallow_the_text():
    assert text('<p title="open>Fever</p><p>and chills</p>') == "Fever\n\nand chills"


@pytest.mark.parametrize("tag", ["script", "STYLE", "title", "iframe"])
def test_what_is_not_shown_is_not_read(tag):
    assert text(f"<p>Fever</p><{tag} x=1>hidden <b>too</b></{tag} >.") == "Fever\n\n."


@pytest.mark.parametrize(
    "head",
    [
        '<meta charset="iso-8859-1">',
        '<META http-equiv=Content-Type content="text/html; charset=ISO-8859-1">',
        '<?xml version="1.0" encoding="iso-8859-1"?>',
    ],
)
def test_a_charset_declared_inside_is_followed(head):
    assert text(f"{head}<p>38 °C, niño".encode("iso-8859-1")) == "38 °C, niño"


def test_the_content_type_wins_over_the_meta_element():
    assert text("<meta charset=iso-8859-1><p>niño".encode(), "utf-8") == "niño"


def test_an_unknown_charset_inside_is_refused():
    with pytest.raises(CharsetUnknown):
        text('<meta charset="klingon"><p>Fever')


def test_odd_character_references_are_no_error():
    assert (
        text("a&#0;b &#xD800; &#x110000; &bogus; &amp &eacute;")
        == "a\ufffdb \ufffd \ufffd &bogus; & é"
    )


def test_an_endless_character_reference_is_refused():
    with pytest.raises(AttachmentMalformed):
        text("&#" + "9" * 10_000 + ";")


def test_an_internal_entity_is_not_expanded():
    assert "boom" not in text('<!DOCTYPE html [<!ENTITY b "boom">]><p>&b;</p>')


BOMBS = {
    "nested": b"<div>" * 100_000 + b"Fever" + b"</div>" * 100_000,
    "attributes": b"<p " + b" ".join(b'a%d="x"' % n for n in range(700_000)) + b">Fever",
    "one attribute": b'<p a="' + b"x" * 10_000_000 + b'">Fever',
    "unclosed tags": b"<a" * 2_000_000 + b" Fever",
    "unclosed quotes": b'<a "' * 1_000_001 + b">Fever",
    "brackets": b"<" * 4_000_000 + b" Fever",
    "comments": b"<!-- -->" * 300_000 + b"Fever",
    "entities": b"&amp" * 1_000_000 + b" Fever",
    "ampersands": b"&" * 3_000_000 + b" Fever",
}


@pytest.mark.parametrize("payload", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_is_read_in_bounded_time(payload):
    start = time.process_time()
    assert text(payload).endswith("Fever")
    assert time.process_time() - start < 2
