from mappers.formats.limits import DEFAULT_LIMITS
from mappers.formats.plain import read


def test_every_character_stays_where_it_is():
    text = "BP 120/80\r\nAllergies:\tnone\x00\x0b \N{PILL} caf\u00e9 \u200b\u2028end\r"
    assert read(text.encode(), "utf-8", DEFAULT_LIMITS) == text


def test_only_the_byte_order_mark_goes():
    payload = "\ufeff\ufeffFever".encode()
    assert read(payload, None, DEFAULT_LIMITS) == "\ufeffFever"
