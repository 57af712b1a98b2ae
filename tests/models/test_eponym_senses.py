"""What stands around an eponym is looked at in linear time."""

from __future__ import annotations

import time

from models.clinical_senses import without_senses
from models.types import PhiSpan, Span


def seconds(count: int) -> float:
    text = "Wilson, " * count
    finds = [
        PhiSpan(Span(at, at + 6, "Wilson"), "NAME", 0.6, "model") for at in range(0, 8 * count, 8)
    ]
    started = time.process_time()
    assert len(without_senses(finds, text, "en")) == count
    return time.process_time() - started


def test_a_long_list_of_eponyms_takes_linear_time() -> None:
    seconds(10)
    assert seconds(4000) < 12 * seconds(1000) + 0.05
