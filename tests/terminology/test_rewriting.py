from __future__ import annotations

from terminology.normalization import normalizer
from terminology.rewriting import heads, joined, parted, variants, without_cause

EN, ES, NL = (normalizer(language) for language in ("en", "es", "nl"))


def test_a_word_is_replaced_by_one_of_the_same_meaning() -> None:
    assert ["cardiac", "failure"] in list(variants(EN, EN.tokens("heart failure")))


def test_an_adjective_is_replaced_by_its_noun() -> None:
    assert ["cirrhosis"] in list(variants(EN, EN.tokens("cirrhotic")))


def test_neighbours_are_joined() -> None:
    assert list(joined(["venous", "thrombo", "embolism"])) == [
        ["venousthrombo", "embolism"],
        ["venous", "thromboembolism"],
    ]
    assert list(joined(["vitamin", "12"])) == []


def test_a_compound_is_taken_apart_into_known_words() -> None:
    known = {"nier", "functie", "stoornis", "nierfunctie"}
    found = list(parted(NL, ["nierfunctiestoornis"], known.__contains__))
    assert found[0] == ["nierfunctie", "stoornis"]
    assert ["nier", "functie", "stoornis"] in found
    assert list(parted(NL, ["onbekendwoord"], known.__contains__)) == []


def test_a_link_between_parts_goes() -> None:
    known = {"bevolking", "onderzoek"}
    found = list(parted(NL, ["bevolkingsonderzoek"], known.__contains__))
    assert found == [["bevolking", "onderzoek"]]


def test_modifiers_go_one_after_the_other() -> None:
    tokens = ES.tokens("probable diabetes mellitus tipo 2 mal controlada")
    assert list(heads(ES, tokens)) == [tokens[1:], ES.tokens("diabetes mellitus tipo 2")]


def test_the_side_goes_first() -> None:
    assert next(heads(NL, NL.tokens("pneumonie rechts"))) == NL.tokens("pneumonie")


def test_nothing_is_left_out_where_nothing_may() -> None:
    assert list(heads(EN, EN.tokens("secondary hypertension"))) == []
    assert list(heads(EN, EN.tokens("severe"))) == []


def test_the_cause_goes() -> None:
    assert without_cause(EN, "levodopa-induced dyskinesia") == "dyskinesia"
    assert without_cause(EN, "anemia secondary to bleeding") == "anemia"
    assert without_cause(ES, "anemia secundaria a sangrado") == "anemia"
    assert without_cause(NL, "anemie op basis van bloedverlies") == "anemie"
    assert without_cause(EN, "secondary hypertension") == "secondary hypertension"
