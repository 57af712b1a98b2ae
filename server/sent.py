"""Notes that a caller sent instead of storing them: how they get their place on the store."""

from __future__ import annotations

import hashlib

import orjson

from mappers.canonical import BASE
from mappers.types import Resource
from server.errors import StoreRefused
from server.store import Store

SENT_IDENTIFIER = f"{BASE}/identifier/sent"

# What a store sets itself, or makes from the rest.
_SERVERS_OWN = frozenset({"id", "meta", "text"})


async def keep(document: Resource, store: Store) -> Resource:
    """Store a document unless the store has it already, and return it as stored.

    It bears a digest of its content as identifier, so that what is sent twice is stored once.
    Raises as the store does.
    """
    if (held := await _held(document, store)) is not None:
        return held
    named, criteria = _named(document)
    return await store.create(named, unless=criteria)


async def _held(document: Resource, store: Store) -> Resource | None:
    """Find what was read from this very store, which needs no second copy."""
    if not isinstance(document.get("id"), str):
        return None
    try:
        held = await store.read(f"DocumentReference/{document['id']}")
    except StoreRefused:
        return None
    return held if _content(held) == _content(document) else None


def _named(document: Resource) -> tuple[Resource, str]:
    content = _content(document)
    digest = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]
    identifier = {"system": SENT_IDENTIFIER, "value": digest}
    labels = {
        name: labels
        for name, labels in (document.get("meta") or {}).items()
        if name in ("profile", "security", "tag")
    }
    named = content | {"identifier": [*content.get("identifier", []), identifier]}
    criteria = f"identifier={SENT_IDENTIFIER}|{digest}"
    return named | ({"meta": labels} if labels else {}), criteria


def _content(document: Resource) -> Resource:
    return {name: value for name, value in document.items() if name not in _SERVERS_OWN}
