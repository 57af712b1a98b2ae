"""What the trial store speaks of: a stored version, and a write that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mappers.types import Resource
from server.trial.dates import instant
from server.trial.query import Condition

Method = Literal["POST", "PUT", "DELETE"]
Key = tuple[str, str]
"""Type and id of a resource."""


@dataclass(frozen=True, slots=True)
class Version:
    """One stored version. `body` is without id, versionId and lastUpdated; None: a deletion."""

    type: str
    id: str
    number: int
    updated: datetime
    method: Method
    body: Resource | None

    @property
    def key(self) -> Key:
        """Type and id."""
        return self.type, self.id

    @property
    def reference(self) -> str:
        """The versionless reference, `Type/id`."""
        return f"{self.type}/{self.id}"

    @property
    def etag(self) -> str:
        """The weak ETag of FHIR."""
        return f'W/"{self.number}"'

    def resource(self) -> Resource | None:
        """Return the resource as it is served, or None if this version is a deletion."""
        if self.body is None:
            return None
        rest = {name: value for name, value in self.body.items() if name != "meta"}
        meta = {
            "versionId": str(self.number),
            "lastUpdated": instant(self.updated),
            **self.body.get("meta", {}),
        }
        return {"resourceType": rest.pop("resourceType"), "id": self.id, "meta": meta, **rest}


@dataclass(frozen=True, slots=True)
class Write:
    """One write that is asked for, alone or as entry of a Bundle.

    `criteria` make it conditional: If-None-Exist of a POST, the query of a PUT. `place` is where
    in a Bundle it came from, for errors.
    """

    method: Method
    type: str
    id: str | None = None
    resource: Resource | None = None
    criteria: Sequence[Condition] = ()
    if_match: int | None = None
    full_url: str | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a write: the HTTP status it answers, and the version that now stands.

    A version is missing only where a resource that never existed was deleted.
    """

    status: Literal[200, 201, 204]
    version: Version | None
    changed: bool
