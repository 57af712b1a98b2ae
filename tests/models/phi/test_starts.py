import re
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from threading import Barrier

import pytest

from models.phi.openings import one
from models.phi.starts import After, Keys, Starts


def test_after_a_regex_and_where_the_text_begins():
    assert Starts("a;b;", Keys([])).of(After(re.compile(";"))) == [0, 2, 4]


def test_places_near_what_is_needed():
    starts = Starts("x" * 100 + "@" + "x" * 100, Keys([]))
    needs = re.compile("@")
    near = list(starts.near(needs, 10, None))
    assert near == list(range(near[0], 101))
    assert near[0] <= 90
    assert list(starts.near(needs, 10, [0, 95, 100, 101])) == [95, 100]


def test_words_in_any_case_and_without_accents():
    words = frozenset({"jan"})
    assert Starts("Ján jan2 xjan JAN", Keys([words])).of(words) == [0, 4, 14]


def test_a_sign_opens_beside_words():
    signed = one("letters", frozenset({"Uan"}), frozenset("#"))
    assert Starts("An #an An", Keys([signed])).of(signed) == [0, 3, 7]


def test_a_word_of_any_length_fits_again_and_again():
    words = frozenset({"x" * 5000})
    keys = Keys([words])
    for text, places in (("X" * 5000, [0]), ("y " + "x" * 5000 + " x", [2])):
        assert Starts(text, keys).of(words) == places


@pytest.fixture
def eager_switches():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("eager_switches")
def test_what_several_threads_look_up_at_once_stays_right():
    drawn = [each for size in range(1, 5) for each in combinations("abcdefghijkl", size)]
    words = ["".join(each) for each in drawn]
    sets = [frozenset(word for word in words if letter in word) for letter in "abcdefghijkl"]
    for _ in range(10):
        keys, begin = Keys(sets), Barrier(4)

        def read(part, keys=keys, begin=begin):
            begin.wait()
            return Starts(" ".join(part), keys)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(read, [words[part::4] for part in range(4)]))
        starts = Starts(" ".join(words), keys)
        assert [len(starts.of(each)) for each in sets] == [len(each) for each in sets]
