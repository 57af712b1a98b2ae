"""What the terminology operations ask: the index, and a remote server if one is set."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Self, TypeVar

from mappers.canonical import BASE
from server.codes.inputs import Code
from server.errors import CodeUnknown
from server.parts import remote_server
from server.settings import Settings
from terminology.catalogue import Catalogue, Entry, held_systems
from terminology.codesystem import code_systems, system_key
from terminology.expansion import Expansions, shown_groups
from terminology.index import SHIPPED_INDEX, Index
from terminology.remote import RemoteServer

AT_ONCE = 4
"""Questions answered at once: a filter of one letter keeps a core busy for most of a second."""

VALUE_SETS = f"{BASE}/ValueSet/"
CONCEPT_MAP = f"{BASE}/ConceptMap/index"
"""The map from every coding of the index to the others of its concept."""


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Terminology:
    """Answers about codes; threads may share it."""

    catalogue: Catalogue
    expansions: Expansions
    remote: RemoteServer | None = None
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Open the index.

        Raises:
            IndexUnusable: it is missing or broken.
        """
        index = Index(settings.terminology_index or SHIPPED_INDEX)
        return cls(Catalogue(index), Expansions(index), remote_server(settings))

    @property
    def version(self) -> str:
        """The index's version, which is that of the value sets."""
        return self.catalogue.index.version

    def close(self) -> None:
        """Close the index and the connections."""
        self.catalogue.index.close()
        if self.remote is not None:
            self.remote.close()

    def entry(self, system: str, code: str, version: str | None = None) -> Entry:
        """Find a code.

        Raises:
            CodeUnknown: the index has no such system, version or code.
        """
        uri = known_system(system)
        found = self.catalogue.entry(uri, code)
        if found is None:
            raise CodeUnknown(f"no such code in the index, which holds a part of {uri}")
        if version is not None and version != found.coding.version:
            raise CodeUnknown(f"the index holds {found.coding.version or 'no stated version'}")
        return found

    def check_version(self, version: str | None, url: str) -> None:
        """Compare the version of a value set that is asked for, by itself or in its canonical.

        Raises:
            CodeUnknown: the value sets are of another version.
        """
        if (version or url.partition("|")[2] or self.version) != self.version:
            raise CodeUnknown(f"the value set is there in version {self.version}")


def each_known(codes: Sequence[Code], answer: Callable[[Code], T]) -> list[T]:
    """Answer the codes that something is known of: one of several codings is enough.

    Raises:
        CodeUnknown: nothing is known of any; it says what of the last.
    """
    found: list[T] = []
    unknown: CodeUnknown | None = None
    for code in codes:
        try:
            found.append(answer(code))
        except CodeUnknown as error:
            unknown = error
    if unknown is not None and not found:
        raise unknown
    return found


def known_system(system: str) -> str:
    """Return the URI of a code system of the index.

    Raises:
        CodeUnknown: there is no such system; the message names those there are.
    """
    key = system_key(system)
    if key is None:
        raise CodeUnknown(
            f"no such code system in the index; there are {', '.join(held_systems())}"
        )
    return code_systems()[key].uri


def group_of(url: str) -> str:
    """Return the group whose value set has this canonical.

    Raises:
        CodeUnknown: none has; the message names those there are.
    """
    group = url.partition("|")[0].removeprefix(VALUE_SETS)
    if not url.startswith(VALUE_SETS) or group not in shown_groups():
        known = ", ".join(f"{VALUE_SETS}{each}" for each in shown_groups())
        raise CodeUnknown(f"no such value set; there are {known}")
    return group
