"""A release that a site brings, and what a reader of one form of releases does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from terminology.releases.archive import Member, Meter
from terminology.releases.facts import facts
from terminology.releases.stage import Stage
from terminology.source import Source


@dataclass(frozen=True, slots=True)
class Release:
    """A release of one form; `number` is that of its row in the index's table `source`.

    `coding_version` becomes Coding.version; None where the release does not state it.
    """

    form: str
    path: Path
    members: tuple[Member, ...]
    number: int = 0
    version: str = "unknown"
    coding_version: str | None = None

    def versioned(self, version: str | None, coding_version: str | None = None) -> Release:
        """The same release with the version that was read in it."""
        return replace(self, version=version or "unknown", coding_version=coding_version)

    def source(self) -> Source:
        """The release as a source of the index; its class says that it never ships."""
        form = facts("form")[self.form]
        return Source(
            key=f"user_{self.form}_{self.number}",
            priority=0,
            licence_class="user",
            licence=form["licence"],
            version=f"{form['title']} {self.version} ({self.path.name})",
            notice=form["notice"],
        )


@dataclass(frozen=True, slots=True)
class Form:
    """How releases of one form are recognised and read.

    `wanted` picks the files that it reads; empty means that the path holds no such release.
    `read` puts their rows on the stage and returns the releases with their versions.
    """

    key: str
    wanted: Callable[[Sequence[Member]], list[Member]]
    read: Callable[[Sequence[Release], Stage, Meter], list[Release]]
