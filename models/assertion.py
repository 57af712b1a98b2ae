"""What a note claims about its entities: ConText's triggers, scopes and sections, as data.

After NegEx (Chapman 2001) and ConText (Harkema 2009): a trigger speaks of the entities between it
and the next terminating word of its sentence, at most `reach` tokens away; a pseudo trigger hides
the trigger words that it holds; a section (family history) speaks of all that stands in it. A
disease that lasts is not history because the note tells of it as such. The words are
resources/<language>/assertion.toml. Linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from models.scene import Mark, Place, Scene
from models.segmentation import Section, section_at, sections, sentences
from models.trigger import Claim, Rule, Rules, Side, rules_of
from models.types import Assertion, Entity, Presence, Span

_BRACKET = re.compile(r"\(|(?<![\s:][a-h])\)")
"""Brackets, without those that number a list: `a) fever`."""
_LIST_AHEAD = 80
"""How many characters after an entity its list may go on."""
_RUN = re.compile(r"[^,.;:()\d]{1,40}(?:,[^,.;:()\d]{1,28}){2,}[.,]?\s*")
_RUN_MOST = 300
_PLAIN = Assertion()
_NOTHING: frozenset[str] = frozenset()


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


def _parts(mention: Entity | Span) -> tuple[Span, str | None]:
    return (mention.span, mention.label) if isinstance(mention, Entity) else (mention, None)


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
