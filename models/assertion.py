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
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any, NamedTuple

from models.folding import lower
from models.segmentation import Section, section_at, sections, sentences
from models.trigger import Claim, Meaning, Phrase, Rule, Rules, Side, rules_of
from models.types import Assertion, Entity, Presence, Span

_TOKEN = re.compile(r"\w+|[^\w\s]")
_COMMA = re.compile(r",(?!\d)")
"""A comma of the sentence, none inside a number: `5,2`."""
_BRACKET = re.compile(r"\(|(?<![\s:][a-h])\)")
"""Brackets, without those that number a list: `a) fever`."""
_LIST_AHEAD = 80
"""How many characters after an entity its list may go on."""
_RUN = re.compile(r"[^,.;:()\d]{1,40}(?:,[^,.;:()\d]{1,28}){2,}[.,]?\s*")
_RUN_MOST = 300
_ANY_YEAR = re.compile(r"(?<!\d)(?:19[3-9]|20[0-3])\d(?!\d)")
_BARE_YEAR = re.compile(r"(?:19[3-9]|20[0-3])\d(?<![\w/.:-]\d{4})s?(?![\w/:-]|[.,]\d)")
_PLAIN = Assertion()
_NOTHING: frozenset[str] = frozenset()
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


def assertions(
    text: str,
    mentions: Sequence[Entity | Span],
    language: str,
    cut: Sequence[tuple[int, int]] | None = None,
) -> list[Assertion]:
    """Say what `text` claims of each mention, in the order given; `cut` are its sentences, if read.

    Raises:
        LanguageUnsupported: no assertion.toml for `language`.
    """
    rules = rules_of(language)
    if not mentions:
        return []
    scene = Scene.of(text, rules, sentences(text, language) if cut is None else cut)
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
            if mark.start < place.span.start or _opens(mark, place):
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


def _parts(mention: Entity | Span) -> tuple[Span, str | None]:
    return (mention.span, mention.label) if isinstance(mention, Entity) else (mention, None)


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


class Heard(NamedTuple):
    """A claim about an entity: how many commas stand between, and its rule's rank."""

    commas: int
    rank: int
    claim: Claim


def _heard(scene: Scene, span: Span, label: str | None, rules: Rules) -> list[Heard]:
    """Hear every trigger whose scope holds the span, walking away from it on both sides."""
    place = scene.place(span, label)
    if scene.silent(place):
        return []
    return [*_side("before", scene, place, rules), *_side("after", scene, place, rules)]


def _side(side: Side, scene: Scene, place: Place, rules: Rules) -> Iterator[Heard]:
    """Hear the triggers of one side, until a word that ends them all or the farthest reach."""
    stopped: dict[Claim, set[str]] = {}
    for mark, distance in scene.before(place) if side == "before" else scene.after(place):
        if distance > rules.farthest:
            break
        meaning = mark.meaning
        within = place.holds(mark)
        for rank in meaning.before if side == "before" else meaning.after:
            rule = rules.rules[rank]
            if (
                rule.reaches(side, distance)
                and (rule.within or not within)
                and (not stopped or stopped.get(rule.claim, _NOTHING) <= rule.passes)
                and rule.speaks_of(place.label, place.span.text)
                and not _aside(scene.text, mark, place.span)
            ):
                commas = _commas(scene, mark, place, rule)
                if rule.bears(side, commas):
                    yield Heard(commas, rank, rule.claim)
        if not within:
            for claim in meaning.stops:
                stopped.setdefault(claim, set()).add(mark.phrase)
            if meaning.ends:
                break


def _aside(text: str, mark: Mark, span: Span) -> bool:
    """Tell whether a bracket keeps trigger and mention apart: `(no fever) cough`.

    Looking back, what opens with the trigger itself does not: `fever (negative)`.
    """
    if mark.start < span.start:
        return ")" in text[mark.end : span.start] and _closes(text[mark.end : span.start])
    _, bracket, inside = text[span.end : mark.start].rpartition("(")
    return bool(bracket) and ")" not in inside and inside.strip() != ""


def _closes(between: str) -> bool:
    """Tell whether a bracket closes that did not open there."""
    depth = 0
    for bracket in _BRACKET.findall(between):
        depth += 1 if bracket == "(" else -1
        if depth < 0:
            return True
    return False


def _commas(scene: Scene, mark: Mark, place: Place, rule: Rule) -> int:
    """Count the commas between; none in a list that opens at the trigger before the mention."""
    if mark.start > place.span.start:
        return scene.commas(place.span.end, mark.start)
    return 0 if _listed(rule, scene, mark, place) else scene.commas(mark.end, place.span.start)


def _listed(rule: Rule, scene: Scene, mark: Mark, place: Place) -> bool:
    """Tell whether the span is part of a list that opens at the trigger before it."""
    if rule.lists is None or scene.text.startswith(",", mark.end):
        return False
    following = scene.next(place, rule.claim)
    end = following.end if following else place.right
    if rule.lists.search(scene.text, mark.end, min(end, place.span.end + _LIST_AHEAD)):
        return True
    return rule.runs and _runs(scene, mark, place)


def _runs(scene: Scene, mark: Mark, place: Place) -> bool:
    """Tell whether a bare run goes on from the trigger to the next stop or end of the sentence."""
    following = next(scene.after(place), None)
    if following and following[0].meaning.speaks:
        return False
    end = following[0].start if following else place.right
    return _RUN.fullmatch(scene.text, mark.end, min(end, mark.end + _RUN_MOST)) is not None


def _opens(mark: Mark, place: Place) -> bool:
    """Tell whether a trigger is the first part of the mention itself: `no fever`."""
    span = place.span
    return bool(mark.meaning.before) and span.start <= mark.start and mark.end < span.end


def _settle(
    heard: Iterable[Heard], span: Span, label: str | None, section: Section | None, rules: Rules
) -> Assertion:
    """Let the nearest clause, then the first rule of the file, win on each axis.

    The section speaks where no trigger did.
    """
    settled: dict[str, Any] = {}
    for one in sorted(heard):
        settled.setdefault(one.claim.axis, one.claim.value)
    for kind, said in rules.sections:
        if section and section.kind == kind and said.speaks_of(label, span.text):
            settled.setdefault(said.claim.axis, said.claim.value)
    if label in rules.timeless and settled.get("presence") is Presence.ABSENT:
        settled.pop("temporality", None)
    return Assertion(**settled) if settled else _PLAIN
