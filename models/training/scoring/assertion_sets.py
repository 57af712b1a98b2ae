"""Short sentences with marked claims (assertion_sets/<language>.toml), read as a corpus."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from models.training.markup import MarkupError, read

SETS = Path(__file__).with_name("assertion_sets")
_KIND = "letter"
"""The markup wants a kind of note; nothing hangs on it here."""


def sentences(language: str, part: str) -> Iterator[dict[str, Any]]:
    """Yield the sentences of one part, `first` to `fourth`, as stand-off documents.

    Raises:
        MarkupError: a sentence is marked wrongly; the message names it by its place.
    """
    path = SETS / f"{language}.toml"
    for place, sentence in enumerate(tomllib.loads(path.read_text("utf-8"))[part], 1):
        name = f"{language}-{part}-{place}"
        (note,) = read(f"@ {name} {_KIND}\n{sentence}")
        if isinstance(note, MarkupError):
            raise MarkupError(place, f"{path.name}: {name}: {note.reason}")
        yield note.document(language)
