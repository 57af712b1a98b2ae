from __future__ import annotations

from models.training.scoring.phi_reading import Redaction, Redactor
from models.types import PhiSpan, Span

TEXT = "Dr. Ann-Marie Lee called."
NAME = PhiSpan(Span(4, 17, TEXT[4:17]), "NAME", 1.0, "pattern")


def test_what_is_hidden_has_no_letter_left() -> None:
    read = Redaction(TEXT, ((4, 7), (8, 17)), (NAME,))
    assert read.hides(4, 17)
    assert not read.hides(0, 17)
    assert not Redaction(TEXT, ((4, 7),), (NAME,)).hides(4, 17)


def test_one_character_is_enough_to_be_touched() -> None:
    read = Redaction(TEXT, ((4, 17),), (NAME,))
    assert read.touches(16, 24)
    assert not read.touches(17, 24)
    assert read.causes(0, 5) == [NAME]
    assert read.causes(0, 4) == []


def test_the_path_of_the_product_is_read_in_order() -> None:
    texts = ["Call 555-0142 now.", "Nothing here.", "Mail to a.b@c.example please."] * 15
    read = list(Redactor.of("en").read(texts))
    assert [each.text for each in read] == texts
    assert read[0].hides(5, 13)
    assert not read[1].taken
    assert read[44].hides(8, 21)
