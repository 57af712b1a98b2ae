import pytest

from models.errors import CorpusMalformed
from models.training.readers.pubtator import read

TEXT = """11|t|Naproxen and gout.
11|a|Gout eased. No nausea was seen.
11\t0\t8\tNaproxen\tChemical\tD009288
11\t13\t17\tgout\tDisease\tD006073
11\t19\t23\tGout\tDisease\tD006073
11\t34\t40\tnausea\tDisease\t
11\tCID\tD009288\tD006073
11\tCID\tD009288\tD999999

12|t|Only a title
"""


def write(folder, text):
    path = folder / "set.PubTator"
    path.write_text(text, "utf-8")
    return path


def test_reads_title_and_abstract(tmp_path):
    first, second = read(write(tmp_path, TEXT), "en")
    assert first["text"] == "Naproxen and gout.\nGout eased. No nausea was seen."
    texts = [first["text"][e["start"] : e["end"]] for e in first["entities"]]
    assert texts == ["Naproxen", "gout", "Gout", "nausea"]
    assert first["entities"][0]["codes"] == {"id": "D009288"}
    assert (second["text"], second["entities"], second["relations"]) == ("Only a title", [], [])


def test_relations_hold_between_concepts(tmp_path):
    first, _ = read(write(tmp_path, TEXT), "en")
    assert first["relations"][0] == {
        "label": "CID",
        "level": "document",
        "head_code": "D009288",
        "tail_code": "D006073",
        "head": "T1",
        "tail": "T2",
    }
    assert "tail" not in first["relations"][1]


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("11\t0\t8\tIbuprofen\tChemical\tD1", 3),
        ("11\t0\t800\tNaproxen\tChemical\tD1", 3),
        ("11\tCID\tD1", 3),
        ("nonsense", 3),
    ],
)
def test_a_wrong_line_is_named(tmp_path, line, number):
    head = "\n".join(TEXT.split("\n")[:2])
    with pytest.raises(CorpusMalformed, match=rf"^set\.PubTator:{number}: "):
        list(read(write(tmp_path, f"{head}\n{line}\n"), "en"))
    with pytest.raises(CorpusMalformed, match=r"^set\.PubTator:1: not a title"):
        list(read(write(tmp_path, line), "en"))
