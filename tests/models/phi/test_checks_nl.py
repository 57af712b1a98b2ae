import pytest

from models.phi.checks import CHECKS


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        ("bsn", "111222333", "111222334"),
        ("bsn", "123456782", "12345678"),
        ("bsn", "1112.22.333", "000000000"),
        ("insz", "85.07.30-033.28", "85.07.30-033.29"),
        ("insz", "01.05.17-003.57", "850730033"),
        ("benelux_phone", "06-12345678", "06-1234567"),
        ("benelux_phone", "+31 6 12345678", "+31 6 123456789"),
        ("benelux_phone", "0031 (0)30 123 45 67", "030 123 45 67 89"),
        ("benelux_phone", "02 123 45 67", "02 123 45"),
        ("benelux_phone", "+32 470 12 34 56", "07-06-2024 13"),
    ],
)
def test_tells_an_identifier_from_another_number(check, right, wrong):
    assert CHECKS[check](right)
    assert not CHECKS[check](wrong)
