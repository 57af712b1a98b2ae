"""Stand-off corpora as training rows: pieces, and the tags that each head may have there."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.errors import CorpusMalformed
from models.tagging.dictionary import Dictionary
from models.tagging.tokenization import Pieces, Tokenizer
from models.tagging.windows import tile
from models.training.readers import formats

LABELS = Path(__file__).with_name("labels.toml")
OUTSIDE, BEGIN, INSIDE = 1, 2, 4
ANY = OUTSIDE | BEGIN | INSIDE
"""Tag sets as bits: one byte for each piece and head."""

Masks = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Source:
    """Spans of a corpus label, all of them or those whose text fits `pattern`."""

    label: str
    pattern: re.Pattern[str] | None = None

    @classmethod
    def read(cls, value: str | Mapping[str, str]) -> Source:
        """Read a plain label or a table with `label` and `pattern`."""
        if isinstance(value, str):
            return cls(value)
        return cls(value["label"], re.compile(value["pattern"], re.IGNORECASE))

    def holds(self, label: str, text: str) -> bool:
        """Tell whether a span of this label and text is meant."""
        return label == self.label and (self.pattern is None or bool(self.pattern.search(text)))


@dataclass(frozen=True, slots=True)
class Scheme:
    """How one corpus speaks of the inventory.

    `joined` corpora hold annotations of the same documents, found by id; each path names the labels
    that it annotates, so that a document is unknown for those of a corpus it is not in.
    A head in neither `labels` nor `absent` is unknown everywhere; spans in `unknown` are open for
    that head; with `exclusive`, any annotated span is outside of the heads that are unknown.
    With `only_annotated`, a training reads only the documents that hold a span of its labels.
    """

    path: str
    labels: Mapping[str, tuple[Source, ...]]
    absent: frozenset[str]
    unknown: Mapping[str, tuple[Source, ...]]
    exclusive: bool
    joined: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    only_annotated: bool = False

    @classmethod
    def read(cls, table: Mapping[str, Any]) -> Scheme:
        """Read one table of labels.toml; an unknown key is a `ValueError`."""
        extra = set(table) - {each.name for each in fields(cls)}
        if extra:
            raise ValueError(f"labels.toml does not know {sorted(extra)}")
        return cls(
            path=table.get("path", ""),
            labels=_sources(table.get("labels", {})),
            absent=frozenset(table.get("absent", ())),
            unknown=_sources(table.get("unknown", {})),
            exclusive=table.get("exclusive", False),
            joined={path: tuple(labels) for path, labels in table.get("joined", {}).items()},
            only_annotated=table.get("only_annotated", False),
        )


def _sources(table: Mapping[str, Sequence[Any]]) -> dict[str, tuple[Source, ...]]:
    return {head: tuple(map(Source.read, values)) for head, values in table.items()}


def schemes(path: Path) -> dict[str, Scheme]:
    """Read the label maps of all corpora; a table may be `like` an earlier one."""
    tables: dict[str, dict[str, Any]] = {}
    for name, table in tomllib.loads(path.read_text("utf-8")).items():
        tables[name] = {**tables.get(table.pop("like", ""), {}), **table}
    return {name: Scheme.read(table) for name, table in tables.items()}


def documents(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the documents of one file, or of a folder of brat, in any format of `readers`.

    Raises:
        CorpusMalformed: it cannot be read; the message names file and line.
    """
    return formats.documents(path)


def part(corpus: Path, name: str) -> Path:
    """Where a part (`train`, `test`) of a corpus is: a file of that name, or a folder of brat."""
    usual = corpus / f"{name}.jsonl.xz"
    found = [] if usual.exists() else sorted(corpus.glob(f"{name}.*")) or [corpus / name]
    return found[0] if found and found[0].exists() else usual


