"""Which format a corpus has: told by what it says; only .jsonl is taken by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from models.errors import CorpusMalformed
from models.training.readers import bioc_json, bioc_xml, brat, conll, pubtator, standoff
from models.training.readers.source import content

Read = Callable[[Path, str], Iterator[dict[str, Any]]]

FORMATS: Mapping[str, Read] = {
    "stand-off JSONL": standoff.read,
    "brat": brat.read,
    "CoNLL": conll.read,
    "PubTator": pubtator.read,
    "BioC XML": bioc_xml.read,
    "BioC JSON": bioc_json.read,
}


def documents(path: Path, language: str = "") -> Iterator[dict[str, Any]]:
    """Read a file, or a folder of brat; `language` is that of documents which say none.

    Raises:
        CorpusMalformed: there is no such file, its format is not known, or it is malformed.
    """
    yield from FORMATS[recognise(path)](path, language)


def recognise(path: Path) -> str:
    """Name the format of a file or folder (a key of FORMATS)."""
    if path.is_dir():
        if next(path.rglob("*.ann"), None) is None:
            raise CorpusMalformed(f"{path.name} holds no .ann file of brat")
        return "brat"
    if not path.is_file():
        raise CorpusMalformed(f"{path} does not exist")
    if ".jsonl" in path.suffixes:
        return "stand-off JSONL"
    said = content(path).removeprefix("\ufeff").lstrip()
    first = said.split("\n", 1)[0].rstrip()
    if first.startswith("<"):
        return "BioC XML"
    if first.startswith("{"):
        return "BioC JSON" if '"passages"' in said or '"documents"' in said else "stand-off JSONL"
    if pubtator.TITLE.fullmatch(first):
        return "PubTator"
    if any(conll.is_row(line) for line in said.split("\n", 50)[:50]):
        return "CoNLL"
    raise CorpusMalformed(f"{path.name} has none of the formats {', '.join(FORMATS)}")
