from __future__ import annotations

import pytest

from mappers.errors import LeakFound
from models.recognizing.known import KnownIdentifiers
from models.types import PhiSpan, Span
from server.bulk.names import check_name, pseudonym

KNOWN = KnownIdentifiers((("NAME", "Zyxwish"), ("ID", "88441207")))
PHI = (PhiSpan(Span(0, 9, "Brunthorp"), "NAME", 0.9, "model"),)


@pytest.mark.parametrize(
    "name",
    ["Zyxwish", "zyxwish_2", "ZYXWISH-note", "mrn 8844-1207", "x.Brunthorp.1", "seen_2024-03-05"],
)
def test_a_name_that_tells_is_refused(name: str) -> None:
    with pytest.raises(LeakFound) as caught:
        check_name(name, "en", KNOWN, PHI)
    assert name not in str(caught.value)


@pytest.mark.parametrize(
    "name", ["note_000123", "en.0012", "p-000123", "Progress Note 17", "discharge_summary", "7"]
)
def test_a_plain_name_stays(name: str) -> None:
    check_name(name, "en", KNOWN, PHI)


def test_pseudonyms_of_names_depend_on_the_key() -> None:
    one = pseudonym("Zyxwish", b"k" * 32)
    assert one == pseudonym("Zyxwish", b"k" * 32)
    assert len({one, pseudonym("Zyxwish", b"l" * 32), pseudonym("Zyxwisj", b"k" * 32)}) == 3
    assert pseudonym("odd \udcff name", b"k" * 32)
