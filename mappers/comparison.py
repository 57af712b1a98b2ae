"""Whether what we would write is what the store has."""

from __future__ import annotations

from typing import Any, Final

from mappers.source import unversioned
from mappers.types import Resource

# The store sets these (and `meta` in part), or makes them itself, as HAPI does with narratives.
_SERVERS_OWN: Final = frozenset({"id", "meta", "text"})

# Labels that a store keeps for itself when a resource is updated (R4 3.1.0.2, Resource.meta).
_LABELS: Final = ("security", "tag", "profile")


def content_equal(new: Resource, old: Resource) -> bool:
    """Compare what we would write with what the store has, `old`.

    Left out is what a store adds by itself: id, version, time, narrative, further labels. A
    reference that the store keeps without its version is the same as with it.
    A Provenance is equal when it is the same receipt and names all our targets: the receipt
    stands for document and Device, and when it was recorded is no content.
    """
    if not _labels_kept(new, old):
        return False
    if new.get("resourceType") == old.get("resourceType") == "Provenance":
        known = old.get("target", [])
        return all(any(_same(each, one) for one in known) for each in new.get("target", []))
    return _same(_content(new), _content(old))


def _content(resource: Resource) -> Resource:
    return {name: value for name, value in resource.items() if name not in _SERVERS_OWN}


def _labels_kept(new: Resource, old: Resource) -> bool:
    ours, theirs = new.get("meta", {}), old.get("meta", {})
    return all(
        _label(each) in [_label(kept) for kept in theirs.get(name, [])]
        for name in _LABELS
        for each in ours.get(name, [])
    )


def _label(label: Any) -> Any:
    return (label.get("system"), label.get("code")) if isinstance(label, dict) else label


def _same(new: Any, old: Any) -> bool:
    if isinstance(new, dict) and isinstance(old, dict):
        return new.keys() == old.keys() and all(
            _same_reference(value, old[name]) if name == "reference" else _same(value, old[name])
            for name, value in new.items()
        )
    if isinstance(new, list) and isinstance(old, list):
        return len(new) == len(old) and all(map(_same, new, old))
    return bool(new == old)


def _same_reference(new: Any, old: Any) -> bool:
    # HAPI stores references without their version unless told otherwise.
    return bool(new == old) or (isinstance(new, str) and unversioned(new) == old)
