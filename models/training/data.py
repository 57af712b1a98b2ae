"""All that a training reads: vocabulary, vectors and the rows of every corpus of the recipe."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import tokenizers

from models.tagging.dictionary import Dictionary
from models.tagging.tokenization import Tokenizer
from models.training import notes
from models.training.corpora import (
    LABELS,
    Row,
    Scheme,
    documents,
    holds_any,
    joined,
    row,
    schemes,
    sha256,
)
from models.training.corpora import part as locate
from models.training.inventing import (
    negatives,
    phi_notes,
    surrogate_notes,
    synthetic_clinical,
    synthetic_phi,
)
from models.training.recipe import Recipe
from models.training.words import dictionaries
from models.training.words.embeddings import CONTEXTS, Vectors, cooccurrences, vectors
from models.training.words.vocabulary import learn, texts

SAMPLE_NOTES = "en.02.jsonl.xz"
_SYNTHETIC = "synthetic/"
_OWN_NOTES = "notes/"
_SURROGATES = "notes/surrogates"

Document = Mapping[str, Any]


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
    plain = [data / "text" / name for name in recipe.texts]
    corpora = {name: list(_documents(name, recipe, data)) for name in recipe.mix}
    vocabulary = out / "tokenizer.json"
    if not vocabulary.exists():
        learn(_texts(plain, corpora, recipe), recipe.vocabulary).save(str(vocabulary))
    tokenizer = Tokenizer.load(vocabulary)
    table = out / "vectors.npy"
    if not table.exists():
        np.save(table, _vectors(vocabulary, _texts(plain, corpora, recipe), recipe))
    dictionary = _dictionary(recipe, data, out, tokenizer)
    known = _schemes(recipe)
    rows = {
        name: [row(document, known[name], recipe.heads, tokenizer, dictionary) for document in read]
        for name, read in corpora.items()
    }
    training = [file for name in recipe.mix for file in _files(name, recipe, data)]
    hashes = {_relative(file, data): sha256(file) for file in [*plain, *training]}
    hashes |= {file.name: sha256(file) for file in (vocabulary, table)}
    if dictionary is not None:
        hashes["dictionary.npz"] = sha256(out / "dictionary.npz")
    hashes["labels.toml"] = sha256(LABELS)
    hashes |= {path.name: sha256(path) for path in map(Path, recipe.label_maps)}
    line_break = tokenizer.vocabulary.get("\n", 1)
    return Material(tokenizer, np.load(table), rows, hashes, line_break)


def _dictionary(recipe: Recipe, data: Path, out: Path, tokenizer: Tokenizer) -> Dictionary | None:
    if not recipe.dictionary:
        return None
    path = out / "dictionary.npz"
    if not path.exists():
        dictionaries.build(recipe.language, data / "terminology", tokenizer).save(path)
    return Dictionary.load(path)


def _schemes(recipe: Recipe) -> dict[str, Scheme]:
    """The label maps that come with the code, and those that the recipe adds."""
    known = schemes(LABELS)
    for path in recipe.label_maps:
        known |= schemes(Path(path))
    return known


def _texts(
    plain: Sequence[Path], corpora: Mapping[str, Sequence[Document]], recipe: Recipe
) -> Iterator[str]:
    """The unlabelled texts, then those of the corpora; what was made by templates is left out."""
    known = _schemes(recipe)
    real = (read for name, read in corpora.items() if not _is_made(known[name].path))
    return chain(texts(plain), (document["text"] for document in chain.from_iterable(real)))


def _is_made(path: str) -> bool:
    return path.startswith(_SYNTHETIC)


def _files(name: str, recipe: Recipe, data: Path) -> list[Path]:
    scheme = _schemes(recipe)[name]
    if _is_made(scheme.path):
        return []
    if scheme.path.startswith(_OWN_NOTES):
        return notes.files(notes.NOTES / recipe.language)
    parts = recipe.splits.get(name, ("train",))
    paths = scheme.joined or (scheme.path,)
    files = [locate(data / "corpora" / path, part) for path in paths for part in parts]
    return [file for file in files if file.exists() or not scheme.joined]


def _relative(file: Path, data: Path) -> str:
    return str(file.relative_to(data) if file.is_relative_to(data) else file.name)


def _vectors(vocabulary: Path, read: Iterable[str], recipe: Recipe) -> Vectors:
    tokenizer = tokenizers.Tokenizer.from_file(str(vocabulary))
    size = tokenizer.get_vocab_size()
    ids = (
        np.array(encoding.ids, np.int64)
        for chunk in _grouped(read, 500)
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


def _documents(name: str, recipe: Recipe, data: Path) -> Iterator[Document]:
    lists, sample = data / "lists" / "names" / recipe.language, data / "text" / SAMPLE_NOTES
    scheme = _schemes(recipe)[name]
    match name:
        case "negatives":
            yield from negatives.documents(sample, lists, recipe.negatives)
        case "synthetic_clinical":
            yield from synthetic_clinical.documents(recipe.synthetic_clinical)
        case "synthetic_phi":
            fillers = fillings(sample, lists, test=False)
            yield from synthetic_phi.documents(lists, fillers, recipe.synthetic_phi, test=False)
        case "phi_notes":
            yield from phi_notes.documents(recipe.language, data / "lists", recipe.phi_notes)
        case _ if scheme.path == _SURROGATES:
            own = notes.documents(recipe.language, "train")
            yield from surrogate_notes.documents(
                own, recipe.language, data / "lists", recipe.surrogates
            )
        case _ if scheme.path.startswith(_OWN_NOTES):
            yield from notes.documents(recipe.language, "train")
        case _:
            kept_apart = _kept_apart(recipe, data)
            for document in _read(name, recipe, data):
                if _is_skipped(document, recipe, kept_apart):
                    continue
                if not scheme.only_annotated or holds_any(document, scheme):
                    yield document


def _read(name: str, recipe: Recipe, data: Path) -> Iterator[Document]:
    scheme = _schemes(recipe)[name]
    if scheme.joined:
        for part in recipe.splits.get(name, ("train",)):
            yield from joined(scheme, data / "corpora", part)
    else:
        for file in _files(name, recipe, data):
            yield from documents(file)


def _is_skipped(document: Document, recipe: Recipe, kept_apart: Set[str]) -> bool:
    meta = document.get("meta", {})
    if meta.get("pmid") in kept_apart:
        return True
    return any(meta.get(key) in values for key, values in recipe.skip.items())


def _kept_apart(recipe: Recipe, data: Path) -> frozenset[str]:
    """Abstracts of the evaluation sets, which other corpora annotate too."""
    files = (data / "corpora" / f"{path}.jsonl.xz" for path in recipe.apart)
    read = chain.from_iterable(map(documents, files))
    return frozenset(filter(None, (document.get("meta", {}).get("pmid") for document in read)))


def fillings(notes_file: Path, lists: Path, *, test: bool) -> list[str]:
    """Choose the sentences that fill templates; by their hash, one in ten is the test's."""
    found = negatives.filling(negatives.documents(notes_file, lists, 100_000))
    return [text for text in found if (hashlib.sha256(text.encode()).digest()[0] < 26) is test]
