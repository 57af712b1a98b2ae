"""From annotated corpora to names of the index, with small corpora of the real form."""

from __future__ import annotations

import json
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from terminology.build import build
from terminology.corpus import Corpus, corpora, gold_mentions, held_out
from terminology.errors import SourceMalformed
from terminology.gold import gold_concepts
from terminology.index import Index
from terminology.linker import Linker

Said = tuple[str, str, str]
"""A mention, its label and its code."""


def corpus(key: str) -> Corpus:
    return next(one for one in corpora() if one.source.key == key)


def document(
    identifier: str, *said: Said, language: str = "en", field: str = "mesh", **meta: str
) -> dict[str, object]:
    text, entities = "", []
    for mention, label, code in said:
        start = len(text)
        text += f"{mention}. "
        codes = {field: code} if code else {}
        entities.append(
            {"start": start, "end": start + len(mention), "label": label, "codes": codes}
        )
    meta.setdefault("pmid", identifier)
    return {"id": identifier, "lang": language, "text": text, "entities": entities, "meta": meta}


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., Path]:
    """Write one split of a corpus; the corpora that are not written are empty."""
    folder = tmp_path / "corpora"

    def write(key: str, split: str, *documents: dict[str, object]) -> Path:
        for one in corpora():
            empty = folder / one.folder / "train.jsonl.xz"
            empty.parent.mkdir(parents=True, exist_ok=True)
            if not empty.exists():
                empty.write_bytes(lzma.compress(b""))
        lines = "".join(json.dumps(one) + "\n" for one in documents).encode()
        (folder / corpus(key).folder / f"{split}.jsonl.xz").write_bytes(lzma.compress(lines))
        return folder

    return write


def names(folder: Path, key: str) -> dict[str, list[str]]:
    found = gold_concepts(corpus(key), folder)
    return {concept.code: [name.text for name, _ in concept.names] for concept in found}


def test_names_by_code(put: Callable[..., Path]) -> None:
    folder = put(
        "bc5cdr",
        "train",
        document("1", ("Gout", "Disease", "D006073"), ("gout", "Disease", "D006073")),
        document("2", ("podagra", "Disease", "D006073"), ("aspirin", "Chemical", "D001241")),
    )
    assert names(folder, "bc5cdr") == {"D006073": ["Gout", "podagra"], "D001241": ["aspirin"]}


@pytest.mark.parametrize(
    ("mention", "code"),
    [
        ("liver and kidney failure", "D017093|D051437"),
        ("gout", "-1"),
        ("gout", "NOMAP"),
        ("GT", "D006073"),
        ("disease", "D004194"),
        ("a very long tale of gout that nobody writes twice", "D006073"),
    ],
)
def test_what_is_no_name(put: Callable[..., Path], mention: str, code: str) -> None:
    folder = put("bc5cdr", "train", document("1", (mention, "Disease", code)))
    assert names(folder, "bc5cdr") == {}


def test_a_name_whose_annotators_do_not_agree_is_dropped(put: Callable[..., Path]) -> None:
    said = [("gout", "Disease", "D006073"), ("gout", "Disease", "D015210")]
    folder = put("bc5cdr", "train", document("1", *said))
    assert names(folder, "bc5cdr") == {}


def test_what_any_corpus_of_the_series_holds_out_is_not_read(put: Callable[..., Path]) -> None:
    folder = put("bc5cdr", "train", document("7", ("gout", "Disease", "D006073")))
    put("biored", "dev", document("7", ("gout", "DiseaseOrPhenotypicFeature", "D006073")))
    put("ncbi_disease", "test", document("8"))
    assert held_out(folder, "pubmed") == {"7", "8"}
    assert names(folder, "bc5cdr") == {}


def test_hidden_documents_are_never_read(put: Callable[..., Path]) -> None:
    said = ("gota", "ENFERMEDAD", "90560007")
    hidden = document("es-1", said, language="es", field="snomedct", temist_split="holdout150")
    folder = put("distemist", "train", hidden)
    put("distemist", "dev", hidden)
    assert names(folder, "distemist") == {}
    assert list(gold_mentions(corpus("distemist"), folder, "dev")) == []


