"""Who is around the patients of an export: what the store knows of them must not be in it."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable
from typing import Final

from mappers.known import to_known
from mappers.types import Resource
from models.recognizing.known import KnownIdentifiers
from server.errors import StoreRefused
from server.export.kinds import named
from server.export.search import Query, fetch, pages
from server.store import Store

PEOPLE: Final = frozenset(
    {
        "Location",
        "Organization",
        "Patient",
        "Person",
        "Practitioner",
        "PractitionerRole",
        "RelatedPerson",
    }
)
REMEMBERED: Final = 10_000
NOTHING: Final = KnownIdentifiers()


class People:
    """What is known of people and places, by type and id; remembered over the batches.

    `refused` are types that the store does not let us search: nothing is known of them.
    """

    def __init__(self, store: Store) -> None:
        self.refused: set[str] = set()
        self._store = store
        self._known: OrderedDict[tuple[str, str], KnownIdentifiers] = OrderedDict()

    async def known(self, wanted: Iterable[tuple[str, str]]) -> KnownIdentifiers:
        """Return what is known of all of these; what the store does not have adds nothing."""
        wanted = set(wanted)
        missing = defaultdict(list)
        for kind, identity in sorted(wanted - self._known.keys()):
            missing[kind].append(identity)
        found = {one: self._known[one] for one in wanted if one in self._known}
        for kind, ids in missing.items():
            found |= await self._fetch(kind, ids)
        for one, known in found.items():
            self._known[one] = known
            self._known.move_to_end(one)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return united(found[one] for one in sorted(found))

    async def _fetch(self, kind: str, ids: list[str]) -> dict[tuple[str, str], KnownIdentifiers]:
        found = dict.fromkeys(((kind, one) for one in ids), NOTHING)
        try:
            resources = await fetch(self._store, kind, ids)
        except StoreRefused:
            self.refused.add(kind)
            return found
        for resource in resources:
            known = to_known([resource])
            if kind == "PractitionerRole":
                # A role has no name; the one who has it does.
                known += await self.known(named([resource], PEOPLE - {kind}))
            found[kind, resource["id"]] = known
        return found


class Circle:
    """What is known of each patient of a batch and of those around; it grows as it is read."""

    def __init__(self, store: Store, people: People) -> None:
        self._store, self._people = store, people
        self._known: dict[str, KnownIdentifiers] = {}
        self._met: dict[str, set[tuple[str, str]]] = {}

    async def open(self, patients: Iterable[Resource]) -> None:
        """Begin with the patients and their relatives; raises as the store does."""
        patients = list(patients)
        for patient in patients:
            self._known[patient["id"]] = to_known([patient])
            self._met[patient["id"]] = {("Patient", patient["id"])}
            await self.meet(patient["id"], [patient])
        for relative in await self._relatives():
            for _, identity in named([relative], {"Patient"}):
                if identity in self._known:
                    self._met[identity].add(("RelatedPerson", relative["id"]))
                    self._known[identity] += to_known([relative])

    async def meet(self, patient: str, resources: Iterable[Resource]) -> None:
        """Get to know whom resources of a patient refer to; raises as the store does."""
        news = named(resources, PEOPLE) - self._met[patient]
        if news:
            self._met[patient] |= news
            self._known[patient] += await self._people.known(news)

    def known(self, patient: str) -> KnownIdentifiers:
        """Return what is known around a patient."""
        return self._known[patient]

    def __contains__(self, patient: str | None) -> bool:
        return patient in self._known

    async def _relatives(self) -> list[Resource]:
        ids = sorted(self._known)
        query: Query = [("patient", ",".join(f"Patient/{one}" for one in ids))]
        try:
            found = pages(self._store, "RelatedPerson", [query] if ids else [], 200)
            return [one async for page in found for one in page]
        except StoreRefused:
            self._people.refused.add("RelatedPerson")
            return []


def united(known: Iterable[KnownIdentifiers]) -> KnownIdentifiers:
    """Join what is known, each identifier and each person once."""
    every = list(known)
    values = dict.fromkeys(value for one in every for value in one.values)
    people = dict.fromkeys(person for one in every for person in one.people)
    return KnownIdentifiers(tuple(values), tuple(people))
