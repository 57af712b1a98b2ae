"""What a note claims about its entities: ConText's triggers, scopes and sections, as data.

After NegEx (Chapman 2001) and ConText (Harkema 2009): a trigger speaks of the entities between it
and the next terminating word of its sentence, at most `reach` tokens away; a pseudo trigger hides
the trigger words that it holds; a section (family history) speaks of all that stands in it. The
words are resources/<language>/assertion.toml. Linear in the length of the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from models.folding import lower
from models.segmentation import Section, section_at, sections, sentences
from models.trigger import Claim, Rule, Rules, Side, Trigger, rules_of
from models.types import Assertion, Entity, Span

_TOKEN = re.compile(r"\w+|[^\w\s]")
_COMMA = re.compile(r",(?!\d)")
"""A comma of the sentence, none inside a number: `5,2`."""
_LIST_AHEAD = 80
"""How many characters after an entity its list may go on."""
_CLAUSE = re.compile(r"(?:\A|[.;:!?/>\n\u2022\u2192-])[ \t]*\Z")


@dataclass(frozen=True, slots=True)
class Mark:
    """A trigger found in the text."""

    start: int
    end: int
    trigger: Trigger


def assertions(text: str, mentions: Sequence[Entity | Span], language: str) -> list[Assertion]:
    """Say what `text` claims of each mention, in the order given.

    Raises:
        LanguageUnsupported: no assertion.toml for `language`.
    """
    rules = rules_of(language)
    if not mentions:
        return []
    scene = Scene.of(text, rules, language)
    headed = sections(text, language)
    found = []
    for span, label in map(_parts, mentions):
        heard = _heard(scene, span, label, rules)
        found.append(_settle(heard, label, section_at(span.start, headed), rules))
    return found


@dataclass(frozen=True, slots=True)
class Scene:
    """A note's triggers, tokens and sentences, each in text order, to walk about in."""

    text: str
    marks: list[Mark]
    starts: list[int]
    tokens: list[int]
    sentences: list[tuple[int, int]]

    @classmethod
    def of(cls, text: str, rules: Rules, language: str) -> Scene:
        """Read the note once, in linear time."""
        marks = _marks(lower(text), rules)
        tokens = [token.start() for token in _TOKEN.finditer(text)]
        sentenced = sentences(text, language)
        return cls(text, marks, [mark.start for mark in marks], tokens, sentenced)

    def sentence(self, span: Span) -> tuple[int, int]:
        """Return the sentence that the span begins in, drawn out to hold all of the span."""
        at = bisect_right(self.sentences, span.start, key=lambda bounds: bounds[0]) - 1
        left, right = self.sentences[max(0, at)]
        return min(left, span.start), max(right, span.end)

    def distance(self, start: int, end: int) -> int:
        """Count the tokens that begin in a range."""
        return max(0, bisect_left(self.tokens, end) - bisect_left(self.tokens, start))

    def commas(self, start: int, end: int) -> int:
        """Count the commas of a range."""
        return len(_COMMA.findall(self.text, start, end))

    def before(self, span: Span) -> Iterator[tuple[Mark, int, int]]:
        """Walk back from the span: each trigger with the range between the two."""
        left, _ = self.sentence(span)
        at = bisect_left(self.starts, span.end) - 1
        while at >= 0 and (mark := self.marks[at]).start >= left:
            if mark.start < span.start or _opens(mark, span):
                yield mark, mark.end, span.start
            at -= 1

    def after(self, span: Span) -> Iterator[tuple[Mark, int, int]]:
        """Walk on from the span: each trigger with the range between the two."""
        _, right = self.sentence(span)
        at = bisect_left(self.starts, span.end)
        while at < len(self.marks) and (mark := self.marks[at]).start < right:
            yield mark, span.end, mark.start
            at += 1


def _parts(mention: Entity | Span) -> tuple[Span, str | None]:
    return (mention.span, mention.label) if isinstance(mention, Entity) else (mention, None)


def _marks(text: str, rules: Rules) -> list[Mark]:
    """Find the triggers; where phrases overlap, the longer one stands and hides the others."""
    found = [
        (end + 1 - length, end + 1, triggers)
        for end, (length, triggers) in rules.phrases.iter(text)
        if _whole(text, end + 1 - length, end + 1)
    ]
    found.sort(key=lambda hit: (hit[0], -hit[1]))
    marks: list[Mark] = []
    covered = 0
    for start, end, triggers in found:
        if start >= covered:
            opens = _CLAUSE.search(text, max(0, start - 3), start) is not None
            marks += [Mark(start, end, each) for each in triggers if opens or not each.opens]
            covered = end
    return marks


def _whole(text: str, start: int, end: int) -> bool:
    """Tell whether no word goes on past the ends of the phrase."""
    left = start > 0 and text[start].isalnum() and text[start - 1].isalnum()
    right = end < len(text) and text[end - 1].isalnum() and text[end].isalnum()
    return not left and not right


@dataclass(frozen=True, slots=True)
class Heard:
    """A claim about an entity: its rule's rank, and how many commas stand between."""

    rank: int
    commas: int
    claim: Claim


def _heard(scene: Scene, span: Span, label: str | None, rules: Rules) -> Iterator[Heard]:
    """Hear every trigger whose scope holds the span, walking away from it on both sides."""
    sides: tuple[Side, Side] = ("before", "after")
    for side in sides:
        stopped: set[Claim] = set()
        for mark, start, end in scene.before(span) if side == "before" else scene.after(span):
            distance = scene.distance(start, end)
            if distance > rules.farthest or _ends(mark.trigger):
                break
            if mark.trigger.stops:
                stopped.add(mark.trigger.stops)
            if mark.trigger.side not in {side, "around"}:
                continue
            rule = rules.rules[mark.trigger.rank]
            commas = 0 if _listed(rule, scene, mark, span) else scene.commas(start, end)
            spoken = rule.claim not in stopped and rule.speaks_of(label)
            if spoken and rule.reaches(side, distance, commas):
                yield Heard(mark.trigger.rank, commas, rule.claim)


def _ends(trigger: Trigger) -> bool:
    return trigger.side == "terminate" and trigger.stops is None


def _listed(rule: Rule, scene: Scene, mark: Mark, span: Span) -> bool:
    """Tell whether the span is part of a list that opens at the trigger before it."""
    if rule.lists is None or mark.start > span.start:
        return False
    following = next(scene.after(span), None)
    _, end = scene.sentence(span)
    limit = min(following[0].end if following else end, span.end + _LIST_AHEAD)
    return rule.lists.search(scene.text, mark.end, limit) is not None


def _opens(mark: Mark, span: Span) -> bool:
    """Tell whether a trigger is the first part of the mention itself: `no fever`."""
    return mark.trigger.side == "before" and span.start <= mark.start and mark.end < span.end


def _settle(
    heard: Iterator[Heard], label: str | None, section: Section | None, rules: Rules
) -> Assertion:
    """Let the nearest clause, then the first rule of the file, win on each axis.

    The section speaks where no trigger did.
    """
    settled: dict[str, Any] = {}
    for one in sorted(heard, key=lambda one: (one.commas, one.rank)):
        settled.setdefault(one.claim.axis, one.claim.value)
    said = rules.sections.get(section.kind) if section else None
    if said and said.speaks_of(label):
        settled.setdefault(said.claim.axis, said.claim.value)
    return replace(Assertion(), **settled)
