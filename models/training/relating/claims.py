"""Corpora that claim what treats and what causes a finding, read as pairs of one sentence.

Some tell it of concepts or of one pair only: what they say of pairs further apart is not known.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Any
from zlib import crc32

import numpy as np

from models.segmentation import sentences
from models.training.relating.examples import Examples, Inventory, Pair, by_mentions
from models.training.relating.marks import mark

Document = Mapping[str, Any]
_YES, _NO = 0.5, 0.2
"""Scores of the crowd from which on a claim holds, and below which it does not."""
_CLAIMS = {"cause": "CAUSES", "treat": "TREATS"}


def bc5cdr_mentions(document: Document, language: str, inventory: Inventory) -> Examples | None:
    """Chemicals that induce a disease, wherever both are named in one sentence."""
    labels = {"Chemical": "DRUG", "Disease": "DISEASE"}
    return _by_codes(document, language, inventory, labels, {"CID": "CAUSES"})


def biored(document: Document, language: str, inventory: Inventory) -> Examples | None:
    """Chemicals that come with a disease cause it, those that go against it treat it."""
    labels = {"ChemicalEntity": "DRUG", "DiseaseOrPhenotypicFeature": "DISEASE"}
    names = {"Positive_Correlation": "CAUSES", "Negative_Correlation": "TREATS"}
    return _by_codes(document, language, inventory, labels, names)


def _by_codes(
    document: Document,
    language: str,
    inventory: Inventory,
    labels: Mapping[str, str],
    names: Mapping[str, str],
) -> Examples | None:
    """Relate the mentions whose concepts are; the order of a pair of concepts does not matter."""
    claims: dict[frozenset[str], frozenset[str]] = {}
    for each in document["relations"]:
        if each["label"] in names:
            pair = frozenset({each["head_code"], each["tail_code"]})
            claims[pair] = claims.get(pair, frozenset()) | {names[each["label"]]}
    related = dict(_related(document, labels, claims))
    marked = mark(document, labels, inventory, related, names.values())
    return _together(document, language, by_mentions(marked, language, inventory))


def _related(
    document: Document,
    labels: Mapping[str, str],
    claims: Mapping[frozenset[str], frozenset[str]],
) -> Iterator[tuple[Pair, frozenset[str]]]:
    coded = [(each, _codes(each)) for each in document["entities"] if each["label"] in labels]
    drugs = [each for each in coded if labels[each[0]["label"]] == "DRUG"]
    findings = [each for each in coded if labels[each[0]["label"]] != "DRUG"]
    for (drug, one), (finding, other) in product(drugs, findings):
        found = [claims.get(frozenset(pair), frozenset()) for pair in product(one, other)]
        if any(found):
            yield (drug["id"], finding["id"]), frozenset().union(*found)


def _codes(entity: Mapping[str, Any]) -> list[str]:
    return [code for codes in (entity.get("codes") or {}).values() for code in codes.split("|")]


def lct(document: Document, language: str, inventory: Inventory) -> Examples | None:
    """Eligibility criteria: a treatment for a condition, and what a condition is caused by."""
    labels = {"Drug": "DRUG", "Procedure": "PROCEDURE", "Condition": "DISEASE"}
    related: dict[Pair, frozenset[str]] = {}
    for each in document["relations"]:
        if each["label"] == "Treatment-For":
            related[each["head"], each["tail"]] = frozenset({"TREATS"})
        elif each["label"] == "Caused-By":
            related[each["tail"], each["head"]] = frozenset({"CAUSES"})
    marked = mark(document, labels, inventory, related, ["TREATS", "CAUSES"])
    return _together(document, language, by_mentions(marked, language, inventory))


def crowdtruth(document: Document, language: str, inventory: Inventory) -> Examples | None:
    """One pair of terms of unknown kind: the head counts as a drug where a treatment is asked for.

    Pairs that the crowd is in two minds about say nothing.
    """
    scores = document["meta"]["crowd_scores"]
    judged = {_CLAIMS[name] for name, score in scores.items() if not _NO <= score < _YES}
    if not judged:
        return None
    related = {
        (each["head"], each["tail"]): frozenset({_CLAIMS[each["label"]]})
        for each in document["relations"]
        if _CLAIMS[each["label"]] in judged
    }
    ids = sorted(each["id"] for each in document["entities"])
    head = next(iter(related))[0] if related else ids[crc32(document["id"].encode()) % len(ids)]
    kinds = dict.fromkeys(ids, "FINDING")
    if "TREATS" in judged:
        kinds[head] = "TREATMENT"
    typed = [{**each, "label": kinds[each["id"]]} for each in document["entities"]]
    labels = {"FINDING": "DISEASE", "TREATMENT": "DRUG"}
    marked = mark({**document, "entities": typed}, labels, inventory, related, judged)
    return by_mentions(marked, language, inventory)


def _together(document: Document, language: str, examples: Examples | None) -> Examples | None:
    """Keep the pairs of one sentence; those of several are not asked for, so none is missed."""
    if examples is None:
        return None
    starts = [start for start, _ in sentences(document["text"], language)]
    number = {each["id"]: bisect_right(starts, each["start"]) for each in document["entities"]}
    kept = np.array([number[head] == number[tail] for head, tail in examples.pairs])
    return replace(examples.only(kept), missed=Counter()) if kept.any() else None
