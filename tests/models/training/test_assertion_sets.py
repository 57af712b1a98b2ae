import pytest

from models.training import assertion_sets
from models.training.assertion_scores import GOLD, score
from models.training.assertion_sets import sentences
from models.training.evaluate import micro
from models.training.markup import MarkupError

_FIRST, _SECOND = 60, 40


@pytest.mark.parametrize("language", ["en", "es", "nl"])
def test_every_sentence_reads_and_claims_what_it_says(language):
    asked = GOLD["sentences"]
    for part, size, least in (("first", _FIRST, 0.95), ("second", _SECOND, 0.85)):
        found = list(sentences(language, part))
        assert len(found) == size
        assert all(document["entities"] for document in found)
        scores = score(asked.read(found), language, asked.values)
        assert micro(list(scores.values())).f1 > least


@pytest.mark.parametrize("language", ["en", "es", "nl"])
def test_no_sentence_is_in_both_parts(language):
    first, second = ({d["text"] for d in sentences(language, p)} for p in ("first", "second"))
    assert len(first | second) == _FIRST + _SECOND


def test_a_sentence_marked_wrongly_is_named(tmp_path, monkeypatch):
    (tmp_path / "en.toml").write_text('first = ["No [itch|sym no].", "No [rash|sym.]"]\n', "utf-8")
    monkeypatch.setattr(assertion_sets, "SETS", tmp_path)
    with pytest.raises(MarkupError, match=r"en\.toml: en-first-2"):
        list(sentences("en", "first"))
