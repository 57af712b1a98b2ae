"""A note with its triggers, tokens and sentences, to walk about in from one of its mentions."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from models.folding import lower
from models.trigger import Claim, Meaning, Phrase, Rules
from models.types import Span

_TOKEN = re.compile(r"\w+|[^\w\s]")
_COMMA = re.compile(r",(?!\d)")
"""A comma of the sentence, none inside a number: `5,2`."""
_LIST_AHEAD = 80
"""How many characters after an entity its list may go on."""
_ANY_YEAR = re.compile(r"(?<!\d)(?:19[3-9]|20[0-3])\d(?!\d)")
_BARE_YEAR = re.compile(r"(?:19[3-9]|20[0-3])\d(?<![\w/.:-]\d{4})s?(?![\w/:-]|[.,]\d)")
_OPENS = re.compile(r"(?:\A|[.;:!?/>\u2022\u2192-])[ \t]*\Z")
_CLOSES = re.compile(r"[ \t]*(?:\Z|[,;)/\r\n]|\.(?!\s*\d))")


class Mark(NamedTuple):
    """A phrase found in the text, what it means there, and the tokens begun before its two ends."""

    start: int
    end: int
    phrase: str
    meaning: Meaning
    tokens: tuple[int, int]


class Place(NamedTuple):
    """Where a mention stands: its sentence, and the tokens begun before its two ends."""

    span: Span
    label: str | None
    left: int
    right: int
    tokens: tuple[int, int]

    def holds(self, mark: Mark) -> bool:
        """Tell whether a trigger begins inside the mention."""
        return self.span.start <= mark.start < self.span.end


@dataclass(frozen=True, slots=True)
class Scene:
    """A note's triggers, tokens and sentences, each in text order, to walk about in."""

    text: str
    marks: list[Mark]
    starts: list[int]
    tokens: list[int]
    sentences: Sequence[tuple[int, int]]
    opened: list[int]
    """Where the sentences begin."""

    @classmethod
    def of(cls, text: str, rules: Rules, cut: Sequence[tuple[int, int]]) -> Scene:
        """Read the note once, in linear time."""
        tokens = [token.start() for token in _TOKEN.finditer(text)]
        marks = _marks(text, tokens, {end + 1 for _, end in cut}, rules)
        starts = [mark.start for mark in marks]
        return cls(text, marks, starts, tokens, cut, [start for start, _ in cut])

    def place(self, span: Span, label: str | None) -> Place:
        """Find the sentence that the span begins in, drawn out to hold all of the span."""
        left, right = self.sentences[max(0, bisect_right(self.opened, span.start) - 1)]
        tokens = bisect_left(self.tokens, span.start), bisect_left(self.tokens, span.end)
        return Place(span, label, min(left, span.start), max(right, span.end), tokens)

    def silent(self, place: Place) -> bool:
        """Tell whether no trigger stands in the sentence."""
        at = bisect_left(self.starts, place.left)
        return at == len(self.starts) or self.starts[at] >= place.right

    def commas(self, start: int, end: int) -> int:
        """Count the commas of a range."""
        return len(_COMMA.findall(self.text, start, end))

    def before(self, place: Place) -> Iterator[tuple[Mark, int]]:
        """Walk back from the mention: each trigger with the tokens between the two."""
        at = bisect_left(self.starts, place.span.end) - 1
        while at >= 0 and (mark := self.marks[at]).start >= place.left:
            if mark.start < place.span.start or opens(mark, place):
                yield mark, max(0, place.tokens[0] - mark.tokens[1])
            at -= 1

    def after(self, place: Place) -> Iterator[tuple[Mark, int]]:
        """Walk on from the mention: each trigger with the tokens between the two."""
        at = bisect_left(self.starts, place.span.end)
        while at < len(self.marks) and (mark := self.marks[at]).start < place.right:
            yield mark, max(0, mark.tokens[0] - place.tokens[1])
            at += 1

    def next(self, place: Place, claim: Claim) -> Mark | None:
        """Find the first mark behind the mention, no farther than a list, at which one may end."""
        for mark, _ in self.after(place):
            if mark.start > place.span.end + _LIST_AHEAD:
                break
            if mark.meaning.concerns(claim):
                return mark
        return None


def _marks(text: str, tokens: Sequence[int], past: Set[int], rules: Rules) -> list[Mark]:
    """Find the triggers; where phrases overlap, the longer one stands and hides the others.

    A mere stop that ends `past` a sentence, one place after it, is left out: `. `.
    """
    found = [*_phrases(lower(text), rules), *_past_years(text, rules)]
    found.sort(key=lambda hit: (hit[0], -hit[1]))
    marks: list[Mark] = []
    covered = 0
    for start, end, phrase in found:
        if start >= covered:
            meaning = _meaning(text, start, end, phrase) if phrase.bound else phrase.anywhere
            if meaning or not phrase.triggers:
                covered = end
            if meaning and (end not in past or meaning.speaks):
                begun = bisect_left(tokens, start), bisect_left(tokens, end)
                marks.append(Mark(start, end, phrase.text, meaning, begun))
    return marks


def _phrases(text: str, rules: Rules) -> Iterator[tuple[int, int, Phrase]]:
    """Find the phrases past whose ends no word goes on."""
    last = len(text) - 1
    for at, phrase in rules.phrases.iter(text):
        start = at + 1 - len(phrase.text)
        if not (
            (phrase.first and start and text[start - 1].isalnum())
            or (phrase.last and at < last and text[at + 1].isalnum())
        ):
            yield start, at + 1, phrase


def _past_years(text: str, rules: Rules) -> Iterator[tuple[int, int, Phrase]]:
    """Find years without a day: all but the note's own, taken to be the last of several."""
    bare = list(_BARE_YEAR.finditer(text)) if rules.years else []
    named = set(_ANY_YEAR.findall(text)) if bare else set()
    own = max(named) if len(named) > 1 else None
    for match in bare:
        if rules.years and (own is None or match.group() < own):
            yield *match.span(), rules.years


def _meaning(text: str, start: int, end: int, phrase: Phrase) -> Meaning | None:
    """Say what a phrase means that hangs on where clauses open and close."""
    opens = _OPENS.search(text, max(0, start - 3), start) is not None
    return phrase.where(opens, _CLOSES.match(text, end) is not None)


def opens(mark: Mark, place: Place) -> bool:
    """Tell whether a trigger is the first part of the mention itself: `no fever`."""
    span = place.span
    return bool(mark.meaning.before) and span.start <= mark.start and mark.end < span.end
