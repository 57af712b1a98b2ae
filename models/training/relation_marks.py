"""Stand-off documents marked for the relation model: mentions by group, and related pairs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from models.relation_units import Mention
from models.training.relation_examples import Inventory, Marked, Pair

Document = Mapping[str, Any]


def mark(
    document: Document,
    labels: Mapping[str, str],
    inventory: Inventory,
    related: Mapping[Pair, frozenset[str]],
    judged: Iterable[str],
) -> Marked:
    """`labels` maps those of the corpus to those of the inventory; other entities are left out."""
    kept = sorted(
        (each for each in document["entities"] if labels.get(each["label"]) in inventory.groups),
        key=lambda each: (each["start"], -each["end"], each["id"]),
    )
    mentions = tuple(
        Mention(each["start"], each["end"], inventory.groups[labels[each["label"]]])
        for each in kept
    )
    ids = tuple(each["id"] for each in kept)
    return Marked(document["text"], mentions, ids, related, frozenset(judged))


def related_mentions(document: Document, names: Mapping[str, str]) -> dict[Pair, frozenset[str]]:
    """Pairs of the ids of mentions, by the names that `names` gives the relations."""
    found: dict[Pair, frozenset[str]] = {}
    for relation in document["relations"]:
        name = names.get(relation["label"])
        if name is not None:
            pair = (relation["head"], relation["tail"])
            found[pair] = found.get(pair, frozenset()) | {name}
    return found
