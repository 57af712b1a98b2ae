"""The inline markup of the project's own notes, read: text, entities and relations.

`[64-year-old|age], [severe|sev >1] [pain|sym #1 >2] in the [left knee|anat #2], no [fever|sym no]`

A mention ends with a bar and its label, then flags of the assertion, one `#id` and arrows to ids of
the same note. Mentions may be nested; a backslash makes the next character plain (markup.toml).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

TABLES = Path(__file__).with_name("markup.toml")
_HEADER = re.compile(r"@ (?P<identifier>\S+) (?P<kind>\S+)$")


class MarkupError(ValueError):
    """A note that cannot be read; `line` counts from the first line of its file."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line, self.reason = line, reason


@dataclass(frozen=True, slots=True)
class MarkedEntity:
    """Half-open code points in the plain text; `assertion` holds the axes that differ."""

    start: int
    end: int
    label: str
    assertion: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MarkedRelation:
    """`head` and `tail` are places in `MarkedNote.entities`."""

    label: str
    head: int
    tail: int


@dataclass(frozen=True, slots=True)
class MarkedNote:
    """One note without its markup; `line` is that of its header."""

    identifier: str
    kind: str
    text: str
    entities: tuple[MarkedEntity, ...]
    relations: tuple[MarkedRelation, ...]
    line: int

    def document(self, language: str) -> dict[str, Any]:
        """The note as a document of a stand-off corpus."""
        return {
            "id": self.identifier,
            "lang": language,
            "text": self.text,
            "entities": [
                {
                    "id": f"T{place}",
                    "start": entity.start,
                    "end": entity.end,
                    "label": entity.label,
                    "attributes": dict(entity.assertion),
                }
                for place, entity in enumerate(self.entities, 1)
            ],
            "relations": [
                {
                    "label": relation.label,
                    "head": f"T{relation.head + 1}",
                    "tail": f"T{relation.tail + 1}",
                }
                for relation in self.relations
            ],
            "meta": {"kind": self.kind},
        }


@dataclass(frozen=True, slots=True)
class Tables:
    """The words of the markup: markup.toml."""

    labels: Mapping[str, str]
    flags: Mapping[str, tuple[str, str]]
    asserted: frozenset[str]
    relations: Mapping[str, tuple[frozenset[str], frozenset[str]]]
    named: Mapping[str, tuple[str, frozenset[str], frozenset[str]]]
    kinds: frozenset[str]
    shortest: int
    longest: int


@cache
def tables() -> Tables:
    """Read markup.toml."""
    read = tomllib.loads(TABLES.read_text("utf-8"))
    return Tables(
        labels=read["labels"],
        flags={flag: (axis, value) for flag, (axis, value) in read["flags"].items()},
        asserted=frozenset(read["asserted"]["labels"]),
        relations={
            label: (frozenset(heads), frozenset(tails))
            for label, (heads, tails) in read["relations"].items()
        },
        named={
            word: (label, frozenset(heads), frozenset(tails))
            for word, (label, heads, tails) in read["named"].items()
        },
        kinds=frozenset(read["notes"]["kinds"]),
        shortest=read["notes"]["shortest"],
        longest=read["notes"]["longest"],
    )


def read(content: str) -> Iterator[MarkedNote | MarkupError]:
    """Yield the notes of one file; a note that cannot be read is yielded as its error."""
    for header, line, body in _split(content):
        try:
            yield _note(header, line, body)
        except MarkupError as error:
            yield error


def _split(content: str) -> Iterator[tuple[str, int, str]]:
    header, begun, body = "", 1, list[str]()
    for number, line in enumerate(content.splitlines(), 1):
        if line.startswith("@ "):
            if header or any(map(str.strip, body)):
                yield header, begun, "\n".join(body)
            header, begun, body = line.rstrip(), number, []
        else:
            body.append(line.rstrip())
    if header or any(map(str.strip, body)):
        yield header, begun, "\n".join(body)


