"""From the store to the export: everything about a batch of patients, read and de-identified."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl

import orjson

from mappers.deidentification.document import is_deidentified_copy
from mappers.deidentification.pseudonym import Pseudonyms
from mappers.types import Resource
from models.recognizing.known import KnownIdentifiers
from server.errors import NoteTimeout, ReaderDied, StoreRefused
from server.export.cohort import of_export
from server.export.kinds import KINDS, Kind, named, references
from server.export.ledger import Ledger
from server.export.notes import Notes
from server.export.order import Batch, Order
from server.export.outbox import Outbox
from server.export.parts import OUTCOME, Part
from server.export.people import NOTHING, Circle, People
from server.export.releasing import Load, Terms, release, withheld
from server.export.search import Query, fetch, pages
from server.export.tally import Tally
from server.export.targets import without_copies
from server.pipeline import Pipeline
from server.readers import Readers
from server.settings import Settings

TARGETS = 40
"""Resources whose Provenance is searched for at once; their references have to fit in a URL."""
BROKEN = "it cannot be de-identified: the process that tried was stopped"
STRAY = "its patient cannot be told"

Page = Mapping[str | None, Sequence[Resource]]
"""Resources by the id of their patient."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What an export works with: the store behind the pipeline, and the reading processes."""

    pipeline: Pipeline
    readers: Readers
    settings: Settings


