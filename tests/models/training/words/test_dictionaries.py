"""Tables of names become a dictionary of their language."""

import lzma

import pytest

from models.registry import Registry
from models.tagging.tokenization import Tokenizer
from models.training.words import dictionaries

HEAD = "lang\tname\tgroup\n"
TABLES = {
    "drugbank_open": "en\tHeparin\tdrug\nes\tHeparina\tdrug\n",
    "rxnorm": "en\tWarfarin\tdrug\nen\tWarfarin 5 MG Tablet\tclinical_drug\n",
    "hpo": "es\tCefalea\tfinding\nnl\tHoofdpijn\tfinding\nes\tTodos\tother\n",
    "doid": "es\tgota\tdisorder\n",
    "wikidata_es": "",
    "orphanet_names": "nl\tJicht\tdisorder\n",
    "drugs_nl_openstate": "",
}


@pytest.fixture
def tables(tmp_path, monkeypatch):
    for name, rows in TABLES.items():
        (tmp_path / f"{name}.tsv.xz").write_bytes(lzma.compress((HEAD + rows).encode()))
    for language in ("es", "nl"):
        (tmp_path / f"supplement_{language}.tsv").write_text("name\tgroup\ntos\tfinding\n")
    monkeypatch.setattr(dictionaries, "SUPPLEMENTS", tmp_path)
    return tmp_path


def test_names_of_a_language_their_plurals_and_borrowed_drugs(tables):
    found = set(dictionaries.names("es", tables))
    assert {("Heparina", 2), ("Warfarin", 2), ("Cefalea", 1), ("Cefaleas", 1), ("tos", 1)} <= found
    assert {name for name, _ in found}.isdisjoint({"Hoofdpijn", "Todos", "Warfarin 5 MG Tablet"})


def test_compiles_for_the_pieces_of_a_vocabulary(tables):
    tokenizer = Tokenizer.load(Registry.load().of("nl").folder / "tokenizer.json")
    known = dictionaries.build("nl", tables, tokenizer)
    text = "Hoofdpijn en jicht, geen koorts."
    (pieces,) = tokenizer.encode(text, [(0, len(text))])
    marks = known.marks(pieces.ids, pieces.shapes)
    assert {text[a:] for a in pieces.starts[marks[:, 3] == 1].tolist()} == {text}
    assert marks[:, 0].sum() == 1


def test_a_table_that_is_not_there_is_an_error(tmp_path):
    tokenizer = Tokenizer.load(Registry.load().of("nl").folder / "tokenizer.json")
    with pytest.raises(FileNotFoundError):
        dictionaries.build("nl", tmp_path, tokenizer)