def test_a_broken_file_is_named(put: Callable[..., Path]) -> None:
    folder = put("bc5cdr", "train")
    (folder / "en" / "biored" / "train.jsonl.xz").write_bytes(b"no xz")
    with pytest.raises(SourceMalformed, match=r"biored/train\.jsonl\.xz:1"):
        gold_concepts(corpus("biored"), folder)
    (folder / "en" / "biored" / "train.jsonl.xz").unlink()
    with pytest.raises(SourceMalformed, match="no such file"):
        gold_concepts(corpus("biored"), folder)


@pytest.fixture
def index_with(pack, make_row, tmp_path: Path, put) -> Callable[..., Index]:
    """Build an index of a few concepts and the given corpora."""
    sct = {"snomed_match": "exact"}
    sources = pack(
        snomed_ips_freeset=[
            make_row("90560007", "Gout", "disorder", snomed="90560007", **sct),
            make_row("73211009", "Diabetes mellitus", "disorder", snomed="73211009", **sct),
        ],
        rxnorm=[make_row("IN:1191", "aspirin", "drug", rxnorm="1191")],
        mondo=[
            make_row("MONDO:1", "gout", "disorder", snomed="90560007", mesh="D015210", **sct),
        ],
    )

    def make(**training: list[dict[str, object]]) -> Index:
        folder = put("bc5cdr", "train")
        for key, documents in training.items():
            put(key, "train", *documents)
        out = tmp_path / "index.sqlite"
        build(sources, out, supplement_dir=tmp_path, corpora_dir=folder)
        return Index(out)

    return make


def codes(index: Index, mention: str, group: str, language: str = "en") -> list[str]:
    found = Linker(index).link(mention, language=language, group=group)
    return [coding.code for coding in found[0].concept.codings] if found else []


def test_a_concept_gets_the_code_of_its_name(index_with: Callable[..., Index]) -> None:
    index = index_with(bc5cdr=[document("1", ("aspirin", "Chemical", "D001241"))])
    assert codes(index, "aspirin", "drug") == ["1191", "D001241"]


def test_two_annotators_outvote_a_mapping_and_one_does_not(
    index_with: Callable[..., Index],
) -> None:
    said = ("gout", "Disease", "D006073")
    assert codes(index_with(bc5cdr=[document("1", said)]), "gout", "disorder")[-1] == "D015210"
    twice = [document("1", said), document("2", said)]
    assert codes(index_with(bc5cdr=twice), "gout", "disorder") == ["90560007", "D006073"]


def test_a_wider_code_brings_no_other(index_with: Callable[..., Index]) -> None:
    said = [("gout", "Disease", "D006073"), ("gouty knee", "Disease", "D006073")]
    index = index_with(bc5cdr=[document("1", *said), document("2", said[0])])
    assert codes(index, "gouty knee", "disorder") == ["D006073"]
    (found,) = Linker(index).link("gouty knee", language="en", group="disorder")
    assert found.match == "broad"


def test_words_of_a_note_are_names_of_a_snomed_code(index_with: Callable[..., Index]) -> None:
    said = [("gota úrica", "ENFERMEDAD", "90560007"), ("DM", "ENFERMEDAD", "73211009")]
    index = index_with(
        distemist=[document("1", *said, language="es", field="snomedct", temist_split="train540")]
    )
    assert codes(index, "gota urica", "disorder", "es")[0] == "90560007"
    assert codes(index, "DM", "disorder", "es") == ["73211009"]


def test_a_code_that_no_table_has_is_a_concept(index_with: Callable[..., Index]) -> None:
    said = ("mamografía", "PROCEDIMIENTO", "71651007")
    index = index_with(medprocner=[document("1", said, language="es", field="snomedct")])
    assert codes(index, "mamografía", "procedure", "es") == ["71651007"]
    assert "medprocner" in {source.key for source in index.sources() if source.names}


def test_without_corpora_there_is_nothing_of_them(pack, make_row, tmp_path: Path) -> None:
    sources = pack(mondo=[make_row("MONDO:1", "gout", "disorder", umls="C0018099")])
    build(sources, tmp_path / "i.sqlite", supplement_dir=tmp_path)
    with Index(tmp_path / "i.sqlite") as index:
        assert all(not s.names for s in index.sources() if s.key in {"bc5cdr", "distemist"})
