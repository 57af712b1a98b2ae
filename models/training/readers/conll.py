"""CoNLL columns: a token a line, its tag in the last column, an empty line after a sentence.

Tags are BIO, IOB1, BIOES or BILOU. Tokens are joined with blanks and sentences with line breaks;
offsets are those of this text. `-DOCSTART-` begins a document; where there is none, every sentence
is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from models.errors import CorpusMalformed
from models.training.readers.source import lines
from models.training.readers.spans import entity

_TAG = re.compile(r"O|([BIESLU])-(\S+)")
_BEGINS, _ENDS = frozenset("BSU"), frozenset("ESLU")
_BREAK = "-DOCSTART-"


@dataclass(frozen=True, slots=True)
class _Token:
    """A token, its tag (`O` is an empty position) and the line it is on."""

    text: str
    position: str
    label: str
    place: str


def read(path: Path, language: str) -> Iterator[dict[str, Any]]:
    """Read the documents of a file.

    Raises:
        CorpusMalformed: a line has one column, or no tag in its last; the message names the line.
    """
    told = lines(path)
    parted = any(line.startswith(_BREAK) for line in told)
    documents: list[list[list[_Token]]] = [[[]]]
    for number, line in enumerate(told, 1):
        if line.startswith(_BREAK) or (not parted and not line.strip()):
            documents.append([[]])
        elif not line.strip():
            documents[-1].append([])
        else:
            documents[-1][-1].extend(_token(line, f"{path.name}:{number}"))
    full = ([tokens for tokens in sentences if tokens] for sentences in documents)
    for count, sentences in enumerate(filter(None, full), 1):
        yield _document(sentences, f"{path.stem}-{count}", language)


def is_row(line: str) -> bool:
    """Tell whether a line could be a token and its tag."""
    columns = _columns(line)
    return line.startswith(_BREAK) or (len(columns) > 1 and bool(_TAG.fullmatch(columns[-1])))


def _columns(line: str) -> list[str]:
    return line.rstrip().split("\t") if "\t" in line else line.split()


def _token(line: str, place: str) -> Iterator[_Token]:
    columns = _columns(line)
    match = _TAG.fullmatch(columns[-1])
    if line.startswith("#") and match is None:
        return
    if len(columns) < 2 or match is None or not columns[0].strip():
        raise CorpusMalformed(f"{place}: not a token and a tag such as O, B-X or I-X")
    yield _Token(columns[0], match[1] or "", match[2] or "", place)


def _document(
    sentences: Sequence[Sequence[_Token]], identifier: str, language: str
) -> dict[str, Any]:
    text = "\n".join(" ".join(token.text for token in tokens) for tokens in sentences)
    entities: list[dict[str, Any]] = []
    offset = 0
    for tokens in sentences:
        *starts, after = accumulate((len(token.text) + 1 for token in tokens), initial=offset)
        for first, last in _runs(tokens):
            span = (starts[first], starts[last] + len(tokens[last].text))
            name, token = f"T{len(entities) + 1}", tokens[first]
            entities.append(entity(name, token.label, [span], text, token.place))
        offset = after
    return {
        "id": identifier,
        "lang": language,
        "text": text,
        "entities": entities,
        "relations": [],
        "meta": {},
    }


def _runs(tokens: Sequence[_Token]) -> Iterator[tuple[int, int]]:
    """First and last token of each entity; an inside that nothing began begins one."""
    first: int | None = None
    for place, token in enumerate(tokens):
        if first is not None and (
            token.position in _BEGINS or not token.position or token.label != tokens[first].label
        ):
            yield first, place - 1
            first = None
        if token.position and first is None:
            first = place
        if first is not None and token.position in _ENDS:
            yield first, place
            first = None
    if first is not None:
        yield first, len(tokens) - 1