def _note(header: str, line: int, body: str) -> MarkedNote:
    found = _HEADER.match(header)
    if found is None:
        raise MarkupError(line, "the header is not `@ id kind`")
    if found["kind"] not in tables().kinds:
        raise MarkupError(line, f"no kind {found['kind']!r}")
    first = line + 1 + len(body) - len(body.lstrip("\n")) if body.strip() else line + 1
    reader = _Reader(first)
    text = reader.read(body.strip("\n"))
    order = sorted(range(len(reader.marks)), key=lambda place: reader.marks[place].place)
    marks = [reader.marks[place] for place in order]
    relations = tuple(_relations(marks))
    entities = tuple(MarkedEntity(m.start, m.end, m.label, m.assertion) for m in marks)
    return MarkedNote(found["identifier"], found["kind"], text, entities, relations, line)


@dataclass(slots=True)
class _Mark:
    """One mention while its note is read."""

    start: int
    line: int
    end: int = 0
    label: str = ""
    assertion: dict[str, str] = field(default_factory=dict)
    identifier: str | None = None
    arrows: list[str] = field(default_factory=list)

    @property
    def place(self) -> tuple[int, int]:
        return self.start, -self.end


class _Reader:
    """Walks over one note, character by character."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.marks: list[_Mark] = []
        self._plain: list[str] = []
        self._open: list[_Mark] = []

    def read(self, body: str) -> str:
        """Return the plain text."""
        place = 0
        while place < len(body):
            letter = body[place]
            if letter == "\\" and place + 1 < len(body):
                place += 1
                self._plain.append(body[place])
            elif letter == "[":
                self._open.append(_Mark(len(self._plain), self.line))
            elif letter == "|":
                place = self._close(body, place)
            elif letter == "]":
                raise MarkupError(self.line, "`]` closes a mention without a label")
            else:
                self.line += letter == "\n"
                self._plain.append(letter)
            place += 1
        if self._open:
            raise MarkupError(self._open[-1].line, "`[` is never closed")
        return "".join(self._plain)

    def _close(self, body: str, bar: int) -> int:
        if not self._open:
            raise MarkupError(self.line, "`|` outside of a mention")
        end = body.find("]", bar)
        if end < 0:
            raise MarkupError(self.line, "`|` without a closing `]`")
        mark = self._open.pop()
        mark.end = len(self._plain)
        covered = "".join(self._plain[mark.start :])
        if not covered or covered != covered.strip():
            raise MarkupError(self.line, f"mention {covered!r} is empty or has space at its ends")
        self._words(mark, body[bar + 1 : end].split())
        self.marks.append(mark)
        return end

    def _words(self, mark: _Mark, words: list[str]) -> None:
        known = tables()
        if not words or words[0] not in known.labels:
            raise MarkupError(self.line, f"no label {(words or [''])[0]!r}")
        mark.label = known.labels[words[0]]
        for word in words[1:]:
            if word.startswith("#") and len(word) > 1 and mark.identifier is None:
                mark.identifier = word[1:]
            elif word.startswith(">") and len(word) > 1:
                mark.arrows.append(word[1:])
            elif word in known.flags:
                self._flag(mark, word)
            else:
                raise MarkupError(self.line, f"{word!r} is no flag, id or arrow")

    def _flag(self, mark: _Mark, word: str) -> None:
        axis, value = tables().flags[word]
        if mark.label not in tables().asserted or axis in mark.assertion:
            raise MarkupError(self.line, f"flag {word!r} does not fit {mark.label} here")
        mark.assertion[axis] = value


def _relations(marks: list[_Mark]) -> Iterator[MarkedRelation]:
    places: dict[str, int] = {}
    for place, mark in enumerate(marks):
        if mark.identifier is not None and places.setdefault(mark.identifier, place) != place:
            raise MarkupError(mark.line, f"id #{mark.identifier} is given twice")
    for head, mark in enumerate(marks):
        for arrow in mark.arrows:
            word, _, target = arrow.rpartition(":")
            if target not in places:
                raise MarkupError(mark.line, f"no mention has the id #{target}")
            tail = places[target]
            yield MarkedRelation(_relation(mark, word, marks[tail]), head, tail)


def _relation(head: _Mark, word: str, tail: _Mark) -> str:
    known = tables()
    if head is tail:
        raise MarkupError(head.line, "an arrow to itself")
    if word:
        if word not in known.named:
            raise MarkupError(head.line, f"no relation {word!r}")
        label, heads, tails = known.named[word]
        if head.label in heads and tail.label in tails:
            return label
    else:
        for label, (heads, tails) in known.relations.items():
            if head.label in heads and tail.label in tails:
                return label
    raise MarkupError(head.line, f"no relation from {head.label} to {tail.label}")
