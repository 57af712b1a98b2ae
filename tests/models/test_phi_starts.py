import re

from models.phi_openings import one
from models.phi_starts import After, Keys, Starts


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
