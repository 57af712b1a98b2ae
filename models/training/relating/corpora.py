"""Corpora with relations, read as examples: what each of them calls a relation, and answers for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from models.relating.units import Mention
from models.training import notes
from models.training.corpora import documents
from models.training.relating.claims import bc5cdr_mentions, biored, crowdtruth, lct
from models.training.relating.examples import (
    Examples,
    Inventory,
    Marked,
    Pair,
    by_concepts,
    by_mentions,
)
from models.training.relating.marks import mark, related_mentions

Document = Mapping[str, Any]
OWN = "notes/"


def own_notes(document: Document, language: str, inventory: Inventory) -> Examples | None:
    """The project's own notes: every relation that the markup can tell."""
    shown = [output.name for output in inventory.outputs if output.is_for_mentions]
    names = {name: name for name in shown if not name.startswith("CPR")}
    same = {label: label for label in inventory.groups}
    related = related_mentions(document, names)
    return by_mentions(mark(document, same, inventory, related, names), language, inventory)


_CPR = ("CPR:3", "CPR:4", "CPR:5", "CPR:6", "CPR:9")


def chemprot(document: Document, language: str, inventory: Inventory) -> Examples | None:
    """The five groups of the shared task."""
    labels = {"CHEMICAL": "DRUG", "GENE-Y": "GENE", "GENE-N": "GENE"}
    related = related_mentions(document, {name: name for name in _CPR})
    return by_mentions(mark(document, labels, inventory, related, _CPR), language, inventory)


def bc5cdr(document: Document, language: str, inventory: Inventory) -> Examples | None:
    """Pairs of concepts; a mention of several concepts counts for each."""
    marked = _concepts(document, inventory)
    return by_concepts(marked, language, inventory, "CID")


def _concepts(document: Document, inventory: Inventory) -> Marked:
    labels = {"Chemical": "DRUG", "Disease": "DISEASE"}
    kept = sorted(
        (
            (entity["start"], -entity["end"], concept, labels[entity["label"]])
            for entity in document["entities"]
            for concept in _codes(entity, document["text"])
        ),
    )
    mentions = tuple(
        Mention(start, -end, inventory.groups[label], concept)
        for start, end, concept, label in kept
    )
    related = {
        (each["head_code"], each["tail_code"]): frozenset({"CID"}) for each in document["relations"]
    }
    return Marked(document["text"], mentions, (), related, frozenset({"CID"}))


def _codes(entity: Mapping[str, Any], text: str) -> list[str]:
    codes = (entity.get("codes") or {}).get("mesh")
    return codes.split("|") if codes else [text[entity["start"] : entity["end"]].lower()]


def ade(document: Document, language: str, inventory: Inventory) -> Examples | None:
    """Adverse effects; only what takes part in one is marked."""
    if not document["relations"]:
        return None
    labels = {"Drug": "DRUG", "Adverse-Effect": "DISEASE"}
    related = related_mentions(document, {"DRUG-AE": "CAUSES"})
    return by_mentions(mark(document, labels, inventory, related, ["CAUSES"]), language, inventory)


def phee(document: Document, language: str, inventory: Inventory) -> Examples | None:
    """Events: their drugs cause the effects and treat the disorders."""
    parts: dict[str, dict[str, list[str]]] = {}
    for relation in document["relations"]:
        parts.setdefault(relation["head"], {}).setdefault(relation["label"], []).append(
            relation["tail"]
        )
    kinds = {each["id"]: each["label"] for each in document["entities"]}
    related: dict[Pair, frozenset[str]] = {}
    for trigger, found in parts.items():
        adverse = {"Effect": "CAUSES"} if kinds[trigger] == "Adverse_event" else {}
        for part, name in {**adverse, "Treatment.Disorder": "TREATS"}.items():
            for drug in found.get("Treatment.Drug", ()):
                for tail in found.get(part, ()):
                    related[drug, tail] = frozenset({name})
    labels = {"Treatment.Drug": "DRUG", "Effect": "DISEASE", "Treatment.Disorder": "DISEASE"}
    judged = ["CAUSES", "TREATS"]
    if not any(kind == "Adverse_event" for kind in kinds.values()):
        judged = ["TREATS"]
    return by_mentions(mark(document, labels, inventory, related, judged), language, inventory)


