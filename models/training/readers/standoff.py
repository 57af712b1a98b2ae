"""Stand-off JSONL: one document a line, in the shape that all readers give."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from models.errors import CorpusMalformed
from models.training.readers.source import lines


def read(path: Path, language: str) -> Iterator[dict[str, Any]]:
    """Read the documents of a .jsonl, .jsonl.xz or .jsonl.gz file.

    Raises:
        CorpusMalformed: a line is no document; the message names file and line.
    """
    for number, line in enumerate(lines(path), 1):
        if line.strip():
            yield _document(line, f"{path.name}:{number}", language)


def _document(line: str, place: str, language: str) -> dict[str, Any]:
    try:
        document = json.loads(line)
    except ValueError as error:
        raise CorpusMalformed(f"{place}: not JSON") from error
    if not isinstance(document, dict) or not isinstance(document.get("text"), str):
        raise CorpusMalformed(f"{place}: no document with a text")
    for entity in document.setdefault("entities", []):
        if not _stands(entity, len(document["text"])):
            raise CorpusMalformed(f"{place}: an entity without a label, or outside of the text")
    return {"id": place, "lang": language, "relations": [], "meta": {}, **document}


def _stands(entity: Any, length: int) -> bool:
    if not isinstance(entity, dict) or not isinstance(entity.get("label"), str):
        return False
    start, end = entity.get("start"), entity.get("end")
    return isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= length
