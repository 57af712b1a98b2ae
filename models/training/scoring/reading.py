"""Documents read by a model, once: what its heads say, and what the product shows of it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.annotator import Annotator
from models.errors import ModelNotFound
from models.mention import Mention
from models.registry import Model, Registry
from models.tagging.configuration import Configuration
from models.tagging.tagger import Tagger
from models.training.corpora import sha256
from models.training.scoring.views import view
from models.types import Annotations, Note

Document = Mapping[str, Any]

BATCH = 60_000
"""Characters that are read side by side: windows of like length share the runs of the model."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One document, the mentions of all heads, and those that the annotator shows."""

    document: Document
    heads: Sequence[Mention]
    shown: Sequence[Mention]


class _Kept(Tagger):
    """A tagger that keeps what it said last, for each thread."""

    said = threading.local()

    def tag_all(self, texts: Sequence[str]) -> list[list[Mention]]:
        found = super().tag_all(texts)
        self.said.last = found
        return found


class Reader:
    """Reads documents with one model: every head, and the annotator over them."""

    def __init__(self, model: Model) -> None:
        """Check and load the files of the model; `ModelCorrupt` names the one that is wrong."""
        model.verify()
        self.model = model
        self._tagger = _Kept.load(model.folder)
        self._annotator = Annotator([model], {model.language: self._tagger})
        self.heads = self._tagger.heads
        self._known: dict[str, tuple[Sequence[Mention], Sequence[Mention]]] = {}

    def read(self, documents: Sequence[Document], threads: int | None = None) -> Iterator[Reading]:
        """Read in order; `threads` is the number of cores when it is not given.

        Several corpora annotate the same texts, so each text is read once only.
        """
        workers = threads or len(os.sched_getaffinity(0))
        with ThreadPoolExecutor(workers) as pool:
            for readings in pool.map(self._batch, _batches(documents)):
                yield from readings

    def _batch(self, documents: Sequence[Document]) -> list[Reading]:
        texts = list(dict.fromkeys(each["text"] for each in documents))
        if fresh := [text for text in texts if text not in self._known]:
            shown = self._annotator.annotate_all(
                [Note(text, self.model.language) for text in fresh]
            )
            read = zip(self._tagger.said.last, map(_mentions, shown), strict=True)
            self._known.update(zip(fresh, read, strict=True))
        return [Reading(document, *self._known[document["text"]]) for document in documents]


def _mentions(annotations: Annotations) -> list[Mention]:
    entities = [
        Mention(each.span.start, each.span.end, each.label, each.score)
        for each in annotations.entities
    ]
    phi = [
        Mention(each.span.start, each.span.end, each.category, each.score)
        for each in annotations.phi
    ]
    return entities + phi


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    batch: list[Document] = []
    size = 0
    for document in documents:
        batch.append(document)
        size += len(document["text"])
        if size > BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def find(name: str, language: str | None = None) -> Model:
    """Find a model by its id in the registry, or take a folder, which needs a language.

    Raises:
        ModelNotFound: it is neither, or the language of a folder is not given.
    """
    folder = Path(name)
    if not (folder / "config.json").is_file():
        return Registry.load().get(name)
    if language is None:
        raise ModelNotFound(f"{folder} does not say its language: give one")
    heads = Configuration.load(folder / "config.json").heads
    clinical, personal = view("clinical"), view("phi")
    return Model(
        identifier=folder.name,
        folder=folder,
        language=language,
        version="0",
        licence="",
        entities=tuple(head for head in heads if head in clinical),
        phi=tuple(head for head in heads if head in personal),
        files={path.name: sha256(path) for path in folder.iterdir() if path.is_file()},
        metrics={},
    )