_ROAM = {
    "TREATS": "LABEL:TREATS",
    "CONTRAINDICATED_FOR": "LABEL:CONTRAINDICATES",
    "NOT_RECOMMENDED": "LABEL:CONTRAINDICATES",
    "PREVENTS": "LABEL:PREVENTS",
}


def roam(document: Document, language: str, inventory: Inventory) -> Examples | None:
    """Findings of a drug label; the medicine stands before the sentence and is not named."""
    if not document["entities"] or document["meta"].get("same_text_as"):
        return None
    if "LABELLED" not in inventory.groups:
        return None
    related = {
        ("drug", each["id"]): frozenset({_ROAM[each["label"]]})
        for each in document["entities"]
        if each["label"] in _ROAM
    }
    judged = set(_ROAM.values())
    labels = dict.fromkeys([*_ROAM, "TREATS_OUTCOMES", "UNRELATED"], "DISEASE")
    marked = mark(document, labels, inventory, related, judged)
    drug = Mention(0, 0, inventory.groups["LABELLED"])
    return by_mentions(
        Marked(
            marked.text,
            (drug, *marked.mentions),
            ("drug", *marked.ids),
            related,
            marked.judged,
        ),
        language,
        inventory,
    )


_DDI = {name: f"DDI:{name}" for name in ("advise", "effect", "int", "mechanism")}


def ddi(document: Document, language: str, inventory: Inventory) -> Examples | None:
    """The four kinds of interaction; documents for drug names alone say nothing of them."""
    if document["meta"]["task"] == "ner":
        return None
    labels = dict.fromkeys(("brand", "drug", "drug_n", "group"), "DRUG")
    related = related_mentions(document, _DDI)
    marked = mark(document, labels, inventory, related, _DDI.values())
    return by_mentions(marked, language, inventory)


Reader = Callable[[Document, str, Inventory], Examples | None]
READERS: Mapping[str, tuple[Reader, str]] = {
    "bc5cdr": (bc5cdr, "en/bc5cdr"),
    "chemprot": (chemprot, "en/chemprot"),
    "ade": (ade, "en/ade_corpus_v2"),
    "phee": (phee, "en/phee"),
    "roam": (roam, "en/roam_drug_disease"),
    "ddi": (ddi, "en/ddi2013"),
    "bc5cdr_mentions": (bc5cdr_mentions, "en/bc5cdr"),
    "biored": (biored, "en/biored"),
    "crowdtruth": (crowdtruth, "en/crowdtruth_medre"),
    "lct": (lct, "en/lct"),
}
"""Reader and folder of each corpus; `notes/<language>` are the project's own."""


def read(
    name: str, part: str, corpora: Path, inventory: Inventory, apart: frozenset[str] = frozenset()
) -> Iterator[Examples]:
    """Read one part of a corpus; documents whose `meta.pmid` is in `apart` are left out."""
    found = (
        each
        for each in source(name, part, corpora)
        if each.get("meta", {}).get("pmid") not in apart
    )
    yield from examples(name, found, inventory)


def source(name: str, part: str, corpora: Path) -> Iterator[Document]:
    """The documents of one part of a corpus; none where its file is not there."""
    if name.startswith(OWN):
        yield from notes.documents(name.removeprefix(OWN), part)
    elif (file := corpora / READERS[name][1] / f"{part}.jsonl.xz").exists():
        yield from documents(file)


def examples(name: str, found: Iterable[Document], inventory: Inventory) -> Iterator[Examples]:
    """What the documents of a corpus say of relations; those that say nothing are left out."""
    own = name.startswith(OWN)
    reader, language = (own_notes, name.removeprefix(OWN)) if own else (READERS[name][0], "en")
    for document in found:
        read = reader(document, language, inventory)
        if read is not None:
            yield read
