import json
import lzma
from pathlib import Path

import pytest

from models.training.words.word_counts import Counts, Reading, Rule

WORD = r"[^\W\d_]{2,30}"


def reading(*rules: dict, **keys) -> Reading:
    return Reading.of({"word": WORD, "texts": ["open"], "rules": rules, **keys})


def opened(folder: Path, *documents: dict, name: str = "xx.00") -> None:
    (folder / "text").mkdir(exist_ok=True)
    with lzma.open(folder / f"text/{name}.jsonl.xz", "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(document) + "\n" for document in documents)


def test_counts_small_and_large_writings_folded(tmp_path):
    opened(tmp_path, {"text": "Qualmíg qualmig QUALMIG qualmíg"}, {"text": "Qualmig"})
    counts = reading().counts(tmp_path, "xx")
    assert counts == Counts(small={"qualmig": 2}, large={"qualmig": 3})


def test_a_text_counts_a_word_once(tmp_path):
    opened(tmp_path, {"text": "qualmig qualmig Zyn Zyn"}, {"text": "qualmig"})
    assert reading(once=True).counts(tmp_path, "xx") == Counts({"qualmig": 2}, {"zyn": 1})


def test_titled_leaves_words_in_capitals_uncounted(tmp_path):
    opened(tmp_path, {"text": "Zyntoma ZYNTOMA ZynToma zyntoma"})
    assert reading(titled=True).counts(tmp_path, "xx") == Counts({"zyntoma": 1}, {"zyntoma": 1})


def test_capitals_do_not_count_where_a_source_names_people(tmp_path):
    opened(tmp_path, {"source": "visits", "text": "Zyntoma pains"}, {"text": "Qualmig"})
    counts = reading(persons=["visits"]).counts(tmp_path, "xx")
    assert counts == Counts({"pains": 1}, {"qualmig": 1})


def test_texts_under_other_terms_and_of_other_languages_are_not_read(tmp_path):
    opened(tmp_path, {"text": "qualmig"})
    opened(tmp_path, {"text": "unopen"}, name="xx_nc.00")
    opened(tmp_path, {"text": "foreign"}, name="yy.00")
    assert reading().counts(tmp_path, "xx") == Counts({"qualmig": 1}, {})


def test_texts_that_are_missing_are_told(tmp_path):
    opened(tmp_path, {"text": "unopen"}, name="xx_nc.00")
    with pytest.raises(FileNotFoundError, match=r"xx\.\*\.jsonl\.xz"):
        reading().counts(tmp_path, "xx")


def test_what_is_measured_on_is_not_read(tmp_path):
    opened(tmp_path, {"id": "kept", "text": "qualmig"}, {"id": "nubes-S3", "text": "zyntoma"})
    dev = tmp_path / "corpora/xx/measure/dev.jsonl.xz"
    dev.parent.mkdir(parents=True)
    dev.write_bytes(lzma.compress(b'{"id": "xx-part/S3"}\n'))
    assert reading().counts(tmp_path, "xx").small.keys() == {"qualmig", "zyntoma"}
    assert reading(measured=["measure"]).counts(tmp_path, "xx").small == {"qualmig": 1}


def test_reads_the_projects_own_notes(tmp_path):
    assert reading(texts=["notes"]).counts(tmp_path, "en").small["patient"]
    assert not reading(texts=["notes"], notes="no-such-*").counts(tmp_path, "en").small


@pytest.mark.parametrize(
    ("rule", "taken"),
    [
        ({"small": 3}, {"often", "harper"}),
        ({"large": 2}, {"harper", "zyn"}),
        ({"share": 0.6}, {"often", "rare"}),
        ({"small": 1, "among": "others"}, {"often", "rare"}),
        ({"small": 1, "among": "names"}, {"harper"}),
    ],
)
def test_a_rule_says_which_counts_suffice(tmp_path, rule, taken):
    opened(tmp_path, {"text": "often " * 9 + "rare " + "harper " * 3 + "Harper " * 3 + "Zyn Zyn"})
    assert reading(rule).words(tmp_path, "xx", {"harper", "zyn"}) == taken


def test_one_rule_is_enough():
    counts = Counts(small={"qualmig": 1, "zyn": 0}, large={"qualmig": 0, "zyn": 4})
    assert Rule(small=1).holds("qualmig", counts, set())
    assert Rule(large=4).holds("zyn", counts, set())
    assert not Rule(small=1, large=1).holds("zyn", counts, set())
