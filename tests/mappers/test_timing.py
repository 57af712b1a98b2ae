import pytest

from mappers.sig import parse
from mappers.timing import timing
from mappers.wording import table

PHRASES = [
    (language, phrase, row["repeat"])
    for row in table()["timing"]
    for language in ("en", "es", "nl")
    for phrase in row.get(language, ())
]


@pytest.mark.parametrize(("language", "phrase", "repeat"), PHRASES)
def test_each_phrase_means_its_repeat(language, phrase, repeat):
    assert parse(phrase, language)["timing"]["repeat"] == repeat


@pytest.mark.parametrize("code", table()["codes"])
def test_a_code_stands_for_what_it_means(code):
    (coding,) = timing(table()["codes"][code])["code"]["coding"]
    assert coding["code"] == code


def test_no_two_codes_mean_the_same():
    meanings = [sorted(map(str, meant.items())) for meant in table()["codes"].values()]
    assert len(meanings) == len({tuple(meaning) for meaning in meanings})


def test_what_no_code_says_whole_has_none():
    before_meals = {"frequency": 3, "period": 1, "periodUnit": "d", "when": ["AC"]}
    assert timing(before_meals) == {"repeat": before_meals}


@pytest.mark.parametrize(
    "text", ["0x per dag", "half x per dag", "3-2x per dag", "om de 6-4 uur", "1.500x per dag"]
)
def test_a_count_that_cannot_be_is_none(text):
    assert parse(text, "nl") == {}


def test_a_mistake_of_megabytes_is_refused_quickly():
    for text in ("1-" * 50_000, "c/" * 50_000, "lunes, " * 20_000 + "x y", "1-0-" * 50_000):
        assert parse(text, "es") == {}
