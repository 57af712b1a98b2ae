import codecs

import pytest

from mappers.errors import CharsetUnknown
from mappers.formats.charset import decode

TEXT = "Niño con fiebre, 38,5 °C"


@pytest.mark.parametrize(
    "charset",
    ["utf-8", "UTF-8", "iso-8859-1", "latin1", "windows-1252", "iso-8859-15", "utf-16-be", "cp850"],
)
def test_a_declared_charset_is_followed(charset):
    assert decode(TEXT.encode(charset), charset) == TEXT


@pytest.mark.parametrize(
    ("mark", "charset"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
@pytest.mark.parametrize("declared", [None, "utf-8", "iso-8859-1"])
def test_a_byte_order_mark_wins_and_is_removed(mark, charset, declared):
    assert decode(mark + TEXT.encode(charset), declared) == TEXT


def test_what_is_declared_outside_wins_over_inside():
    assert decode(TEXT.encode("iso-8859-1"), "iso-8859-1", "utf-8") == TEXT
    assert decode(TEXT.encode("iso-8859-1"), None, "iso-8859-1") == TEXT


def test_undeclared_bytes_are_utf_8_or_windows_1252():
    assert decode(TEXT.encode(), None) == TEXT
    assert decode("38 °C – “fiebre”".encode("cp1252"), None) == "38 °C – “fiebre”"


@pytest.mark.parametrize(
    ("payload", "declared"),
    [
        (b"caf\xe9", "utf-8"),
        (b"caf\xe9", "us-ascii"),
        (b"\xe9\x81", None),
        ("Fever".encode("utf-16-le"), None),
        (b"\xff\xfe\x00", None),
    ],
)
def test_bytes_that_do_not_follow_are_refused(payload, declared):
    with pytest.raises(CharsetUnknown):
        decode(payload, declared)


@pytest.mark.parametrize(
    "charset",
    [
        "klingon",
        "zlib",
        "hex",
        "rot13",
        "idna",
        "punycode",
        "unicode_escape",
        "utf-7",
        "x" * 500,
        "\0",
    ],
)
def test_only_character_sets_are_charsets(charset):
    with pytest.raises(CharsetUnknown):
        decode(b"Fever", charset)


def test_the_message_names_a_charset_but_repeats_nothing_else():
    with pytest.raises(CharsetUnknown, match="charset klingon is not known"):
        decode(b"Fever", "klingon")
    with pytest.raises(CharsetUnknown) as caught:
        decode(b"Fever", "Jane Example, born 1950")
    assert "Jane" not in str(caught.value)


def test_a_refusal_holds_no_text():
    with pytest.raises(CharsetUnknown) as caught:
        decode(b"Jane Example caf\xe9", "utf-8")
    assert "Jane" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
