"""How many mentions around one share a group with it."""

import numpy as np

from models.relating.sharing import Sharing, shared
from models.relating.units import Mention, Units

NAMES = "gout pain drug pain rash pain"
PAIN = np.array([[0], [1], [1], [1], [0], [1]], np.uint64)
"""The drug is for pain, and for nothing else of the note."""


def sharing(ones, others, masks=(PAIN, PAIN)):
    starts = [0, 5, 10, 15, 20, 25]
    mentions = [Mention(start, start + 4, int(start == 10)) for start in starts]
    units = Units.of(NAMES, mentions, [0], 2)
    return next(Sharing.each(units, [masks], np.array(ones), np.array(others)))


def test_those_between_and_around_are_counted():
    found = sharing([2] * 5, [0, 1, 3, 4, 5])
    assert found.nearer.tolist() == [1, 0, 0, 1, 1]
    assert found.opposite.tolist() == [1, 0, 0, 1, 1]
    assert found.behind.tolist() == [0, 1, 2, 1, 1]
    assert found.beyond.tolist() == [1, 2, 1, 0, 0]


def test_only_mentions_like_the_other_one_count():
    found = sharing([1], [2])
    assert [found.nearer[0], found.behind[0], found.opposite[0], found.beyond[0]] == [0, 1, 0, 0]


def test_what_has_no_group_shares_none():
    none = np.zeros_like(PAIN)
    found = sharing([2, 2], [0, 5], (PAIN, none))
    assert found.nearer.tolist() == found.behind.tolist() == [0, 0]
    assert shared(PAIN, none).tolist() == [False] * 6


def test_no_pairs():
    none = np.zeros(0, np.int64)
    assert len(sharing(none, none).nearer) == 0
