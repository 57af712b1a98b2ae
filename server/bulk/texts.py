"""Notes as plain texts or as JSON lines in; the same without personal data out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

import orjson

from mappers.deidentification.gate import check_leaks
from mappers.errors import LeakFound
from mappers.known import to_known
from models.deidentification import deidentify
from models.language import detect
from models.recognizing.known import KnownIdentifiers, find, leaks
from models.types import DeidentifiedNote, Note, PhiSpan
from server.bulk.lines import Line
from server.bulk.names import check_name, pseudonym
from server.bulk.note_line import NoteLine, read_line, to_line
from server.bulk.order import Order
from server.errors import RequestInvalid, describe, verdict

_TELLING: Final = frozenset({"NAME", "ID", "CONTACT"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a text or line: `data` under a `name`, or a `fault` that tells no text."""

    number: int
    data: bytes
    name: str = ""
    fault: str | None = None

    def message(self, unit: str) -> str | None:
        """What a person should know about a failure; `unit` says what the number counts."""
        return self.fault and f"{unit} {self.number}: {self.fault}"


@dataclass(frozen=True, slots=True)
class Copied:
    """A de-identified text, what was replaced in it, and what was searched for."""

    note: DeidentifiedNote
    phi: tuple[PhiSpan, ...]
    known: KnownIdentifiers


def to_copy(text: str, order: Order, language: str | None = None, subject: str = "") -> Copied:
    """De-identify a text.

    Raises:
        LanguageUnsupported: no model reads its language.
        LeakFound: the copy still holds a known identifier; the message names the class only.
    """
    parts = order.parts
    note = Note(text, language or order.language or detect(text), subject=subject or None)
    known = order.known + _own(subject)
    phi = (*parts.annotator.annotate(note).phi, *find(text, known))
    copy = deidentify(note, phi, order.mode, key=order.key, known=known, weekdays=parts.weekdays)
    if left := leaks(copy.text, known):
        raise LeakFound(f"the copy still holds a known identifier: {', '.join(left)}")
    return Copied(copy, phi, known)


def release_files(order: Order, files: Iterable[Line]) -> list[Answer]:
    """De-identify whole files; the name of each is its path, which is checked or renamed too."""
    return [_file(each, order) for each in files]


def release_lines(order: Order, lines: Iterable[Line]) -> list[Answer]:
    """De-identify JSON lines; what could not be done is a line with an `error`."""
    return [_line(each, order) for each in lines]


def failure(line: Line, error: Exception) -> Answer:
    """Say what went wrong with a line or file, without its text and its name."""
    said = describe(error)
    body = {"line": line.number, "error": {"code": verdict(error).issue, "message": said}}
    return Answer(line.number, orjson.dumps(body) + b"\n", fault=said)


def _file(file: Line, order: Order) -> Answer:
    try:
        copied = to_copy(_decoded(file), order)
        return Answer(file.number, copied.note.text.encode(), _path(file.name, copied, order))
    except Exception as error:
        return failure(file, error)


def _path(path: str, copied: Copied, order: Order) -> str:
    parts = PurePosixPath(path)
    if order.rename and order.key:
        renamed = PurePosixPath(*(pseudonym(part, order.key) for part in parts.parts))
        return f"{renamed}{parts.suffix}"
    for part in parts.with_suffix("").parts:
        check_name(part, copied.note.language, copied.known, copied.phi)
    return path


def _line(line: Line, order: Order) -> Answer:
    try:
        given = read_line(line.content())
        copied = to_copy(given.text, order, given.language, given.subject)
        released = to_line(given, copied.note, _identity(given, copied, order), order.key)
        _check_entities(released.get("entities", []), copied)
        return Answer(line.number, orjson.dumps(released) + b"\n")
    except Exception as error:
        return failure(line, error)


def _check_entities(entities: Sequence[dict[str, Any]], copied: Copied) -> None:
    """Search them for what is known; what is not text of the copy, for the note's own names too.

    Raises:
        LeakFound: one is there.
    """
    check_leaks({"entities": entities}, copied.known)
    said = tuple((one.category, one.span.text) for one in copied.phi if one.category in _TELLING)
    bare = [{name: part for name, part in one.items() if name != "text"} for one in entities]
    check_leaks({"entities": bare}, KnownIdentifiers(said))


def _identity(given: NoteLine, copied: Copied, order: Order) -> str | int | None:
    if given.identity is None:
        return None
    if order.rename and order.key:
        return pseudonym(str(given.identity), order.key)
    check_name(str(given.identity), copied.note.language, copied.known, copied.phi)
    return given.identity


def _own(subject: str) -> KnownIdentifiers:
    """Give the subject's id, which a text can hold too."""
    identity = subject.partition("/_history/")[0].rpartition("/")[2]
    return to_known([{"resourceType": "Patient", "id": identity}] if identity else [])


def _decoded(file: Line) -> str:
    try:
        return file.content().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RequestInvalid("not UTF-8 text") from None