class Harvest:
    """Works through the batches of one order."""

    def __init__(self, order: Order, terms: Terms, ledger: Ledger, tools: Tools) -> None:
        self._order, self._terms, self._ledger = order, terms, ledger
        self._readers, self._settings = tools.readers, tools.settings
        self._store = tools.pipeline.store
        self._people = People(self._store)
        self._notes = Notes(tools.pipeline, tools.settings)
        self._unsearched: frozenset[str] = frozenset()
        self._told: set[str] = set()
        self._referable = {
            name for name in order.wishes.types if KINDS[name].found_by == "reference"
        }

    async def batch(self, batch: Batch) -> None:
        """Export one batch; raises as the store and the ledger do."""
        await self._ledger.clear(self._order, batch)
        out = Outbox(self._ledger, self._order, batch)
        if batch.kind == "Patient":
            await self._patients(batch, out)
        else:
            await self._alone(batch, out)
        await self._tell_refused()
        await out.close()

    async def _tell_refused(self) -> None:
        """Note of whom nothing is known, for the error file."""
        for kind in sorted(self._people.refused - self._told):
            await self._ledger.unsearched(self._order, kind)
            self._told.add(kind)

    async def _patients(self, batch: Batch, out: Outbox) -> None:
        patients = await fetch(self._store, "Patient", batch.ids)
        circle = Circle(self._store, self._people)
        await circle.open(patients)
        out.found.tally.patients = len(patients)
        out.found.tally.missing = len(batch.ids) - len(patients)
        if not patients:
            return
        ids = [patient["id"] for patient in patients]
        await self._meet_at_encounters(ids, circle)
        for kind in KINDS.values():
            if kind.found_by == "patient" and self._is_wanted(kind):
                async for page in self._pages(kind, _about(kind, ids)):
                    await self._take(kind, page, circle, out)

    async def _meet_at_encounters(self, patients: Sequence[str], circle: Circle) -> None:
        """Encounters say who was there; those that are not exported are read for that alone."""
        wishes, kind = self._order.wishes, KINDS["Encounter"]
        filtered = any(name == kind.name for name, _ in wishes.filters)
        if self._is_wanted(kind) and not (wishes.since or wishes.until or filtered):
            return
        async for page in self._search(kind.name, [_about(kind, patients)]):
            for encounter in page:
                if (patient := kind.patient_of(encounter)) in circle:
                    await circle.meet(str(patient), [encounter])

    def _is_wanted(self, kind: Kind) -> bool:
        return kind.name in self._order.wishes.types

    async def _take(
        self, kind: Kind, resources: Sequence[Resource], circle: Circle, out: Outbox
    ) -> None:
        page: dict[str | None, list[Resource]] = defaultdict(list)
        for resource in resources:
            patient = kind.patient_of(resource)
            if patient in circle and not is_deidentified_copy(resource):
                page[patient].append(resource)
            elif patient not in circle:
                out.found.tally.withheld[kind.name, STRAY] += 1
        for patient, found in page.items():
            await circle.meet(str(patient), found)
        known = {patient: circle.known(str(patient)) for patient in page}
        await self._release(kind, page, known, out)
        if self._order.wishes.provenance:
            await self._provenance(kind, page, known, out)

    async def _release(
        self, kind: Kind, page: Page, known: Mapping[str | None, KnownIdentifiers], out: Outbox
    ) -> None:
        loads = [Load.of(patient, known[patient], found) for patient, found in page.items()]
        everything = [resource for found in page.values() for resource in found]
        out.found.referred |= named(everything, self._referable)
        if kind.name == "DocumentReference":
            found = await self._notes.of(everything)
            out.found.tally.read += found.read
            reasons = {_id(reference): why for reference, why in found.failed.items()}
            loads = [replace(one, notes=found.notes, reasons=reasons) for one in loads]
        else:
            notes = await self._notes.cited(everything)
            loads = [replace(one, notes=notes) for one in loads] if notes else loads
        await self._call(loads, out)

    async def _call(self, loads: list[Load], out: Outbox) -> None:
        """Release in another process; what breaks one is found by halves and left out."""
        if not loads:
            return
        try:
            parts, tally = await self._readers.call(release, self._settings, self._terms, loads)
        except (NoteTimeout, ReaderDied):
            halves = _halves(loads)
            if not halves:
                parts, tally = self._broken(loads[0])
                await out.put(parts, tally)
                return
            for half in halves:
                await self._call(half, out)
        else:
            await out.put(parts, tally)

    def _broken(self, load: Load) -> tuple[list[Part], Tally]:
        (resource,) = orjson.loads(load.resources)
        kind = resource["resourceType"]
        tally = Tally()
        tally.withheld[kind, BROKEN] += 1
        pseudonym = Pseudonyms(self._terms.key).identity(kind, resource["id"])
        line = orjson.dumps(withheld(f"{kind}/{pseudonym}", BROKEN)) + b"\n"
        return [Part.of(OUTCOME, [line])], tally

    async def _provenance(
        self, kind: Kind, page: Page, known: Mapping[str | None, KnownIdentifiers], out: Outbox
    ) -> None:
        patients = {
            f"{kind.name}/{one['id']}": patient for patient, found in page.items() for one in found
        }
        names = sorted(patients)
        for at in range(0, len(names), TARGETS):
            targets = names[at : at + TARGETS]
            query: Query = [("target", ",".join(targets)), self._before()]
            found = [one async for few in self._search("Provenance", [query]) for one in few]
            if self._order.wishes.provenance == "latest":
                found = _latest(found, targets)
            await self._release_provenance(found, patients, known, out)

    async def _release_provenance(
        self,
        found: Sequence[Resource],
        patients: Mapping[str, str | None],
        known: Mapping[str | None, KnownIdentifiers],
        out: Outbox,
    ) -> None:
        ids = [one["id"] for one in found]
        new = await self._ledger.claim(self._order, out.batch, ids)
        page: dict[str | None, list[Resource]] = defaultdict(list)
        for one in await without_copies([one for one in found if one["id"] in new], self._store):
            targets = {"/".join(target) for target in named([one], KINDS.keys())}
            of = next((patients[target] for target in sorted(targets) if target in patients), None)
            if of is not None:
                page[of].append(one)
        await self._release(KINDS["Provenance"], page, known, out)

    async def _alone(self, batch: Batch, out: Outbox) -> None:
        """Export resources that are of no patient."""
        kind = KINDS[batch.kind]
        async for resources in self._pages(kind, [("_id", ",".join(batch.ids))]):
            found = resources
            if kind.found_by == "group":
                found = [await of_export(one, self._order, self._store) for one in resources]
            await self._release(kind, {None: found}, {None: NOTHING}, out)

    async def _pages(self, kind: Kind, about: Query) -> AsyncIterator[list[Resource]]:
        wishes = self._order.wishes
        window = [self._before()]
        window += [("_lastUpdated", f"gt{wishes.since}")] if wishes.since else []
        window += [("_lastUpdated", f"lt{wishes.until}")] if wishes.until else []
        filters = [parse_qsl(query) for name, query in wishes.filters if name == kind.name]
        queries = [[*about, *window, *one] for one in filters or [[]]]
        async for page in self._search(kind.name, queries, kind.page):
            yield page

    def _before(self) -> tuple[str, str]:
        """The condition that nothing is newer than the transactionTime."""
        return "_lastUpdated", f"le{self._order.instant}"

    async def _search(
        self, kind: str, queries: Sequence[Query], size: int = 200
    ) -> AsyncIterator[list[Resource]]:
        """Search, unless the store has refused to search this type: that is told once."""
        if kind in self._unsearched:
            return
        try:
            async for page in pages(self._store, kind, queries, size):
                yield page
        except StoreRefused:
            self._unsearched |= {kind}
            await self._ledger.unsearched(self._order, kind)


def _about(kind: Kind, patients: Sequence[str]) -> Query:
    if kind.name == "Patient":
        return [("_id", ",".join(patients))]
    return [("patient", ",".join(f"Patient/{one}" for one in patients))]


def _id(reference: str) -> str:
    return reference.split("/")[1]


def _halves(loads: list[Load]) -> list[list[Load]]:
    """Part the work in two; nothing when it is one resource."""
    if len(loads) > 1:
        middle = len(loads) // 2
        return [loads[:middle], loads[middle:]]
    resources = orjson.loads(loads[0].resources)
    if len(resources) == 1:
        return []
    middle = len(resources) // 2
    halves = (resources[:middle], resources[middle:])
    return [[replace(loads[0], resources=orjson.dumps(half))] for half in halves]


def _latest(found: Iterable[Resource], targets: Iterable[str]) -> list[Resource]:
    """Keep of each target the Provenance that was recorded last."""
    wanted, latest = set(targets), dict[str, Resource]()
    for one in sorted(found, key=lambda one: str(one.get("recorded", ""))):
        for reference in references(one.get("target", [])):
            if reference in wanted:
                latest[reference] = one
    kept = {one["id"]: one for one in latest.values()}
    return list(kept.values())
