import json
import lzma
from pathlib import Path

from models.training.clinical_words import clinical_words


def written(path: Path, *rows: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with lzma.open(path, "wt", encoding="utf-8") as lines:
        lines.writelines(f"{row}\n" for row in rows)


def document(name: str, source: str, text: str) -> str:
    return json.dumps({"id": name, "source": source, "text": text})


def test_gathers_words_of_clinical_text_that_are_no_names(tmp_path):
    written(
        tmp_path / "text/es.00.jsonl.xz",
        document("1", "nubes", "Qualmigina y Fernando con qualmigitis"),
        document("2", "ud_es_gsd", "Zuberlandia es qualmigosa"),
        document("es-3", "codiesp", "Medidoxina"),
    )
    written(tmp_path / "lists/do_es.tsv.xz", "síndrome de Qualmigton\tdisease")
    found = clinical_words(tmp_path, "es")
    assert found == sorted(found)
    assert {"qualmigina", "qualmigitis", "qualmigosa", "qualmigton", "medidoxina"} <= set(found)
    assert not {"fernando", "zuberlandia", "disease", "con"} & set(found)


def test_leaves_out_what_damage_is_measured_on(tmp_path):
    written(tmp_path / "text/es.00.jsonl.xz", document("S3", "codiesp", "Medidoxina"))
    written(tmp_path / "corpora/es/distemist/dev.jsonl.xz", json.dumps({"id": "es-S3"}))
    assert clinical_words(tmp_path, "es") == []
