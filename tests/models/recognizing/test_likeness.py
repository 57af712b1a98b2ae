import random
import time

import pytest
from rapidfuzz.distance import OSA

from models.recognizing.likeness import Likeness

NAMES = Likeness.of(["wetherden", "baker", "li", "parks"])


@pytest.mark.parametrize(
    "word", ["Wehterden", "wetherdn", "WETHERDENN", "Wetherten", "Wetehrdn", "Bakre", "Bakerr"]
)
def test_takes_misspellings(word):
    assert NAMES.takes(word)


@pytest.mark.parametrize("word", ["Whitherdan", "Wether", "parts", "baked", "Lo", "Marks"])
def test_leaves_other_names_and_words(word):
    assert not NAMES.takes(word)


def test_a_capital_or_a_name_beside_is_needed():
    text = "Wehterden met wehterden, baker wehterden"
    assert [text[slice(*found)] for found in NAMES.capitalised(text)] == ["Wehterden"]
    at = text.index("baker")
    (found,) = [each for each in NAMES.beside(text, at, at + 5) if each[0] > at]
    assert text[slice(*found)] == "wehterden"


def test_names_the_nearest():
    assert NAMES.closest("wehterden") == "wetherden"
    assert NAMES.closest("something") is None


def test_is_linear():
    words = " ".join(f"Wq{number:x}".replace("0", "g").title() for number in range(60_000))
    began = time.process_time()
    assert list(NAMES.capitalised(words)) == []
    assert time.process_time() - began < 4


def _names(count: int, letters: str) -> list[str]:
    """Draw names of five to ten letters."""
    drawn = random.Random(count)
    return ["".join(drawn.choices(letters, k=drawn.randint(5, 10))) for _ in range(count)]


def test_many_names_are_looked_up_as_if_they_were_compared_one_by_one():
    names, words = _names(400, "qwx"), _names(401, "qwx")
    like = Likeness.of(names)

    def near(word, name):
        return OSA.distance(word, name) <= (2 if len(name) > 8 else 1)

    expected = [any(near(word, name) for name in names) for word in words]
    assert 50 < sum(expected) < 350
    assert [like.takes(word) for word in words] == expected
    assert [like.closest(word) is not None for word in words] == expected


def test_is_linear_in_the_names():
    names = _names(6_000, "qwxzvj")
    began = time.process_time()
    like = Likeness.of(name[:2] + name for name in names)
    for name in names:
        like.takes(name[2:] + name)
    assert time.process_time() - began < 2
