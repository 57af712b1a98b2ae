import pytest

from models.phi.checks import CHECKS


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        ("dni", "12345678Z", "12345678A"),
        ("dni", "12.345.678-z", "12.345.679-z"),
        ("dni", "X1234567L", "Y1234567L"),
        ("dni", "Y1234567X", "Y1234567Y"),
        ("nuss", "28/12345678/40", "28/12345678/41"),
        ("nuss", "28 01234567 42", "99 12345678 40"),
        ("rut", "12.345.678-5", "12.345.678-6"),
        ("rut", "1.000.005-K", "1.000.005-0"),
    ],
)
def test_tells_identifiers_from_other_numbers(check, right, wrong):
    assert CHECKS[check](right)
    assert not CHECKS[check](wrong)
