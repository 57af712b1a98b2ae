"""What stands around an eponym is looked at in linear time."""

from __future__ import annotations

import time

from models.phi.clinical_senses import without_senses
from models.types import PhiSpan, Span


def seconds(count: int) -> float:
    text = "Wilson, " * count
    finds = [
        PhiSpan(Span(at, at + 6, "Wilson"), "NAME", 0.6, "model") for at in range(0, 8 * count, 8)
    ]
    started = time.process_time()
    assert len(without_senses(finds, text, "en")) == count
    return time.process_time() - started


def seconds_of_codes(count: int) -> float:
    text = "ICD-10 I10 (x) foo; " * count
    finds = [
        PhiSpan(Span(at, at + 10, "ICD-10 I10"), "ID", 0.6, "model")
        for at in range(0, 20 * count, 20)
    ]
    started = time.process_time()
    assert without_senses(finds, text, "en") == []
    return time.process_time() - started


def test_many_codes_take_linear_time() -> None:
    seconds_of_codes(10)
    assert seconds_of_codes(8000) < 12 * seconds_of_codes(2000) + 0.05


def test_a_long_list_of_eponyms_takes_linear_time() -> None:
    seconds(10)
    assert seconds(4000) < 12 * seconds(1000) + 0.05
