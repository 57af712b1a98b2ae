import pytest

from models.training.markup import MarkupError
from models.training.scoring import assertion_sets
from models.training.scoring.assertion_scores import GOLD, score
from models.training.scoring.assertion_sets import sentences
from models.training.scoring.evaluate import micro

LEAST = {"first": (60, 0.95), "second": (40, 0.85), "third": (70, 0.95), "fourth": (30, 0.93)}
"""How many sentences each part has at least, and the micro F1 of what they claim."""


@pytest.mark.parametrize("language", ["en", "es", "nl"])
def test_every_sentence_reads_and_claims_what_it_says(language):
    asked = GOLD["sentences"]
    for part, (size, least) in LEAST.items():
        found = list(sentences(language, part))
        assert len(found) >= size
        assert all(document["entities"] for document in found)
        scores = score(asked.read(found), language, asked.values)
        assert micro(list(scores.values())).f1 > least


@pytest.mark.parametrize("language", ["en", "es", "nl"])
def test_no_sentence_is_in_two_parts(language):
    texts = [document["text"] for part in LEAST for document in sentences(language, part)]
    assert len(set(texts)) == len(texts)


def test_a_sentence_marked_wrongly_is_named(tmp_path, monkeypatch):
    (tmp_path / "en.toml").write_text('first = ["No [itch|sym no].", "No [rash|sym.]"]\n', "utf-8")
    monkeypatch.setattr(assertion_sets, "SETS", tmp_path)
    with pytest.raises(MarkupError, match=r"en\.toml: en-first-2"):
        list(sentences("en", "first"))
