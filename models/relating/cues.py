"""Relations that a sentence says in words: `CT to rule out a bleed`, `no NSAIDs because of CKD`.

resources/relation_cues.toml says which labels a relation joins, resources/<language>/
relation_cues.toml the phrases that say it. A sentence is read as a row of words in which every
mention is one sign, so that a phrase is a pattern over words and signs. Linear in the length of
the text: all that a pattern may repeat is bounded.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from models import lexicon
from models.folding import fold
from models.relating.indications import ROLES, known
from models.types import Entity, Presence, Relation

SHARED = Path(__file__).parents[1] / "resources" / "relation_cues.toml"
SUBJECT = "relation_cues"
_SIGNS = 0xE000
"""Mentions are characters for private use: `_WORD` finds none in a text."""
_WORD = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)*|[^\w\s\ue000-\uf8ff]")
_LIST = 8
"""How many more items a list of mentions may have."""
_FILLING = 4
"""How many words and details `..` may stand for."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a relation joins: signs of its ends, and the role of a head that fits a tail."""

    heads: str
    tails: str
    role: int


@dataclass(frozen=True, slots=True)
class Cue:
    """One `[[cue]]`; `claims` are what the note may say of the tail, `named` what it is called.

    With `fits`, the head must be known to be for the tail, or to be forbidden by it.
    """

    relation: str
    patterns: tuple[re.Pattern[str], ...]
    kind: Kind
    claims: frozenset[Presence]
    named: re.Pattern[str]
    fits: bool

    def holds(self, head: Entity, tail: Entity) -> bool:
        """Tell whether the two may be so related."""
        if tail.assertion.presence not in self.claims or not self.named.search(tail.span.text):
            return False
        return not self.fits or fitting(self.kind.role, head, tail)


def fitting(role: int, head: Entity, tail: Entity) -> bool:
    """Tell whether the head is known in that role for the tail."""
    masks = known([head.span.text, tail.span.text])
    return bool((masks[0, role] & masks[1, ROLES.index("problems")]).any())


def by_cues(
    entities: Sequence[Entity], sentences: Sequence[tuple[int, int]], text: str, language: str
) -> Iterator[Relation]:
    """Relate what the sentences say; a language without cues has none.

    `entities` are in text order, an outer one before what it holds.
    """
    cues = cues_of(language)
    if not cues:
        return
    for start, end, mentions in _grouped(entities, sentences):
        labels = {_sign(each.label) for each in mentions}
        wanted = [cue for cue in cues if _joins(cue.kind, labels)]
        if wanted:
            row, places = _row(text, start, end, mentions)
            for cue in wanted:
                yield from _said(cue, row, places)


def _joins(kind: Kind, labels: set[str]) -> bool:
    return not labels.isdisjoint(kind.heads) and not labels.isdisjoint(kind.tails)


def _grouped(
    entities: Sequence[Entity], sentences: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int, list[Entity]]]:
    """The sentences with their mentions, without those inside another one."""
    starts = [start for start, _ in sentences]
    grouped: dict[int, list[Entity]] = {}
    covered = 0
    for entity in entities:
        if entity.span.start >= covered:
            at = max(0, bisect_right(starts, entity.span.start) - 1)
            grouped.setdefault(at, []).append(entity)
            covered = entity.span.end
    for at, mentions in grouped.items():
        if at < len(sentences) and len(mentions) > 1:
            yield (*sentences[at], mentions)


def _row(
    text: str, start: int, end: int, mentions: Sequence[Entity]
) -> tuple[str, dict[int, Entity]]:
    """The sentence as words and signs, a space after each, and where each mention's sign is."""
    parts: list[str] = []
    places: dict[int, Entity] = {}
    length = 0
    for mention in mentions:
        gap = _plain(text[start : mention.span.start])
        places[length + len(gap)] = mention
        parts += [gap, _sign(mention.label) + " "]
        length += len(gap) + 2
        start = mention.span.end
    return "".join([*parts, _plain(text[start:end])]), places


def _plain(text: str) -> str:
    return "".join(f"{word} " for word in _WORD.findall(fold(text).text))


def _said(cue: Cue, row: str, places: Mapping[int, Entity]) -> Iterator[Relation]:
    for pattern in cue.patterns:
        for match in pattern.finditer(row):
            heads = _listed(match, "HEAD", places)
            tails = _listed(match, "TAIL", places)
            for head, tail in product(heads, tails):
                if cue.holds(head, tail):
                    yield Relation(cue.relation, head, tail, min(head.score, tail.score))


