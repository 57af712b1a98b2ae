"""The de-identified notes of documents: from the store's copies, else read for the export."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from mappers.canonical import COPY_IDENTIFIER
from mappers.deidentification.document import StoredCopy, copy_identifier, read_copy
from mappers.deidentification.pseudonym import split_reference
from mappers.document import versioned_reference
from mappers.source import unversioned
from mappers.types import Resource
from models.types import DeidentifiedNote
from server.errors import Fate, describe, verdict
from server.export.kinds import references
from server.export.search import Query, pages
from server.pipeline import Pipeline
from server.settings import Settings

REMEMBERED: Final = 8_000_000
"""Characters of notes and their annotations that are kept for the resources that cite them."""
AT_ONCE: Final = 20


@dataclass(slots=True)
class Found:
    """Notes by the versioned reference of their documents; `failed` says why there is none.

    `read` counts those that had no copy on the store.
    """

    notes: dict[str, DeidentifiedNote] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    read: int = 0


class Notes:
    """Finds the notes; the last ones are remembered."""

    def __init__(self, pipeline: Pipeline, settings: Settings) -> None:
        self._pipeline, self._settings = pipeline, settings
        self._kept: OrderedDict[str, DeidentifiedNote] = OrderedDict()
        self._size = 0
        self._turns = asyncio.Semaphore(settings.processes)

    async def of(self, documents: Iterable[Resource]) -> Found:
        """Return the note of each document; raises as the store does when it is away."""
        named = {versioned_reference(one) or "": one for one in documents}
        found = Found(await self._copies(named))
        missing = {name: one for name, one in named.items() if name not in found.notes}
        read = await asyncio.gather(*(self._read(one) for one in missing.values()))
        for name, answer in zip(missing, read, strict=True):
            if isinstance(answer, DeidentifiedNote):
                found.notes[name] = answer
                self._keep(name, answer)
                found.read += 1
            else:
                found.failed[name] = answer
        return found

    async def cited(self, resources: Iterable[Resource]) -> Mapping[str, DeidentifiedNote]:
        """Return the notes that the resources give as evidence, by the reference as written."""
        written: dict[str, str] = {}
        for resource in resources:
            for one in references(resource):
                parts = split_reference(one)
                if parts and parts[0] == "DocumentReference" and "/_history/" in one:
                    written[one] = f"{'/'.join(parts)}/_history/{one.rpartition('/')[2]}"
        if not written:
            return {}
        notes = await self._copies(set(written.values()))
        return {
            form: notes[name]
            for one, name in written.items()
            if name in notes
            for form in (one, name)
        }

    async def _copies(self, names: Iterable[str]) -> dict[str, DeidentifiedNote]:
        """Return what the store has for these very versions, in the mode of this server."""
        names = list(names)
        found = {name: self._kept[name] for name in names if name in self._kept}
        missing = [name for name in names if name not in found]
        for at in range(0, len(missing), AT_ONCE):
            found |= await self._search(set(missing[at : at + AT_ONCE]))
        return found

    async def _search(self, names: set[str]) -> dict[str, DeidentifiedNote]:
        key = self._settings.deid_key
        values = sorted({copy_identifier(unversioned(name), key) for name in names})
        query: Query = [("identifier", ",".join(f"{COPY_IDENTIFIER}|{one}" for one in values))]
        found = {}
        async for page in pages(self._pipeline.store, "DocumentReference", [query], AT_ONCE):
            for copy in page:
                note = read_copy(copy)
                if note and note.source in names and note.mode == self._settings.deid_mode:
                    found[note.source] = note
                    self._keep(note.source, note)
        return found

    async def _read(self, document: Resource) -> DeidentifiedNote | str:
        """Read a note as the pipeline does, without writing; returns the reason if it fails."""
        try:
            async with self._turns:
                extraction = await self._pipeline.extract(document)
        except Exception as error:
            if verdict(error).fate is Fate.RETRY:
                raise
            return describe(error)
        copy = extraction.copy
        note = read_copy(copy.document) if copy.document else None
        return note or f"no de-identified copy: {copy.withheld or 'it cannot be read back'}"

    def _keep(self, name: str, note: DeidentifiedNote) -> None:
        if name in self._kept:
            self._kept.move_to_end(name)
            return
        self._kept[name] = note
        self._size += _size(note)
        while self._size > REMEMBERED:
            self._size -= _size(self._kept.popitem(last=False)[1])


def _size(note: DeidentifiedNote) -> int:
    annotations = note.annotations if isinstance(note, StoredCopy) else None
    return len(note.text) + len(annotations or b"")
