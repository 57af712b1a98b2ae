import time

import pytest

from models.likeness import Likeness

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
