import time

import pytest

from mappers.errors import AttachmentMalformed, CharsetUnknown
from mappers.formats.limits import DEFAULT_LIMITS
from mappers.formats.rtf import read

HEAD = (
    r"{\rtf1\ansi\ansicpg1252\deff0"
    r"{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\fcharset238 Arial CE;}}"
)


def text(body, head=HEAD):
    return read((head + body + "}").encode("latin-1"), None, DEFAULT_LIMITS)


def test_text_without_the_tables_around_it():
    body = (
        r"{\colortbl;\red0\green0\blue0;}{\stylesheet{\s0 Normal;}}{\*\generator Writer 1;}"
        r"{\info{\author J. Example}}{\header Page {\field{\*\fldinst PAGE}{\fldrslt 1}}}"
        r"\pard\b Assessment:\b0\par"
        "\r\n"
        r"Pneu\b monia\b0 , no fever.\line Rest \{and\} fluids\\water.\par"
    )
    assert text(body) == "Assessment:\nPneumonia, no fever.\nRest {and} fluids\\water."


def test_a_table_is_read_row_by_row():
    body = r"\trowd Sodium\cell 140\cell\row\trowd Potassium\cell 4.1\cell\row\pard after"
    assert text(body) == "Sodium\t140\t\nPotassium\t4.1\t\nafter"


def test_bytes_follow_the_code_page_of_their_font():
    assert text(r"ni\'f1o 38 \'b0C {\f1 \'b3\'f3d\'9f} \'f1") == "niño 38 °C łódź ñ"


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        (r"{\rtf1\ansi\ansicpg1251 ", r"\'e1\'ee\'eb\'fc", "боль"),
        (r"{\rtf1\ansi\ansicpg65001 ", r"ni\'c3\'b1o", "niño"),
        (r"{\rtf1\mac ", r"ni\'96o", "niño"),
        (r"{\rtf1\ansi\ansicpg932 ", r"\'94\'4d", "熱"),
        (r"{\rtf1\ansi\deff3{\fonttbl{\f3\fcharset204 Arial;}}", r"\'e1\'ee\'eb\'fc", "боль"),
        (r"{\rtf1 ", "ni\xf1o", "niño"),
    ],
)
def test_code_pages(head, body, expected):
    assert text(body, head) == expected


def test_unicode_skips_its_fallback():
    assert text(r"\u181? \uc2\u960\'70\'69 {\uc0\u8804}5 \u-3913\'3f\'3fx") == "µ π ≤5 \uf0b7x"


def test_typographic_symbols():
    assert text(r"\lquote a\rquote\emdash b\~c\-d\_e\bullet") == "‘a’—b cd‑e•"


def test_hidden_and_deleted_text_is_not_read():
    assert text(r"No {\deleted known }{\v secret }\v off\v0 allergies\deleted  gone\plain .") == (
        "No allergies."
    )


def test_a_comment_is_not_read_but_the_result_of_a_field_is():
    body = (
        r"Seen {\*\annotation a remark}in {\field{\*\fldinst{ HYPERLINK "
        r'"https://example.org"}}{\fldrslt{\ul clinic}}}.'
    )
    assert text(body) == "Seen in clinic."


def test_binary_data_are_passed_over():
    assert text(r"a{\pict\bin4 }}}}}b\bin3 \\\c") == "abc"


def test_what_follows_the_document_is_not_read():
    assert text(r"Fever}trailing{\b more") == "Fever"


def test_a_missing_closing_brace_is_no_error():
    assert read(rb"{\rtf1 Fever", None, DEFAULT_LIMITS) == "Fever"


@pytest.mark.parametrize("payload", [b"", b"Fever", b"{\\rt", b"PK\x03\x04"])
def test_what_is_not_rtf_is_refused(payload):
    with pytest.raises(AttachmentMalformed):
        read(payload, None, DEFAULT_LIMITS)


def test_an_unknown_code_page_is_refused():
    with pytest.raises(CharsetUnknown, match="code page 12345"):
        text("Fever", r"{\rtf1\ansi\ansicpg12345 ")


@pytest.mark.parametrize(
    "body", [r"\u", r"\uc", r"\ansicpg", r"\f", r"\'", r"\'zz", "\\", r"\u-99999999 "]
)
def test_broken_control_words_raise_nothing(body):
    assert text("Fever " + body + " ").startswith("Fever")


def test_deep_nesting_is_refused():
    with pytest.raises(AttachmentMalformed, match="deep"):
        text("{" * 2_000_000)


BOMBS = {
    "fields": r"{\field{\*\fldinst{ HYPERLINK}}{\fldrslt x}}" * 20_000 + " Fever",
    "fonts": r"\f1\fcharset0 " * 60_000 + "Fever",
    "backslashes": "\\" * 1_000_000 + " Fever",
    "bytes": r"\'e9" * 400_000 + " Fever",
    "groups": "{}" * 400_000 + "Fever",
    "unicode": r"\u233?" * 200_000 + " Fever",
}


@pytest.mark.parametrize("body", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_is_read_in_bounded_time(body):
    start = time.process_time()
    assert text(body).endswith("Fever")
    assert time.process_time() - start < 3
