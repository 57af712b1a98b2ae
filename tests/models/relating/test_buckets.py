"""Many templates hashed at once are what each is alone."""

import numpy as np

from models.relating.buckets import BUCKETS, Template, bucket, buckets, coded, together

DRAW = np.random.default_rng(3)
PAIRS = 7


def drawn(*shape):
    return DRAW.integers(0, 2**32, (*shape, PAIRS), np.uint32)


def test_templates_stand_side_by_side_in_their_order():
    one, wide, other = drawn(), drawn(3), drawn(3)
    live = DRAW.integers(0, 2, (3, PAIRS)).astype(bool)
    found = buckets(
        [
            Template([5], (one,)),
            Template([6, 7, 8], (wide, other, one), live),
            Template([9], (one, one), one > 0),
            Template([10, 11, 12], (wide,)),
        ]
    )
    assert found.shape == (PAIRS, 8)
    assert (found[:, 0] == bucket(5, one)).all()
    for place in range(3):
        alone = bucket(6 + place, wide[place], other[place], one)
        assert (found[:, 1 + place] == np.where(live[place], alone, 0)).all()
        assert (found[:, 5 + place] == bucket(10 + place, wide[place])).all()
    assert (found[:, 4] == bucket(9, one, one)).all()
    assert 0 <= found.min() <= found.max() < BUCKETS


def test_small_values_are_one_part():
    hashes, case = drawn(), np.arange(PAIRS)
    small, flag = np.arange(PAIRS) % 5, np.arange(PAIRS) % 2 == 0
    found = buckets([coded([(1, 0, case), (2, hashes, case, small, flag)])])
    assert (found[:, 0] == bucket(1, 0, case)).all()
    assert (found[:, 1] == bucket(2, hashes, (small * 16 + flag) * 8192 + case)).all()


def test_the_order_of_two_counts():
    one, other = drawn(), drawn()
    assert (together(one, other) != together(other, one)).all()


def test_no_pairs():
    none = np.zeros(0, np.uint32)
    assert buckets([Template([1, 2], (np.zeros((2, 0), np.uint32), none))]).shape == (0, 2)
