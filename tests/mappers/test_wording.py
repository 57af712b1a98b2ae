import re

import pytest

from mappers.wording import END, alternatives, fold, plain, table, wording

LANGUAGES = ("en", "es", "nl")


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  1\u00bd  COMP ", "1.5 comp"),
        ("\u00bd-0-\u00bd", "0.5-0-0.5"),
        ("\u2019s Avonds,", "'s avonds"),
        ("2\u00d7/dag", "2x/dag"),
        ("75 \u00b5g", "75 \u03bcg"),
        ("di\u0301a", "d\u00eda"),
        (".5 mg", ".5 mg"),
    ],
)
def test_text_is_folded(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("language", "number", "unit", "value"),
    [
        ("es", "2,5", "mg", 2.5),
        ("es", "25.000", "[iU]", 25000),
        ("es", "1.000.000", "[iU]", 1_000_000),
        ("es", "1.500", "mg", None),
        ("nl", "25.000", "{unit}", 25000),
        ("nl", "2.5", "[iU]", 2.5),
        ("nl", "een", None, 1),
        ("nl", "\u00e9\u00e9n", None, 1),
        ("nl", "anderhalve", None, 1.5),
        ("en", "1.500", "[iU]", None),
        ("en", "10,000", "{unit}", 10000),
        ("en", "twice", None, 2),
    ],
)
def test_numbers_are_those_of_the_language(language, number, unit, value):
    assert wording(language).value(number, unit) == value


def test_a_language_without_words_has_none():
    assert wording("fr") is None


def test_a_word_is_found_with_or_without_its_accents():
    pattern = re.compile(rf"(?:{alternatives(['día', 'd'])}){END}")
    assert [pattern.match(word).group() for word in ("día", "dia", "d")] == ["día", "dia", "d"]
    assert pattern.match("diario") is None
    assert plain("cápsula") == "capsula"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_the_table_are_written_as_they_are_compared(language):
    rows = table()
    words = [*rows["units"]["all"], *rows["units"][language], *rows["numbers"][language]]
    words += [
        word for name in ("times", "days") for row in rows[name][language].values() for word in row
    ]
    words += [word for row in rows["timing"] for word in row.get(language, ())]
    words += [word for name in ("routes", "as_needed", "reasons") for word in rows[name][language]]
    assert [word for word in words if word != fold(word)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_of_time_has_two_meanings(language):
    for name in ("times", "days"):
        words = [plain(word) for row in table()[name][language].values() for word in set(row)]
        assert len(words) == len(set(words))
