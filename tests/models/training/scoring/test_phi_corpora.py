from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from models.training.corpora import LABELS, Scheme, Source, schemes
from models.training.scoring import phi_corpora
from models.training.scoring.phi_corpora import COVERAGE, DAMAGE, Corpus, corpora, main, tell
from models.training.scoring.phi_reading import Redaction
from models.training.scoring.views import view
from models.types import PhiSpan, Span

TEXT = "Wilson disease in Mr Wilson, on naproxen"
DOCUMENT = {
    "id": "1",
    "lang": "en",
    "text": TEXT,
    "entities": [
        {"start": 0, "end": 14, "label": "Disorder"},
        {"start": 21, "end": 27, "label": "Person"},
        {"start": 18, "end": 27, "label": "Disorder"},
        {"start": 32, "end": 40, "label": "Chemical"},
    ],
    "meta": {},
}
SCHEME = Scheme(
    "en/made",
    {
        "DISEASE": (Source("Disorder"),),
        "DRUG": (Source("Chemical"),),
        "NAME": (Source("Person"),),
    },
    frozenset(),
    {},
    False,
)
TAKEN = Redaction(
    TEXT,
    ((0, 6), (21, 27)),
    tuple(PhiSpan(Span.of(TEXT, s, e), "NAME", 1.0, "pattern") for s, e in ((0, 6), (21, 27))),
)


def test_one_replaced_character_damages_a_mention() -> None:
    told = tell(DAMAGE, Corpus("en", "made", "dev"), SCHEME, [(DOCUMENT, TAKEN)])
    rows = {label: (each.score.gold, each.score.hits) for label, each in told.rows.items()}
    assert rows == {"DISEASE": (1, 1), "DRUG": (1, 0), "all": (2, 1)}
    assert told.causes == {("DISEASE", "NAME", "pattern", "Wilson"): 1}


def test_a_mention_that_shares_letters_with_personal_data_is_left_out() -> None:
    spans = phi_corpora.clinical(DOCUMENT, SCHEME)
    assert spans == {"DISEASE": [(0, 14)], "DRUG": [(32, 40)]}


def test_coverage_counts_what_is_hidden_and_leaves_beside_out_of_all() -> None:
    corpus = Corpus("en", "made", "dev", labels=("NAME",), beside=("DRUG",))
    told = tell(COVERAGE, corpus, SCHEME, [(DOCUMENT, TAKEN)])
    rows = {label: (each.score.gold, each.score.hits) for label, each in told.rows.items()}
    assert rows == {"NAME": (1, 1), "DRUG": (1, 0), "all": (1, 1)}
    assert not told.failures


def test_more_damage_than_the_limit_is_a_failure() -> None:
    def failures(most: float) -> int:
        corpus = Corpus("en", "made", "dev", most=most)
        return len(tell(DAMAGE, corpus, SCHEME, [(DOCUMENT, TAKEN)]).failures)

    assert (failures(0.5), failures(0.49)) == (0, 1)


def test_what_the_entries_name_is_there() -> None:
    known = schemes(LABELS)
    for corpus in corpora(COVERAGE):
        assert {*corpus.labels, *corpus.beside} <= set(known[corpus.corpus].labels)
        assert corpus.split in {"test", "dev"}
    for corpus in corpora(DAMAGE):
        assert set(view("clinical")) & set(known[corpus.corpus].labels)
        assert corpus.most <= 0.01
    assert {corpus.language for corpus in corpora(DAMAGE)} == {"en", "es", "nl"}


def test_a_folder_of_corpora_is_measured_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "en" / "bc5cdr"
    folder.mkdir(parents=True)
    text = "Naproxen was given to Mr. Quentin Halloway on 03/04/2021."
    entity = {"start": 22, "end": 42, "label": "Disease"}
    line = json.dumps({"id": "1", "lang": "en", "text": text, "entities": [entity], "meta": {}})
    for split in ("dev", "test"):
        (folder / f"{split}.jsonl.xz").write_bytes(lzma.compress(line.encode()))
    entries = tuple(Corpus("en", "bc5cdr", split, most=0.01) for split in ("dev", "test"))
    monkeypatch.setattr(phi_corpora, "corpora", lambda _: entries)
    out = tmp_path / "told.json"
    main([str(tmp_path), "--measure", DAMAGE, "--causes", "5", "--json", str(out)])
    told = capsys.readouterr().out
    assert told.count("Halloway") == 1
    assert told.index("Halloway") < told.index("bc5cdr test")
    assert [each["rows"]["all"]["share"] for each in json.loads(out.read_text())] == [1.0, 1.0]
    with pytest.raises(SystemExit, match=r"bc5cdr dev \(en\): 1.0000 are damaged"):
        main([str(tmp_path), "--measure", DAMAGE, "--floors"])
