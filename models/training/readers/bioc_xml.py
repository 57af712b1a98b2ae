"""BioC in XML (http://bioc.sourceforge.net). It never declares entities, so none are expanded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from models.errors import CorpusMalformed
from models.training.readers.bioc import Annotation, Link, Page
from models.training.readers.source import content

_PARSER = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
    "encoding": "utf-8",
}


def read(path: Path, language: str) -> Iterator[dict[str, Any]]:
    """Read the documents of a collection.

    Raises:
        CorpusMalformed: not XML, XML that declares entities, or not BioC; names file and line.
    """
    for document in _root(path).iter("document"):
        yield _page(document, path.name).document(language)


def _root(path: Path) -> Any:
    markup = content(path)
    if "<!ENTITY" in markup:
        raise CorpusMalformed(f"{path.name}: XML that declares entities is not read")
    try:
        root = etree.fromstring(markup.encode("utf-8"), etree.XMLParser(**_PARSER))
    except etree.XMLSyntaxError as error:
        raise CorpusMalformed(f"{path.name}:{error.lineno}: not well-formed XML") from error
    if root.tag != "collection":
        raise CorpusMalformed(f"{path.name}:{root.sourceline}: not a BioC collection")
    return root


def _page(document: Any, file: str) -> Page:
    page = Page(document.findtext("id") or "", _place(document, file))
    for passage in document.iter("passage"):
        units = passage.findall("sentence") if passage.find("text") is None else [passage]
        for unit in units:
            text = unit.findtext("text") or ""
            page.add(_number(unit.findtext("offset"), unit, file), text, _place(unit, file))
    page.annotations.extend(_annotation(each, file) for each in document.iter("annotation"))
    page.links.extend(_link(each, file) for each in document.iter("relation"))
    return page


def _annotation(element: Any, file: str) -> Annotation:
    parts = []
    for location in element.iter("location"):
        start = _number(location.get("offset"), location, file)
        parts.append((start, start + _number(location.get("length"), location, file)))
    name = element.get("id") or ""
    return Annotation(
        name, _infons(element), parts, element.findtext("text"), _place(element, file)
    )


def _link(element: Any, file: str) -> Link:
    nodes = [(node.get("refid") or "", node.get("role") or "") for node in element.iter("node")]
    return Link(_infons(element), nodes, _place(element, file))


def _infons(element: Any) -> dict[str, str]:
    return {each.get("key") or "": each.text or "" for each in element.findall("infon")}


def _number(value: str | None, element: Any, file: str) -> int:
    if value is None or not value.strip().isdecimal():
        raise CorpusMalformed(f"{_place(element, file)}: an offset or length that is no number")
    return int(value)


def _place(element: Any, file: str) -> str:
    return f"{file}:{element.sourceline}"
