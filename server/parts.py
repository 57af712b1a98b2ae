"""What reads a note: the models, the terminology and how PHI is replaced, under one version."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Literal, Self

from mappers.coding import Linker as LinkerProtocol
from mappers.device import to_device
from mappers.types import Resource
from models.annotator import Annotator
from models.types import PhiSpan
from server.settings import Settings
from terminology.index import SHIPPED_INDEX, Index
from terminology.linker import Linker
from terminology.remote import RemoteServer
from terminology.remote_linker import RemoteLinker


@dataclass(frozen=True, slots=True)
class Parts:
    """Opened once in each process that reads notes.

    `versions` names what the parts are; `version` is short for all of them and changes with
    any, so that the same note under another version is new work.
    """

    annotator: Annotator
    linker: LinkerProtocol
    mode: Literal["tag", "redact", "surrogate"]
    key: bytes | None
    versions: tuple[tuple[str, str], ...]
    remote: RemoteLinker | None = None
    weekdays: bool = False

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Load everything.

        Raises:
            ModelsError, TerminologyError, SettingsInvalid: a file is missing or broken.
        """
        annotator = Annotator.load(opt_in=settings.opt_in_models)
        index = Index(settings.terminology_index or SHIPPED_INDEX)
        linker = Linker(index)
        versions = [
            ("software", version("chartloom")),
            ("models", annotator.version),
            ("terminology", index.version),
            ("de-identification", _deidentification(settings)),
        ]
        remote = None
        if server := remote_server(settings):
            versions.append(("terminology server", server.base))
            remote = RemoteLinker(linker, server, seconds=settings.terminology_seconds)
        mode, key = settings.deid_mode, settings.deid_key
        weekdays = settings.deid_keep_weekdays
        return cls(annotator, linker, mode, key, tuple(versions), remote, weekdays)

    def note_linker(self, phi: Iterable[PhiSpan] = ()) -> LinkerProtocol:
        """What links the mentions of one note; a remote server has a time for each note.

        Words of `phi`, the personal data of the note, are not sent to it.
        """
        if self.remote is None:
            return self.linker
        return self.remote.for_note(one.span.text for one in phi)

    @property
    def version(self) -> str:
        """The pipeline's version: the software's, and a hash of all others."""
        joined = "|".join(f"{name}={value}" for name, value in self.versions)
        return (
            f"{dict(self.versions)['software']}-{hashlib.sha256(joined.encode()).hexdigest()[:12]}"
        )

    @property
    def device(self) -> Resource:
        """The Device that stands for this version."""
        return to_device(self.version, dict(self.versions))


def _deidentification(settings: Settings) -> str:
    return f"{settings.deid_mode}{', weekdays kept' if settings.deid_keep_weekdays else ''}"


def remote_server(settings: Settings) -> RemoteServer | None:
    """Make the client of the terminology server, if there is one; nothing is asked yet."""
    if settings.terminology_server is None:
        return None
    token = settings.terminology_server_token
    return RemoteServer(
        settings.terminology_server, token=token.get_secret_value() if token else None
    )
