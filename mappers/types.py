"""The values of the mappers: an entity with its codes, and FHIR resources as plain dicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.types import Entity
from terminology.types import Coding

Resource = dict[str, Any]
"""A FHIR R4 resource as orjson reads it."""


@dataclass(frozen=True, slots=True)
class CodedEntity:
    """An entity and its codings, the best first; none means that it is text only.

    `origin` is the source of the index that the concept comes from, for the Provenance.
    """

    entity: Entity
    codings: tuple[Coding, ...] = ()
    origin: str | None = None
