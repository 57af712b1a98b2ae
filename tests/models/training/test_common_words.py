import json
import lzma

from models.training.common_words import common_words


def test_counts_what_is_written_in_lower_case(tmp_path):
    text = "Zoë Wetherden has qualmig pains. A qualmig ache, a Qualmig one. Qualmig! " * 3
    (tmp_path / "text").mkdir()
    (tmp_path / "lists").mkdir()
    for name, words in (("en.00", text), ("en_nc.00", "unopen " * 9)):
        with lzma.open(tmp_path / f"text/{name}.jsonl.xz", "wt", encoding="utf-8") as lines:
            lines.write(json.dumps({"text": words}) + "\n")
    found = common_words(tmp_path, "en")
    assert {"qualmig", "pains"} <= set(found)
    assert not {"wetherden", "zoe", "unopen"} & set(found)
    assert found == sorted(found)
