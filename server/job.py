"""One piece of work, what makes it the same as another, and how it ended."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from mappers.types import Resource

STATES = ("queued", "running", "retrying", "done", "skipped", "parked")
UNVERSIONED = ""
"""The version of a job that reads whatever the store holds when it runs."""


def version_of(document: Resource) -> str:
    """Name the version of `document`; never empty.

    A store that keeps no versions is asked for the instant of the last change; one that
    keeps none either has its documents told apart by what they hold.
    """
    meta = document.get("meta")
    if isinstance(meta, dict) and (version := meta.get("versionId") or meta.get("lastUpdated")):
        return str(version)
    content = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(content).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Job:
    """Read this version of this document with this pipeline; the same three are one job."""

    reference: str
    version: str
    pipeline: str
    attempt: int = 0

    @property
    def key(self) -> str:
        """What makes two jobs the same."""
        return f"{self.reference}|{self.version}|{self.pipeline}"

    @staticmethod
    def of(document: Resource, pipeline: str) -> Job:
        """The job that reads this version of `document`."""
        return Job(f"DocumentReference/{document['id']}", version_of(document), pipeline)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ended without an error: done, skipped, or parked with part of it written."""

    state: str
    reason: str | None = None
    summary: Mapping[str, Any] = field(default_factory=dict)
