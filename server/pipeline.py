r"""The path of a note, on one screen.

    DocumentReference -> Note -> Annotations -> [CodedEntity] -> [Resource] -> transaction Bundle
                              \-> DeidentifiedNote -> DocumentReference copy -/

`extract` may be repeated: it runs in a process of its own (server/readers.py), and knows no network
but that of a terminology server, if one is set. `Pipeline` is the same path from the store and
back to it.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

from mappers.bundle import index, to_transaction
from mappers.chart import to_resources
from mappers.coding import code
from mappers.deidentification.document import is_deidentified_copy
from mappers.document import to_note, versioned_reference
from mappers.errors import DocumentWithdrawn
from mappers.provenance import with_origins
from mappers.source import Source
from mappers.types import Resource
from models.language import detect
from models.types import Note
from server.deidentification import to_copy
from server.errors import DocumentGone, DocumentSuperseded, StoreConflict
from server.extraction import Extraction
from server.job import Job, Outcome, version_of
from server.parts import Parts
from server.reading import Reading, gather
from server.receipts import is_read, read_earlier
from server.records import check, to_records
from server.store import Store


def extract(reading: Reading, parts: Parts) -> Extraction:
    """Read one note.

    Raises:
        DocumentError: the document is at fault.
        LanguageUnsupported: no model reads its language.
        ResourceInvalid: a resource came out that is not valid R4.
    """
    started = time.perf_counter()
    note = _read(reading)
    source = Source(note, reading.document, reading.attachment.index)
    annotations = parts.annotator.annotate(note)
    linker = parts.note_linker(annotations.phi)
    coded = code(annotations.entities, note.language, linker, note.text)
    resources = to_resources(source, coded, annotations.relations)
    copy = to_copy(source, annotations, coded, reading.surroundings, parts)
    targets = [*resources, *([copy.document] if copy.document else [])]
    records = to_records(source, targets, reading.recorded, parts, complete=not copy.withheld)
    records = with_origins(records, coded)
    check(source, [*targets, *records])
    milliseconds = 1000 * (time.perf_counter() - started)
    return Extraction(source.key, note.language, resources, records, copy, milliseconds)


def _read(reading: Reading) -> Note:
    note = to_note(reading.document, reading.payload, attachment=reading.attachment)
    # What a document says of its language is often a default, so the text has more weight.
    return replace(note, language=reading.language or detect(note.text, hint=note.language))


Read = Callable[[Reading], Awaitable[Extraction]]
"""`extract` somewhere: in another process, or right here."""


class Pipeline:
    """The path over one store, under one version."""

    def __init__(self, store: Store, read: Read, version: str) -> None:
        self.store = store
        self.version = version
        self._read = read

    async def process(self, job: Job) -> Outcome:
        """Read the document that `job` names and write what it says.

        What a document said that is withdrawn or deleted by now is withdrawn with it.
        """
        try:
            return await self._process(job)
        except (DocumentWithdrawn, DocumentGone):
            await self._withdraw(job.reference)
            raise

    async def _process(self, job: Job) -> Outcome:
        document = await self.store.read(job.reference)
        if is_deidentified_copy(document):
            return Outcome("skipped", "our own de-identified copy")
        if job.version and version_of(document) != job.version:
            raise DocumentSuperseded("the store holds another version by now")
        earlier = await read_earlier(self.store, job.reference)
        # Without a version a receipt does not say which text was read.
        reference = versioned_reference(document) or ""
        if "/_history/" in reference and is_read(earlier, reference, self.version):
            return Outcome("done", "written before")
        extraction = await self.extract(document)
        await self.write(extraction, earlier)
        withheld = extraction.copy.withheld
        return Outcome("parked" if withheld else "done", withheld, extraction.summary)

    async def extract(self, document: Resource, language: str | None = None) -> Extraction:
        """Fetch what belongs to `document` and read it; raises as `gather` and `extract` do."""
        return await self._read(await gather(document, self.store, language))

    async def write(
        self, extraction: Extraction, earlier: Iterable[Resource] | None = None
    ) -> Resource:
        """Make the store hold what was read, and return its answer; raises as the store does.

        `earlier` is what the store holds from any version of the document; else it is searched.
        """
        if earlier is None:
            earlier = await read_earlier(self.store, extraction.key)
        try:
            return await self._transact(extraction, earlier)
        except StoreConflict:  # another writer was faster: what it left is looked at anew
            return await self._transact(extraction, await read_earlier(self.store, extraction.key))

    async def _transact(self, extraction: Extraction, earlier: Iterable[Resource]) -> Resource:
        return await self._send(to_transaction(extraction.everything, existing=index(earlier)))

    async def _withdraw(self, reference: str) -> None:
        earlier = await read_earlier(self.store, reference)
        await self._send(to_transaction([], existing=index(earlier)))

    async def _send(self, bundle: Resource) -> Resource:
        if "entry" not in bundle:
            return {"resourceType": "Bundle", "type": "transaction-response"}
        return await self.store.transact(bundle)
