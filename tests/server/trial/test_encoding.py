from decimal import Decimal

import pytest

from server.trial.encoding import parse, serialise
from server.trial.errors import Invalid


@pytest.mark.parametrize(
    "text", ["2.10", "0.000", "-1.50", "12345678901234567890.5", "1", '"a\\\\u0000"', '"é𝒳"', "[]"]
)
def test_text_survives(text):
    assert serialise(parse(text.encode())).decode() == text


@pytest.mark.parametrize(("text", "written"), [("1e2", "100"), ("1.20E-2", "0.0120")])
def test_exponents_are_written_out(text, written):
    assert serialise(parse(text.encode())).decode() == written
    assert isinstance(parse(text.encode()), Decimal)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"\xff", b"NaN", b"[Infinity]", b"1e101", b"1e-999999999", b"1" * 5000,
        b'"\\ud800"', b"1" * 30, b"[" * 300 + b"]" * 300,
        b'"\\u0000"', b'{"\\u0000": 1}', b'[["\\u0000"]]', b"[" * 100_000,
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused(body):
    with pytest.raises(Invalid):
        parse(body)


def test_a_byte_order_mark_is_no_content():
    assert parse(b"\xef\xbb\xbf1") == 1


@pytest.mark.parametrize("value", ["\ud800", 2**80, {1: 2}])
def test_what_cannot_be_written_is_refused(value):
    with pytest.raises(Invalid):
        serialise(value)
