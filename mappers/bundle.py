"""Resources -> one transaction that changes only what is different."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from mappers.comparison import content_equal
from mappers.identity import Identity, identity
from mappers.types import Resource
from mappers.withdrawal import in_hands_of_a_person, stale

NOTHING: Final[Mapping[str, Resource]] = MappingProxyType({})


def to_transaction(
    resources: Sequence[Resource], *, existing: Mapping[str, Resource] = NOTHING
) -> Resource:
    """Build the transaction that makes the store hold `resources`; without entries if it does.

    `existing` holds what the store has from any version of the same document (search by
    `Source.tag`), by the value of `identity`; the Device may be missing from it. What is new
    is created conditionally, so that a second writer makes no second resource; what is
    different is updated if nobody else was faster; what is the same is left out. An extracted
    resource that is no longer said becomes entered-in-error. A person's decision is not
    touched.

    Raises:
        ValueError: two resources have the same identity, or one has none.
    """
    identities = _distinct(resources)
    names = _names(identities, existing)
    entries = []
    for one, resource in zip(identities, resources, strict=True):
        named = linked(resource, names)
        old = existing.get(one.value)
        if old is None:
            entries.append(_creation(named, one))
        elif not in_hands_of_a_person(old) and not content_equal(named, old):
            entries.append(_update(named, old, one))
    entries += [
        _update(resource, existing[identity(resource).value], identity(resource))
        for resource in stale(resources, existing)
    ]
    entries = [entry for entry in entries if _has_use(entry, entries)]
    bundle: Resource = {"resourceType": "Bundle", "type": "transaction"}
    return bundle | ({"entry": entries} if entries else {})


def with_ids(
    resources: Sequence[Resource], *, existing: Mapping[str, Resource] = NOTHING
) -> list[Resource]:
    """Give each the id that its identity makes, for stores that are filled without a transaction.

    The same document gives the same ids, always; references between them become `Type/id`. What
    is there already (`existing`, as for `to_transaction`) is left out, and referred to.

    Raises:
        ValueError: two resources have the same identity, or one has none.
    """
    identities = _distinct(resources)
    ids = [one.full_url.removeprefix("urn:uuid:") for one in identities]
    names = {
        one.full_url: f"{resource['resourceType']}/{own}"
        for one, own, resource in zip(identities, ids, resources, strict=True)
    } | _names(identities, existing)
    return [
        {"resourceType": resource["resourceType"], "id": own} | linked(resource, names)
        for one, own, resource in zip(identities, ids, resources, strict=True)
        if one.value not in existing
    ]


def index(resources: Iterable[Resource]) -> dict[str, Resource]:
    """Index what a search of the store found, as `to_transaction` wants it.

    If two writers did make two of one, the first (the store's oldest, if it sorts so) counts.
    What bears no identity of ours is left out.
    """
    found: dict[str, Resource] = {}
    for resource in resources:
        try:
            found.setdefault(identity(resource).value, resource)
        except ValueError:
            continue
    return found


def _distinct(resources: Sequence[Resource]) -> list[Identity]:
    identities = [identity(resource) for resource in resources]
    if len({one.value for one in identities}) < len(identities):
        # FHIR R4 transactions fail on overlapping identities; some servers make two instead.
        raise ValueError("two resources of a transaction have the same identity")
    return identities


def _names(identities: Iterable[Identity], existing: Mapping[str, Resource]) -> dict[str, str]:
    """Map the transaction's names of resources that the store has to `Type/id`."""
    return {
        one.full_url: f"{existing[one.value]['resourceType']}/{existing[one.value]['id']}"
        for one in identities
        if one.value in existing
    }


def linked(node: Any, names: Mapping[str, str]) -> Any:
    """Copy a resource with its references renamed; those without a new name stay."""
    if isinstance(node, list):
        return [linked(each, names) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: names.get(value, value)
        if key == "reference" and isinstance(value, str)
        else linked(value, names)
        for key, value in node.items()
    }


def _has_use(entry: Resource, entries: Iterable[Resource]) -> bool:
    """Tell a Device apart that no Provenance of the transaction needs: it need not be sent."""
    if entry["resource"]["resourceType"] != "Device":
        return True
    agents = [agent for each in entries for agent in each["resource"].get("agent", [])]
    return any(agent.get("who", {}).get("reference") == entry["fullUrl"] for agent in agents)


def _creation(resource: Resource, one: Identity) -> Resource:
    request = {"method": "POST", "url": resource["resourceType"], "ifNoneExist": one.query}
    return {"fullUrl": one.full_url, "resource": resource, "request": request}


def _update(resource: Resource, old: Resource, one: Identity) -> Resource:
    place = f"{old['resourceType']}/{old['id']}"
    request = {"method": "PUT", "url": place}
    if version := old.get("meta", {}).get("versionId"):
        request["ifMatch"] = f'W/"{version}"'
    updated = {"resourceType": resource["resourceType"], "id": old["id"]} | resource
    updated |= {"id": old["id"]} | _meta(resource)
    return {"fullUrl": one.full_url, "resource": updated, "request": request}


def _meta(resource: Resource) -> Resource:
    """Give `meta` without what the server sets; nothing rather than an empty object."""
    kept = {
        name: value
        for name, value in resource.get("meta", {}).items()
        if name not in {"versionId", "lastUpdated"}
    }
    return {"meta": kept} if kept else {}
