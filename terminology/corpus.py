"""The corpora whose annotators gave codes (sources.toml): xz-compressed stand-off JSONL."""

from __future__ import annotations

import json
import lzma
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from terminology.errors import SourceMalformed
from terminology.source import Source

_COMPOSITE = ("|", "+", ",")
_HELD_OUT = ("dev", "test")


@dataclass(frozen=True, slots=True)
class Corpus:
    """One corpus: where it lies, which of its codes are read, and what is left out.

    `groups` are the groups by label, `apart` the values of `split_field` (a key of `meta`) of
    documents that are never read, `series` the corpora that share documents, so that what one
    holds out is held out of all.
    """

    source: Source
    folder: str
    language: str
    system: str
    field: str
    groups: Mapping[str, str]
    series: str
    identifier: str | None
    split_field: str | None
    apart: frozenset[str]
    short_forms: bool
    broad: frozenset[str]


@dataclass(frozen=True, slots=True)
class GoldMention:
    """A mention of a corpus with the codes that its annotators accept, and its whole document."""

    text: str
    language: str
    group: str
    codes: frozenset[str]
    composite: bool
    document: str
    context: str


@cache
def corpora() -> tuple[Corpus, ...]:
    """Every corpus, in the order of precedence."""
    document = tomllib.loads((Path(__file__).parent / "sources.toml").read_text("utf-8"))
    found = [_corpus(entry) for entry in document["corpus"]]
    return tuple(sorted(found, key=lambda corpus: corpus.source.priority))


def gold_mentions(corpus: Corpus, folder: Path, split: str) -> Iterator[GoldMention]:
    """The mentions of a split that carry a code of the corpus's system.

    Raises:
        SourceMalformed: the file is missing, cut off or not of the form.
    """
    for document in _documents(corpus, folder, split):
        text = str(document["text"])
        for entity in document["entities"]:
            code = (entity.get("codes") or {}).get(corpus.field)
            group = corpus.groups.get(entity["label"])
            if code and group is not None:
                yield GoldMention(
                    text=text[entity["start"] : entity["end"]],
                    language=str(document["lang"]),
                    group=group,
                    codes=frozenset(str(code).replace(",", "|").split("|")),
                    composite=any(mark in str(code) for mark in _COMPOSITE),
                    document=_identifier(corpus, document),
                    context=text,
                )


def held_out(folder: Path, series: str) -> frozenset[str]:
    """The documents that any corpus of a series keeps for measuring."""
    return frozenset(
        _identifier(corpus, document)
        for corpus in corpora()
        if corpus.series == series
        for split in _HELD_OUT
        if (folder / corpus.folder / f"{split}.jsonl.xz").exists()
        for document in _documents(corpus, folder, split)
    )


def _documents(corpus: Corpus, folder: Path, split: str) -> Iterator[dict[str, Any]]:
    path = folder / corpus.folder / f"{split}.jsonl.xz"
    for line, text in _lines(path):
        try:
            document = json.loads(text)
            is_apart = document.get("meta", {}).get(corpus.split_field) in corpus.apart
        except (ValueError, AttributeError) as error:
            raise SourceMalformed(f"{path}:{line}: not a document") from error
        if not is_apart:
            yield document


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    line = 0
    try:
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for line, text in enumerate(lines, start=1):
                yield line, text
    except FileNotFoundError as error:
        raise SourceMalformed(f"{path.name}: there is no such file in {path.parent}") from error
    except (lzma.LZMAError, EOFError, OSError, UnicodeDecodeError) as error:
        raise SourceMalformed(f"{path}:{line + 1}: not a whole xz file of UTF-8") from error


def _identifier(corpus: Corpus, document: Mapping[str, Any]) -> str:
    meta = document.get("meta", {})
    found = meta.get(corpus.identifier) if corpus.identifier else None
    return str(found or document["id"]).removeprefix("es-")


def _corpus(entry: Mapping[str, Any]) -> Corpus:
    source = Source(
        key=entry["key"],
        priority=entry["priority"],
        licence_class=entry["class"],
        licence=entry["licence"],
        version=entry["version"],
        notice=entry["notice"],
    )
    return Corpus(
        source=source,
        folder=entry["folder"],
        language=entry["language"],
        system=entry["system"],
        field=entry["field"],
        groups=entry["groups"],
        series=entry["series"],
        identifier=entry.get("identifier"),
        split_field=entry.get("split_field"),
        apart=frozenset(entry.get("apart", ())),
        short_forms=entry.get("short_forms", False),
        broad=frozenset(entry.get("broad", ())),
    )
