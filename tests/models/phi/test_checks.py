import pytest

from models.phi.checks import CHECKS, is_fraction


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        ("luhn", "4111 1111 1111 1111", "4111 1111 1111 1112"),
        ("nhs", "943 476 5919", "943 476 5918"),
        ("dea", "AB1234563", "AB1234564"),
        ("iban", "GB82 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 33"),
        ("vin", "1M8GDM9AXKP042788", "1M8GDM9A1KP042788"),
        ("ipv4", "192.168.1.20", "192.168.1.256"),
        ("ipv4", "10.0.0.1", "1.2.3.4"),
        ("ipv4", "10.0.0.1:8443", "1.2.3.4:80"),
        ("ipv4", "203.0.113.4/24", "1.2.3.4/24"),
        ("nhs", "943 476 5919", "111 111 1111"),
        ("luhn", "4111111111111111", "000"),
        ("ipv6", "2001:db8::92f4:30a4", "10:15:00"),
        ("ipv6", "fe80::1/64", "::"),
        ("domain", "portal.example", "pain.He"),
        ("domain", "social.example/ann", "a.m"),
        ("reference", "CT-55120", "BMS-986165"),
        ("reference", "10448812", "1200000"),
        ("reference", "CI417-55210933", "CI-994"),
        ("serial", "G6131-58", "12mm"),
        ("serial", "551233", "1204"),
        ("mixed", "22 g 6435", "platelet"),
    ],
)
def test_tells_identifiers_from_other_numbers(check, right, wrong):
    assert CHECKS[check](right)
    assert not CHECKS[check](wrong)


@pytest.mark.parametrize("text", ["70/30", "10/12.5", "50/50", "20/20", "0/10", "5/325"])
def test_a_fraction_is_no_date(text):
    assert is_fraction(text)


@pytest.mark.parametrize("text", ["3/4", "12/25", "25/12", "02/21", "3/2021", "3/4/21", "May 3"])
def test_what_may_be_a_date_is_no_fraction(text):
    assert not is_fraction(text)
