"""Which words tell a name from a word: evidence of terminologies and of open texts."""

import json
import lzma
from pathlib import Path

from models.training.words.clinical_words import clinical_words
from models.training.words.word_lists import tables


def written(path: Path, *rows: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(lzma.compress("".join(f"{row}\n" for row in rows).encode()))


def terms(folder: Path, language: str, *rows: str) -> None:
    for file in tables(language)["clinical_words"]["terms"]["files"]:
        written(folder / f"{file}.tsv.xz", *rows)


def document(name: str, source: str, text: str) -> str:
    return json.dumps({"id": name, "source": source, "text": text})


def test_gathers_words_of_clinical_text_that_are_no_names(tmp_path):
    written(
        tmp_path / "text/es.00.jsonl.xz",
        document("1", "nubes", "Qualmigina y Fernando con qualmigitis"),
        document("2", "ud_es_gsd", "Zuberlandia es qualmigosa"),
        document("es-3", "codiesp", "Medidoxina"),
    )
    terms(tmp_path, "es", "term\ttype", "síndrome de Qualmigton\tdisease")
    found = clinical_words(tmp_path, "es", tables("es"))
    assert {"qualmigina", "qualmigitis", "qualmigosa", "qualmigton", "medidoxina"} <= found
    assert not {"fernando", "zuberlandia", "disease", "con"} & found


def test_leaves_out_what_damage_is_measured_on(tmp_path):
    terms(tmp_path, "es", "term")
    written(tmp_path / "text/es.00.jsonl.xz", document("S3", "codiesp", "Medidoxina"))
    written(tmp_path / "corpora/es/distemist/dev.jsonl.xz", json.dumps({"id": "es-S3"}))
    assert clinical_words(tmp_path, "es", tables("es")) == set()


def test_english_asks_for_evidence(tmp_path):
    rows = ("en\tqualvexin tablet\t", "en\tolduxin\tr2014", "es\tpalabrix\t")
    terms(tmp_path, "en", "lang\tname\torigin", *rows)
    texts = [document("", "mtsamples", "Brimholdt")] * 9
    texts += [document("", "plos", "Harper Zyntoma")] * 4 + [document("", "plos", "zynlike")]
    written(tmp_path / "text/en.00.jsonl.xz", *texts)
    found = clinical_words(tmp_path, "en", tables("en"))
    assert found == {"qualvexin", "zynlike", "zyntoma"}


def test_dutch_medicines_are_those_of_the_price_list(tmp_path):
    rows = ("zynpril-hct 5 MG\tdrug brand\tMIT", "qualmol\tdrug brand\tnone stated")
    terms(tmp_path, "nl", "term\ttype\tlicence", *rows)
    assert clinical_words(tmp_path, "nl", tables("nl")) == {"zynpril-hct", "mg"}
