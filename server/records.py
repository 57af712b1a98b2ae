"""The records of a reading: which Device read the note, and the Provenance of what it found."""

from __future__ import annotations

from collections.abc import Sequence

from mappers.deidentification.document import is_deidentified_copy
from mappers.provenance import to_copy_provenance, to_provenance
from mappers.source import Source
from mappers.types import Resource
from mappers.validation import check_evidence, validate
from server.errors import ResourceInvalid
from server.parts import Parts


def to_records(
    source: Source, targets: Sequence[Resource], recorded: str, parts: Parts, *, complete: bool
) -> tuple[Resource, ...]:
    """Build Device and Provenance of `targets`, and that of the copy; nothing for no targets.

    An incomplete reading (its copy is withheld) leaves a receipt of another version, so that
    it can be read again.
    """
    if not targets:
        return ()
    pipeline = parts.version if complete else f"{parts.version}/withheld"
    device = parts.device
    provenance = to_provenance(source, targets, device, recorded=recorded, pipeline=pipeline)
    copies = tuple(
        to_copy_provenance(
            source, each, device, recorded=recorded, pipeline=pipeline, mode=parts.mode
        )
        for each in targets
        if is_deidentified_copy(each)
    )
    return device, provenance, *copies


def check(source: Source, resources: Sequence[Resource]) -> None:
    """Check what is to be written.

    Raises:
        ResourceInvalid: names the rules that are broken, never a value.
    """
    for resource in resources:
        broken = validate(resource) or check_evidence(resource, source.note.text)
        if broken:
            raise ResourceInvalid("; ".join(broken))
