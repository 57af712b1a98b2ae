"""PubTator: `id|t|title`, `id|a|abstract`, then tab-separated mentions and relations.

The text is the title, a line break and the abstract. A mention is id, start, end, text, type and
codes; a relation is id, type and two codes, and holds between concepts: its `head` and `tail` are
their first mentions, where there are any.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from models.errors import CorpusMalformed
from models.training.readers.source import content
from models.training.readers.spans import entity

TITLE = re.compile(r"([^|\t]+)\|t\|(.*)")
_ABSTRACT = re.compile(r"([^|\t]+)\|a\|(.*)")
_MENTION, _RELATION = 5, 4
"""Fewest columns of a mention; columns of a relation."""

Line = tuple[int, str]


def read(path: Path, language: str) -> Iterator[dict[str, Any]]:
    """Read the documents of a file; an empty line parts them.

    Raises:
        CorpusMalformed: a line is not PubTator's; the message names file and line.
    """
    told = content(path).removeprefix("\ufeff").split("\n")
    numbered = [(number, line.rstrip("\r")) for number, line in enumerate(told, 1)]
    for full, block in groupby(numbered, key=lambda pair: bool(pair[1].strip())):
        if full:
            yield _document(list(block), path.name, language)


def _document(block: Sequence[Line], file: str, language: str) -> dict[str, Any]:
    (first, head), rest = block[0], block[1:]
    title = TITLE.fullmatch(head)
    if title is None:
        raise CorpusMalformed(f"{file}:{first}: not a title (id|t|...)")
    abstract = _ABSTRACT.fullmatch(rest[0][1]) if rest else None
    text = f"{title[2]}\n{abstract[2]}" if abstract else title[2]
    rows = [(f"{file}:{number}", line.split("\t")) for number, line in rest[bool(abstract) :]]
    entities = [
        _entity(f"T{place + 1}", columns, text, where)
        for place, (where, columns) in enumerate(each for each in rows if _is_mention(each[1]))
    ]
    relations = [
        _relation(columns, entities, where) for where, columns in rows if not _is_mention(columns)
    ]
    return {
        "id": title[1],
        "lang": language,
        "text": text,
        "entities": entities,
        "relations": relations,
        "meta": {"pmid": title[1]},
    }


def _is_mention(columns: Sequence[str]) -> bool:
    return len(columns) >= _MENTION and columns[1].isdigit() and columns[2].isdigit()


def _entity(name: str, columns: Sequence[str], text: str, place: str) -> dict[str, Any]:
    span = (int(columns[1]), int(columns[2]))
    made = entity(name, columns[4], [span], text, place, said=columns[3])
    if len(columns) > _MENTION and columns[5]:
        made["codes"] = {"id": columns[5]}
    return made


def _relation(
    columns: Sequence[str], entities: Sequence[dict[str, Any]], place: str
) -> dict[str, Any]:
    if len(columns) < _RELATION:
        raise CorpusMalformed(f"{place}: neither a mention nor a relation")
    _, label, head, tail, *_ = columns
    made: dict[str, Any] = {
        "label": label,
        "level": "document",
        "head_code": head,
        "tail_code": tail,
    }
    for end, code in (("head", head), ("tail", tail)):
        mentioned = [each["id"] for each in entities if code in _codes(each)]
        if mentioned:
            made[end] = mentioned[0]
    return made


def _codes(made: dict[str, Any]) -> list[str]:
    return re.split(r"[|,;+]", made.get("codes", {}).get("id", ""))
