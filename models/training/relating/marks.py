"""Stand-off documents marked for the relation model: mentions by group, and related pairs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import repeat
from typing import Any

from models.assertion import assertions
from models.relating.units import Mention, claim
from models.training.relating.examples import Inventory, Marked, Pair
from models.types import Assertion, Entity, Span

Document = Mapping[str, Any]


def mark(
    document: Document,
    labels: Mapping[str, str],
    inventory: Inventory,
    related: Mapping[Pair, frozenset[str]],
    judged: Iterable[str],
) -> Marked:
    """`labels` maps those of the corpus to those of the inventory; other entities are left out.

    What a document claims of them is told by the rules, as it will be, where its `lang` is known.
    """
    kept = sorted(
        (each for each in document["entities"] if labels.get(each["label"]) in inventory.groups),
        key=lambda each: (each["start"], -each["end"], each["id"]),
    )
    entities = [_entity(document["text"], each, labels[each["label"]]) for each in kept]
    language = document.get("lang")
    claims = assertions(document["text"], entities, language) if language else repeat(Assertion())
    mentions = tuple(
        Mention(
            each.span.start,
            each.span.end,
            inventory.groups[each.label],
            claim=claim(found),
            label=each.label,
        )
        for each, found in zip(entities, claims, strict=False)
    )
    ids = tuple(each["id"] for each in kept)
    return Marked(document["text"], mentions, ids, related, frozenset(judged))


def _entity(text: str, marked: Mapping[str, Any], label: str) -> Entity:
    return Entity(Span.of(text, marked["start"], marked["end"]), label, 1.0)


def related_mentions(document: Document, names: Mapping[str, str]) -> dict[Pair, frozenset[str]]:
    """Pairs of the ids of mentions, by the names that `names` gives the relations."""
    found: dict[Pair, frozenset[str]] = {}
    for relation in document["relations"]:
        name = names.get(relation["label"])
        if name is not None:
            pair = (relation["head"], relation["tail"])
            found[pair] = found.get(pair, frozenset()) | {name}
    return found