def _listed(match: re.Match[str], end: str, places: Mapping[int, Entity]) -> list[Entity]:
    """The mentions of a list, without the details between them."""
    start, stop = match.span(end)
    details = _shared()["details"]
    found = [places[at] for at in range(start, stop) if at in places]
    return [each for each in found if each.label not in details]


@cache
def _shared() -> dict[str, Any]:
    return tomllib.loads(SHARED.read_text("utf-8"))


@cache
def _signs() -> Mapping[str, str]:
    """A sign for each label; the last one is of all that no cue speaks of."""
    return {label: chr(_SIGNS + place) for place, label in enumerate([*_shared()["labels"], ""])}


def _sign(label: str) -> str:
    signs = _signs()
    return signs.get(label, signs[""])


@cache
def cues_of(language: str) -> tuple[Cue, ...]:
    """The cues of a language; none where there is no file of them."""
    primary = language.split("-", maxsplit=1)[0].lower()
    if primary not in lexicon.languages(SUBJECT):
        return ()
    data = lexicon.read(primary, SUBJECT)
    kinds = {name: _kind(table) for name, table in _shared()["relation"].items()}
    return tuple(_cue(entry, kinds[entry["relation"]], data) for entry in data["cue"])


def _kind(table: Mapping[str, Any]) -> Kind:
    heads, tails = ("".join(_signs()[label] for label in table[end]) for end in ("heads", "tails"))
    return Kind(heads, tails, ROLES.index(table["role"]))


def _cue(entry: Mapping[str, Any], kind: Kind, data: Mapping[str, Any]) -> Cue:
    return Cue(
        entry["relation"],
        tuple(_pattern(each, kind, data) for each in entry["patterns"]),
        kind,
        frozenset(map(Presence, entry.get("claims", Presence))),
        re.compile(entry.get("named", ""), re.IGNORECASE),
        entry.get("fits", False),
    )


def _pattern(written: str, kind: Kind, data: Mapping[str, Any]) -> re.Pattern[str]:
    """Compile `HEAD .. {aim} TAIL`; the head of the shared file says how patterns are written."""
    lists = {"HEAD": kind.heads, "TAIL": kind.tails}
    parts = []
    for part in written.split():
        if part in lists:
            parts.append(f"(?P<{part}>{_list(lists[part], data['joins'])})")
        elif part == "..":
            parts.append(_filling(data["stops"]))
        else:
            parts.append(_phrase(part, data["words"]))
    # A sign begins nowhere but behind a space, and a search for signs alone is far quicker.
    opening = "" if written.startswith(tuple(lists)) else r"(?<!\S)"
    return re.compile(opening + "".join(parts))


def _phrase(written: str, words: Mapping[str, Sequence[str]]) -> str:
    """Compile a word, `{name}`, or `{name}!{other}`: what stands behind one of the other fails."""
    named, _, barred = written.partition("!")
    phrases = _any(words[named[1:-1]] if named.startswith("{") else [named])
    return f"(?={phrases}){_unsaid(words[barred[1:-1]])}{phrases}" if barred else phrases


def _any(phrases: Sequence[str]) -> str:
    """One of the phrases, the longest that fits; an empty one stands for nothing at all."""
    written = sorted(map(_plain, phrases), key=len, reverse=True)
    return f"(?:{'|'.join(map(re.escape, written))})"


def _unsaid(phrases: Sequence[str]) -> str:
    """None of the phrases stands before."""
    return "".join(rf"(?<!\b{re.escape(each)})" for each in map(_plain, phrases))


def _list(signs: str, joins: Sequence[str]) -> str:
    """One mention or several, `A, B and C`; commas alone make no list, since clauses have them."""
    further = rf"(?:, [{signs}] ){{0,{_LIST}}}+(?:{_detail()}){{0,3}}(?:, )?{_any(joins)}[{signs}] "
    return rf"[{signs}] (?:{further}){{0,2}}"


def _filling(stops: Sequence[str]) -> str:
    return rf"(?:(?!{_any(stops)})(?:[^\W\d_]+ |{_detail()})){{0,{_FILLING}}}"


@cache
def _detail() -> str:
    """What may stand beside any mention: a number, or a mention that tells more of it."""
    signs = "".join(_signs()[label] for label in _shared()["details"])
    return rf"(?:[{signs}] |\d\S* )"
