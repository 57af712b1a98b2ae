"""BioC in JSON, as PubTator 3 and the BioC API write it: one collection, or one document a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from models.errors import CorpusMalformed
from models.training.readers.bioc import Annotation, Link, Page
from models.training.readers.source import content


def read(path: Path, language: str) -> Iterator[dict[str, Any]]:
    """Read the documents of a collection.

    Raises:
        CorpusMalformed: not JSON, or not BioC; the message names the file, and the line or the
            number of the document.
    """
    for number, document in enumerate(_documents(path), 1):
        place = f"{path.name}: document {number}"
        try:
            page = _page(document, place)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise CorpusMalformed(f"{place} is not BioC") from error
        yield page.document(language)


def _documents(path: Path) -> list[Any]:
    text = content(path).removeprefix("\ufeff")
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as error:
        if error.msg != "Extra data":
            raise CorpusMalformed(f"{path.name}:{error.lineno}: not JSON") from error
        return [_line(line, path.name, number) for number, line in _numbered(text)]
    if isinstance(whole, Mapping) and "documents" not in whole and "PubTator3" in whole:
        whole = {"documents": whole["PubTator3"]}
    return list(whole["documents"]) if "documents" in whole else [whole]


def _numbered(text: str) -> Iterator[tuple[int, str]]:
    return ((number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip())


def _line(line: str, file: str, number: int) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise CorpusMalformed(f"{file}:{number}: not JSON") from error


def _page(document: Mapping[str, Any], place: str) -> Page:
    page = Page(str(document["id"]), place)
    passages = document["passages"]
    sentences = [each for passage in passages for each in passage.get("sentences", ())]
    units = [
        unit
        for passage in passages
        for unit in ([passage] if "text" in passage else passage.get("sentences", ()))
    ]
    for unit in units:
        page.add(int(unit["offset"]), unit.get("text") or "", place)
    for owner in (document, *passages, *sentences):
        page.annotations.extend(_annotation(each, place) for each in owner.get("annotations", ()))
        page.links.extend(_link(each, place) for each in owner.get("relations", ()))
    return page


def _annotation(each: Mapping[str, Any], place: str) -> Annotation:
    parts = [
        (int(one["offset"]), int(one["offset"]) + int(one["length"])) for one in each["locations"]
    ]
    return Annotation(str(each["id"]), _infons(each), parts, each.get("text"), place)


def _link(each: Mapping[str, Any], place: str) -> Link:
    nodes = [(str(node["refid"]), str(node.get("role", ""))) for node in each.get("nodes", ())]
    return Link(_infons(each), nodes, place)


def _infons(owner: Mapping[str, Any]) -> dict[str, str]:
    told = owner.get("infons", {})
    return {key: str(value) for key, value in told.items() if value is not None}
