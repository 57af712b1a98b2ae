"""Models scored on the sets of evaluation.toml, or on a corpus of the user: tables and floors.

Needs no torch: what is scored is what ships.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from models.errors import CorpusMalformed
from models.mention import Mention
from models.registry import Model, Registry
from models.training import notes
from models.training.corpora import (
    LABELS,
    Scheme,
    Source,
    documents,
    label_map,
    part,
    schemes,
)
from models.training.markup import MarkupError
from models.training.scoring import measures
from models.training.scoring.evaluate import Question
from models.training.scoring.intervals import estimates
from models.training.scoring.reading import Document, Reader, Reading
from models.training.scoring.scored import HEADS, Scored
from models.training.scoring.views import view

SETS = Path(__file__).with_name("evaluation.toml")
_OWN_NOTES = "notes/"
PRODUCT, LEAKS, ASSERTIONS = "product", "personal data", "assertions"

Watch = Callable[[str, int, int], None]
"""Told the name of the set, and how many of its documents are read."""


@dataclass(frozen=True, slots=True)
class Set:
    """One split of one corpus, what is measured of it, and the strict F1 that it must reach.

    The head of evaluation.toml says what the keys mean.
    """

    language: str
    corpus: str
    split: str
    title: str = ""
    where: Mapping[str, Sequence[str]] = field(default_factory=dict)
    labels: Sequence[str] = ()
    shown: Mapping[str, Sequence[str]] = field(default_factory=dict)
    inventory: bool = False
    views: Sequence[str] = ()
    merged: bool = False
    assertions: str = ""
    floors: Mapping[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """How the table calls it."""
        return self.title or f"{self.corpus} {self.split}"

    def holds(self, document: Document) -> bool:
        """Tell whether `where` lets the document in."""
        meta = document.get("meta", {})
        return all(meta.get(key) in values for key, values in self.where.items())


def sets(path: Path = SETS) -> tuple[Set, ...]:
    """Read evaluation.toml; an unknown key is a TypeError."""
    tables = tomllib.loads(path.read_text("utf-8"))
    return tuple(Set(language, **each) for language, rows in tables.items() for each in rows)


def score(
    corpora: Path,
    sample: int | None = None,
    models: Sequence[Model] | None = None,
    watch: Watch | None = None,
) -> Iterator[Scored]:
    """Score every set whose corpus is in `corpora` and whose language has a model.

    `sample` takes the first documents of each set only; `models` are those of the registry when
    they are not given.
    """
    given = Registry.load().defaults if models is None else models
    known, ready = schemes(LABELS), dict[str, Reader]()
    by_language = {model.language: model for model in reversed(list(given))}
    for one in sets():
        found = list(islice(documents_of(one, known[one.corpus], corpora), sample))
        if not found or one.language not in by_language:
            continue
        if one.language not in ready:
            ready[one.language] = Reader(by_language[one.language])
        yield measure(one, known[one.corpus], ready[one.language], found, watch)


def score_own(
    corpus: Path,
    labels: Path | None = None,
    *,
    model: Model | None = None,
    sample: int | None = None,
    watch: Watch | None = None,
) -> Iterator[Scored]:
    """Score one corpus of any format; without a label map it speaks the inventory.

    The model is that of the language of the documents, unless it is given.

    Raises:
        CorpusMalformed: the corpus or the map cannot be read, or they do not fit each other.
        LanguageUnsupported: no model reads the language.
    """
    found = list(islice(documents(corpus), sample))
    reader = Reader(model or Registry.load().of(_language(found, corpus)))
    scheme = label_map(labels) if labels else inventory(reader.heads)
    used = {source.label for sources in scheme.labels.values() for source in sources}
    there = {entity["label"] for document in found for entity in document["entities"]}
    if not used & there:
        named = ", ".join(sorted(there)) or "nothing"
        raise CorpusMalformed(f"{corpus.name} annotates {named}, none of it in the label map")
    views = [name for name in ("i2b2",) if _speaks(scheme, name)]
    merged = any(label in view("phi") for label in scheme.labels)
    language = reader.model.language
    one = Set(language, corpus.name, "", corpus.name, views=views, merged=merged)
    yield measure(one, scheme, reader, found, watch)


def _speaks(scheme: Scheme, name: str) -> bool:
    """Tell whether every label of a view has a label of the corpus."""
    return all(any(each in scheme.labels for each in meant) for meant in view(name).values())


def _language(found: Sequence[Document], corpus: Path) -> str:
    spoken = {document["lang"] for document in found}
    if len(spoken) != 1 or not (language := spoken.pop()):
        raise CorpusMalformed(f"{corpus.name} does not say one language: give it")
    return str(language)


def measure(
    one: Set, scheme: Scheme, reader: Reader, found: Sequence[Document], watch: Watch | None = None
) -> Scored:
    """Read documents and score what the set asks for."""
    readings: list[Reading] = []
    if scheme.labels:
        for reading in reader.read(found):
            readings.append(reading)
            if watch:
                watch(one.name, len(readings), len(found))
    tables = {
        name: estimates(measured if name == LEAKS else measures.with_micro(measured))
        for name, measured in _measured(one, scheme, reader, readings, found)
        if measured
    }
    words = sum(len(document["text"].split()) for document in found)
    missing = tuple(label for label in _asked(one, scheme) if label not in reader.heads)
    name = reader.model.identifier
    return Scored(one, name, len(found), words, tables, missing)


def _measured(
    one: Set,
    scheme: Scheme,
    reader: Reader,
    readings: Sequence[Reading],
    found: Sequence[Document],
) -> Iterator[tuple[str, measures.Measured]]:
    asked = _asked(one, scheme)
    visible = {*reader.model.entities, *reader.model.phi}
    raw = {label: Question.of(label) for label in asked if label in reader.heads}
    yield HEADS, measures.labels(readings, scheme, raw, _heads)
    plain = inventory(scheme.labels) if one.inventory else scheme
    told = {
        label: Question((label,), tuple(one.shown.get(label, (label,))))
        for label in asked
        if label in visible
    }
    yield PRODUCT, measures.labels(readings, plain, told, _shown)
    for name in one.views:
        for table, choose in ((name, _shown), (f"{name} of heads", _heads)):
            yield table, measures.viewed(readings, scheme, view(name), one.language, choose)
    if one.merged:
        personal = [label for label in asked if label in view("phi")]
        yield LEAKS, measures.leaking(readings, scheme, personal)
    if one.assertions:
        yield ASSERTIONS, measures.asserted(found, one.assertions, one.language)


def _asked(one: Set, scheme: Scheme) -> list[str]:
    return [label for label in one.labels or scheme.labels if label in scheme.labels]


def _heads(reading: Reading) -> Sequence[Mention]:
    return reading.heads


def _shown(reading: Reading) -> Sequence[Mention]:
    return reading.shown


def inventory(labels: Sequence[str] | Mapping[str, object]) -> Scheme:
    """The scheme of a corpus that speaks the inventory itself."""
    return Scheme("", {label: (Source(label),) for label in labels}, frozenset(), {}, False)


def documents_of(one: Set, scheme: Scheme, corpora: Path) -> Iterator[Document]:
    """The documents of a set, none where its corpus is not in the folder.

    Raises:
        CorpusMalformed: the corpus cannot be read.
    """
    if scheme.path.startswith(_OWN_NOTES):
        read = _own_notes(one)
    else:
        file = part(corpora / scheme.path, one.split)
        read = documents(file) if file.exists() else iter(())
    return (document for document in read if one.holds(document))


def _own_notes(one: Set) -> Iterator[Document]:
    try:
        yield from notes.documents(one.language, one.split)
    except MarkupError as error:
        raise CorpusMalformed(str(error)) from error
