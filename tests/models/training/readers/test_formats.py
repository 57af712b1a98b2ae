import json

import pytest

from models.errors import CorpusMalformed
from models.training.readers.formats import FORMATS, documents, recognise

SAMPLES = {
    "stand-off JSONL": '{"text": "Naproxen", "entities": []}\n',
    "CoNLL": "# made by hand\nNaproxen\tB-Drug\n",
    "PubTator": "11|t|Naproxen\n11|a|\n",
    "BioC XML": "\ufeff<?xml version='1.0'?>\n<collection></collection>",
    "BioC JSON": json.dumps({"source": "", "documents": []}, indent=1),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_is_told_by_what_it_says(tmp_path, name):
    path = tmp_path / "corpus.txt"
    path.write_text(SAMPLES[name], "utf-8")
    assert recognise(path) == name
    list(documents(path, "en"))


def test_a_folder_is_brat(tmp_path):
    (tmp_path / "one.txt").write_text("Naproxen")
    with pytest.raises(CorpusMalformed, match=r"holds no \.ann"):
        recognise(tmp_path)
    (tmp_path / "one.ann").write_text("T1\tDrug 0 8\tNaproxen\n")
    assert recognise(tmp_path) == "brat"
    (document,) = documents(tmp_path, "en")
    assert document["entities"][0]["label"] == "Drug"


def test_what_is_not_known_is_refused(tmp_path):
    with pytest.raises(CorpusMalformed, match="does not exist"):
        list(documents(tmp_path / "nothing"))
    path = tmp_path / "letter.txt"
    path.write_text("Dear colleague,\nthank you.")
    with pytest.raises(CorpusMalformed, match="none of the formats") as error:
        list(documents(path))
    assert all(name in str(error.value) for name in FORMATS)
