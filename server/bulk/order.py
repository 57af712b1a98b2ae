"""What was asked for: it goes to every process, and what reads the notes is opened there once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from models.deidentification import Mode
from models.recognizing.known import KnownIdentifiers
from server.parts import Parts
from server.settings import Settings

NOBODY: Final = KnownIdentifiers()


@dataclass(frozen=True, slots=True)
class Order:
    """How texts are to be de-identified.

    `key` is the site's, or one for this run alone; `known` are identifiers of whom the caller
    named. `language` is that of all notes; none: each note's own, or detected. `rename` puts
    pseudonyms in the place of file names and ids.
    """

    settings: Settings
    mode: Mode
    key: bytes | None
    known: KnownIdentifiers = NOBODY
    language: str | None = None
    rename: bool = False

    @property
    def parts(self) -> Parts:
        """What reads the notes in this process, with the mode and the key of this order."""
        bare = self.settings.model_copy(update={"deid_mode": "tag", "deid_key_file": None})
        parts = _opened(bare)
        versions = dict(parts.versions)
        versions["de-identification"] = versions["de-identification"].replace("tag", self.mode, 1)
        return replace(parts, mode=self.mode, key=self.key, versions=tuple(versions.items()))


@lru_cache(maxsize=1)
def _opened(settings: Settings) -> Parts:
    return Parts.open(settings)
