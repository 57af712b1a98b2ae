"""What a note claims about its entities: ConText's triggers, scopes and sections, as data.

After NegEx (Chapman 2001) and ConText (Harkema 2009): a trigger speaks of the entities between it
and the next terminating word of its sentence, at most `reach` tokens away; a pseudo trigger hides
the trigger words that it holds; a section (family history) speaks of all that stands in it. A
disease that lasts is not history because the note tells of it as such. The words are
resources/<language>/assertion.toml. Linear in the length of the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
_ANY_YEAR = re.compile(r"(?<!\d)(?:19[3-9]|20[0-3])\d(?!\d)")
_BARE_YEAR = re.compile(r"(?:19[3-9]|20[0-3])\d(?<![\w/.:-]\d{4})s?(?![\w/:-]|[.,]\d)")
_PLAIN = Assertion()
_NOTHING: frozenset[str] = frozenset()
_CLAUSE = re.compile(r"(?:\A|[.;:!?/>\n\u2022\u2192-])[ \t]*\Z")


@dataclass(frozen=True, slots=True)
class Mark:
    """A phrase found in the text, and all that it is a trigger of."""

    start: int
    end: int
    phrase: str
    triggers: tuple[Trigger, ...]


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
        found.append(_settle(heard, span, label, section_at(span.start, headed), rules))
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
        (end + 1 - len(phrase), phrase, triggers)
        for end, (phrase, triggers) in rules.phrases.iter(text)
        if _whole(text, end + 1 - len(phrase), end + 1)
    ]
    if rules.years:
        found += [(start, year, rules.years) for start, year in _past_years(text)]
    found.sort(key=lambda hit: (hit[0], -len(hit[1])))
    marks: list[Mark] = []
    covered = 0
    for start, phrase, triggers in found:
        if start >= covered:
            opens = _CLAUSE.search(text, max(0, start - 3), start) is not None
            meant = tuple(each for each in triggers if opens or not each.opens)
            covered = start + len(phrase)
            if meant:
                marks.append(Mark(start, covered, phrase, meant))
    return marks


def _past_years(text: str) -> list[tuple[int, str]]:
    """Find years without a day: all but the note's own, taken to be the last of several."""
    bare = [(match.start(), match.group()) for match in _BARE_YEAR.finditer(text)]
    named = set(_ANY_YEAR.findall(text)) if bare else set()
    own = max(named) if len(named) > 1 else None
    return [(start, year) for start, year in bare if own is None or year < own]


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
        stopped: dict[Claim, set[str]] = {}
        for mark, start, end in scene.before(span) if side == "before" else scene.after(span):
            distance = scene.distance(start, end)
            if distance > rules.farthest:
                break
            within = span.start <= mark.start < span.end
            for rank, rule in _spoken(mark, side, distance, rules):
                if (
                    stopped.get(rule.claim, _NOTHING) <= rule.passes
                    and (rule.within or not within)
                    and rule.speaks_of(label, span.text)
                ):
                    commas = 0 if _listed(rule, scene, mark, span) else scene.commas(start, end)
                    if rule.bears(side, commas):
                        yield Heard(rank, commas, rule.claim)
            if not within and _ends(mark, stopped):
                break


def _spoken(mark: Mark, side: Side, distance: int, rules: Rules) -> Iterator[tuple[int, Rule]]:
    """The rules, with their ranks, that a phrase so far away on that side triggers."""
    for trigger in mark.triggers:
        if trigger.side in (side, "around"):
            rule = rules.rules[trigger.rank]
            if rule.reaches(side, distance):
                yield trigger.rank, rule


def _ends(mark: Mark, stopped: dict[Claim, set[str]]) -> bool:
    """Tell whether no trigger reaches over the phrase; note the claims that it alone stops."""
    ends = False
    for trigger in mark.triggers:
        if trigger.stops:
            stopped.setdefault(trigger.stops, set()).add(mark.phrase)
        elif trigger.side == "terminate":
            ends = True
    return ends


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
    inside = span.start <= mark.start and mark.end < span.end
    return inside and any(each.side == "before" for each in mark.triggers)


def _settle(
    heard: Iterator[Heard], span: Span, label: str | None, section: Section | None, rules: Rules
) -> Assertion:
    """Let the nearest clause, then the first rule of the file, win on each axis.

    The section speaks where no trigger did.
    """
    settled: dict[str, Any] = {}
    for one in sorted(heard, key=lambda one: (one.commas, one.rank)):
        settled.setdefault(one.claim.axis, one.claim.value)
    for kind, said in rules.sections:
        if section and section.kind == kind and said.speaks_of(label, span.text):
            settled.setdefault(said.claim.axis, said.claim.value)
    return Assertion(**settled) if settled else _PLAIN
