"""All that a training reads: vocabulary, vectors and the rows of every corpus of the recipe."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tokenizers

from models.tokenization import Tokenizer
from models.training import negatives, synthetic_clinical, synthetic_phi
from models.training.corpora import LABELS, Row, Scheme, documents, row, schemes, sha256
from models.training.embeddings import CONTEXTS, Vectors, cooccurrences, vectors
from models.training.recipe import Recipe
from models.training.vocabulary import learn, texts

SAMPLE_NOTES = "en.02.jsonl.xz"


@dataclass(frozen=True, slots=True)
class Material:
    """`hashes` names every file that was read; `line_break` is the id of its piece."""

    tokenizer: Tokenizer
    vectors: Vectors
    rows: Mapping[str, Sequence[Row]]
    hashes: Mapping[str, str]
    line_break: int


def gather(recipe: Recipe, data: Path, out: Path) -> Material:
    """Read the data of a recipe; learn the vocabulary and the vectors when `out` lacks them."""
    files = [data / "text" / name for name in recipe.texts]
    training = [file for name in recipe.mix for file in _files(name, recipe, data)]
    vocabulary = out / "tokenizer.json"
    if not vocabulary.exists():
        learn([*files, *training], recipe.vocabulary).save(str(vocabulary))
    tokenizer = Tokenizer.load(vocabulary)
    table = out / "vectors.npy"
    if not table.exists():
        np.save(table, _vectors(vocabulary, [*files, *training], recipe))
    known = schemes(LABELS)
    rows = {
        name: [
            row(document, known[name], recipe.heads, tokenizer)
            for document in _documents(name, recipe, data)
        ]
        for name in recipe.mix
    }
    hashes = {str(file.relative_to(data)): sha256(file) for file in [*files, *training]}
    hashes |= {file.name: sha256(file) for file in (vocabulary, table)}
    hashes["labels.toml"] = sha256(LABELS)
    line_break = tokenizer.vocabulary.get("\n", 1)
    return Material(tokenizer, np.load(table), rows, hashes, line_break)


def _scheme(name: str) -> Scheme:
    return schemes(LABELS)[name]


def _files(name: str, recipe: Recipe, data: Path) -> list[Path]:
    scheme = _scheme(name)
    if scheme.path.startswith("synthetic/"):
        return []
    parts = recipe.splits.get(name, ("train",))
    return [data / "corpora" / scheme.path / f"{part}.jsonl.xz" for part in parts]


def _vectors(vocabulary: Path, files: Sequence[Path], recipe: Recipe) -> Vectors:
    tokenizer = tokenizers.Tokenizer.from_file(str(vocabulary))
    size = tokenizer.get_vocab_size()
    ids = (
        np.array(encoding.ids, np.int64)
        for chunk in _grouped(texts(files), 500)
        for encoding in tokenizer.encode_batch_fast(chunk)
    )
    contexts = min(CONTEXTS, size - 2)
    return vectors(cooccurrences(ids, size, contexts), recipe.vector, recipe.seed)


def _grouped(values: Iterable[str], size: int) -> Iterator[list[str]]:
    group: list[str] = []
    for value in values:
        group.append(value)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group


def _documents(name: str, recipe: Recipe, data: Path) -> Iterator[dict[str, Any]]:
    lists, notes = data / "lists" / "names" / recipe.language, data / "text" / SAMPLE_NOTES
    match name:
        case "negatives":
            yield from negatives.documents(notes, lists, recipe.negatives)
        case "synthetic_clinical":
            yield from synthetic_clinical.documents(recipe.synthetic_clinical)
        case "synthetic_phi":
            fillers = fillings(notes, lists, test=False)
            yield from synthetic_phi.documents(lists, fillers, recipe.synthetic_phi, test=False)
        case _:
            for file in _files(name, recipe, data):
                yield from documents(file)


def fillings(notes: Path, lists: Path, *, test: bool) -> list[str]:
    """Choose the sentences that fill templates; by their hash, one in ten is the test's."""
    found = negatives.filling(negatives.documents(notes, lists, 100_000))
    return [text for text in found if (hashlib.sha256(text.encode()).digest()[0] < 26) is test]
