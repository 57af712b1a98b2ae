import re

from models.phi_starts import After, Starts


def test_after_a_regex_and_where_the_text_begins():
    assert Starts("a;b;").of(After(re.compile(";"))) == [0, 2, 4]


def test_places_near_what_is_needed():
    starts = Starts("x" * 100 + "@" + "x" * 100)
    needs = re.compile("@")
    near = list(starts.near(needs, 10, None))
    assert near == list(range(near[0], 101))
    assert near[0] <= 90
    assert list(starts.near(needs, 10, [0, 95, 100, 101])) == [95, 100]


def test_words_in_any_case_and_without_accents():
    assert Starts("Ján jan2 xjan JAN").of(frozenset({"jan"})) == [0, 4, 14]
