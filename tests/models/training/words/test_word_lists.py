import json
import lzma
import sys
import tomllib

import pytest

from models import lexicon
from models.training.words import word_lists

TEXT = word_lists.DATA / "text" / "nl.00.jsonl.xz"


@pytest.mark.skipif(not TEXT.is_file(), reason="the texts are not there")
def test_the_dutch_lists_are_the_shipped_ones(tmp_path, monkeypatch):
    arguments = ["word_lists", "--language", "nl", "--out", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", arguments)
    word_lists.main()
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["clinical_words.txt", "common_words.txt"]
    for name in names:
        assert (tmp_path / name).read_bytes() == (lexicon.ROOT / "nl" / name).read_bytes(), name


def test_makes_the_lists_of_a_language(tmp_path):
    for path, row in (
        ("text/nl.00.jsonl.xz", json.dumps({"text": "zynlike Qualmol zo'n zo'n"})),
        ("lists/names/nl/first_names.txt.xz", "Zynward"),
        ("lists/drugs_nl.tsv.xz", "term\ttype\tlicence\nQualmol\tdrug brand\tMIT"),
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(lzma.compress(f"{row}\n".encode()))
    made = dict(word_lists.word_lists(tmp_path, "nl"))
    assert {"zynlike", "zo'n", "confrater"} <= set(made["common_words"])
    assert not {"qualmol", "umc"} & set(made["common_words"])
    assert {"qualmol", "aambeien"} <= set(made["clinical_words"])
    assert all(words == sorted(set(words)) for words in made.values())


def test_what_is_kept_is_put_in_and_taken_out():
    words = word_lists.kept({"zynlike", "umc"}, "nl", "common_words")
    assert {"zynlike", "wandelt"} <= set(words)
    assert "umc" not in words
    assert word_lists.kept({"zyn"}, "es", "common_words") == ["zyn"]


def test_what_is_kept_has_a_reason_and_is_of_a_list_that_is_made():
    for language, lists in tomllib.loads(word_lists.KEPT.read_text("utf-8")).items():
        for name, groups in lists.items():
            assert name in word_lists.tables(language)
            for group in groups:
                assert group["reason"]
                assert group.keys() & {"added", "dropped"}


def test_the_comment_at_the_head_of_a_list_stays(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("# Where from,\n# and how.\nold\n", "utf-8")
    word_lists.write(path, ["aan", "één"], path)
    assert path.read_text("utf-8") == "# Where from,\n# and how.\naan\néén\n"
    word_lists.write(tmp_path / "new.txt", ["aan"], tmp_path / "none.txt")
    assert (tmp_path / "new.txt").read_text("utf-8") == "aan\n"


def test_nothing_is_written_where_the_texts_are_missing(tmp_path, monkeypatch):
    out = tmp_path / "out"
    out.mkdir()
    (tmp_path / "lists/names/nl").mkdir(parents=True)
    arguments = ["--language", "nl", "--data", str(tmp_path), "--out", str(out)]
    monkeypatch.setattr(sys, "argv", ["word_lists", *arguments])
    with pytest.raises(
        SystemExit, match=r"no list is written: .*text/nl\.\*\.jsonl\.xz is not there"
    ):
        word_lists.main()
    assert not list(out.iterdir())


def test_a_language_without_lists_is_told():
    with pytest.raises(SystemExit, match="no word list is made for 'fr'; there are: en, es, nl"):
        word_lists.tables("fr")
