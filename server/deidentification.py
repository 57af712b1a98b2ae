"""The de-identified copy of a note, or the reason why there is none. Fails closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mappers.deidentified import to_deidentified_document
from mappers.errors import LeakFound
from mappers.known import to_known
from mappers.source import Source
from mappers.types import Resource
from models.deidentification import deidentify
from models.known import find
from models.types import PhiSpan
from server.parts import Parts


@dataclass(frozen=True, slots=True)
class Copy:
    """`document` is None when the copy is withheld; then `withheld` says why."""

    document: Resource | None
    withheld: str | None = None
    replaced: Mapping[str, int] = field(default_factory=dict)


def to_copy(
    source: Source,
    phi: Sequence[PhiSpan],
    surroundings: Sequence[Resource] | None,
    parts: Parts,
) -> Copy:
    """De-identify the note and check the copy against everything known about the patient."""
    if surroundings is None:
        return Copy(None, "the patient's record could not be read, so leaks cannot be ruled out")
    known = to_known([*surroundings, source.document])
    spans = [*phi, *find(source.note.text, known)]
    note = deidentify(source.note, spans, parts.mode, key=parts.key, known=known)
    try:
        document = to_deidentified_document(source.document, note, known, key=parts.key)
    except LeakFound as leak:
        return Copy(None, str(leak), note.replacements)
    document["meta"]["tag"].append(source.tag)
    return Copy(document, None, note.replacements)