def label_map(path: Path) -> Scheme:
    """Read the label map of one corpus: a file with the keys that a table of labels.toml has.

    Raises:
        CorpusMalformed: there is no such file, or it is no label map.
    """
    try:
        return Scheme.read(tomllib.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise CorpusMalformed(f"{path.name} is no label map: {reason}") from error


def joined(scheme: Scheme, corpora: Path, split: str) -> Iterator[dict[str, Any]]:
    """Yield the documents of a split with the entities of all corpora that annotate them.

    A document whose text differs between two corpora has the entities of the first one only.
    """
    found: dict[str, dict[str, Any]] = {}
    for path, labels in scheme.joined.items():
        file = part(corpora / path, split)
        for document in documents(file) if file.exists() else ():
            home = found.setdefault(
                document["id"].removeprefix(f"{document['lang']}-"),
                {**document, "entities": [], "meta": {**document["meta"], "annotated_labels": []}},
            )
            if home["text"] != document["text"]:
                continue
            home["entities"] += [e for e in document["entities"] if e["label"] in labels]
            home["meta"]["annotated_labels"] += labels
    yield from found.values()


def sha256(path: Path) -> str:
    """Hash a file of data or weights, or all files of a folder of data."""
    digest = hashlib.sha256()
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            digest.update(file.read_bytes())
    return digest.hexdigest()


def gold(document: Mapping[str, Any], scheme: Scheme, head: str) -> list[tuple[int, int]]:
    """Spans of one head, as annotated: duplicates joined, nested ones kept."""
    return _spans(document, scheme.labels.get(head, ()))


def holds_any(document: Mapping[str, Any], scheme: Scheme) -> bool:
    """Tell whether any head has a span in the document."""
    return any(gold(document, scheme, head) for head in scheme.labels)


def left_open(document: Mapping[str, Any], scheme: Scheme, head: str) -> list[tuple[int, int]]:
    """Spans about which the corpus does not say whether they carry the label."""
    return _spans(document, scheme.unknown.get(head, ()))


def answers(document: Mapping[str, Any], scheme: Scheme, head: str) -> bool:
    """Tell whether the document was annotated for this head."""
    if head not in scheme.labels:
        return False
    annotated = document.get("meta", {}).get("annotated_labels")
    needed = {source.label for source in scheme.labels[head]}
    return annotated is None or needed <= set(annotated)


def _spans(document: Mapping[str, Any], sources: Sequence[Source]) -> list[tuple[int, int]]:
    text = document["text"]
    return sorted(
        {
            (entity["start"], entity["end"])
            for entity in document["entities"]
            if any(s.holds(entity["label"], text[entity["start"] : entity["end"]]) for s in sources)
        }
    )


@dataclass(frozen=True, slots=True)
class Row:
    """The sentences of one document: pieces and masks (pieces, heads), side by side."""

    sentences: tuple[tuple[Pieces, Masks], ...]


def row(
    document: Mapping[str, Any],
    scheme: Scheme,
    heads: Sequence[str],
    tokenizer: Tokenizer,
    dictionary: Dictionary | None = None,
) -> Row:
    """Encode a document, mark its names and lay its annotation over the pieces."""
    pieces = tokenizer.encode(document["text"], tile(document["text"]))
    if dictionary is not None:
        pieces = dictionary.marked(pieces, tokenizer.line_break)
    return Row(
        tuple((part, masks(document, scheme, heads, part)) for part in pieces if len(part) > 0)
    )


def masks(
    document: Mapping[str, Any], scheme: Scheme, heads: Sequence[str], pieces: Pieces
) -> Masks:
    """Allowed tags; a gold span takes every piece it touches, the longest span first."""
    allowed = np.full((len(pieces), len(heads)), ANY, np.uint8)
    every = [(entity["start"], entity["end"]) for entity in document["entities"]]
    for column, head in enumerate(heads):
        known = answers(document, scheme, head)
        if known or head in scheme.absent:
            allowed[:, column] = OUTSIDE
        elif scheme.exclusive:
            for first, last in _touched(pieces, every):
                allowed[first:last, column] = OUTSIDE
        for first, last in _touched(pieces, left_open(document, scheme, head)):
            allowed[first:last, column] = ANY
        if known:
            _write(allowed[:, column], _touched(pieces, gold(document, scheme, head)))
    return allowed


def _write(column: Masks, ranges: list[tuple[int, int]]) -> None:
    taken = np.zeros(len(column), bool)
    for first, last in sorted(ranges, key=lambda span: span[0] - span[1]):
        if taken[first:last].any():
            continue
        taken[first:last] = True
        column[first:last] = INSIDE
        column[first] = BEGIN


def _touched(pieces: Pieces, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    firsts = np.searchsorted(pieces.ends, [start for start, _ in spans], side="right")
    lasts = np.searchsorted(pieces.starts, [end for _, end in spans], side="left")
    pairs = zip(firsts.tolist(), lasts.tolist(), strict=True)
    return [(first, last) for first, last in pairs if first < last]
