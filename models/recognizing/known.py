"""What the store already knows about the patient, found again wherever the note writes it.

Searching takes case, accents, spaces and punctuation away, and tries the ways in which names,
numbers, dates and addresses are written. The same search finds what to replace and, in `leaks`,
what was left: a copy that passes has none of these forms. Forms are listed in
resources/<language>/known.toml, of all languages at once: a record does not know the note's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import ahocorasick

from models.folding import Folded, after_marks, fold, squeeze
from models.recognizing.context import allows
from models.recognizing.date_forms import date_forms
from models.recognizing.form import Form
from models.recognizing.likeness import Likeness
from models.recognizing.name_forms import name_forms, person_forms, repeated_forms
from models.recognizing.number_forms import number_forms
from models.recognizing.person import Person, parts
from models.recognizing.place_forms import place_forms
from models.types import PhiSpan, Span

_FAR = re.compile(r"[\W_]{5}|\n[ \t\r]*\n")
"""What no identifier goes on over."""
_LONGEST = 32
"""Digits of a number that was filled up with zeros."""
_TAG = re.compile(r"\[(?:NAME|AGE|DATE|ID|LOCATION|CONTACT|PROFESSION|OTHER)\]")


@dataclass(frozen=True, slots=True)
class KnownIdentifiers:
    """(category, value) of what is known: NAME, ID, CONTACT, LOCATION as written, DATE as ISO.

    `people` says which names are one person's.
    """

    values: tuple[tuple[str, str], ...] = ()
    people: tuple[Person, ...] = ()

    def __add__(self, other: KnownIdentifiers) -> KnownIdentifiers:
        return KnownIdentifiers(
            tuple(dict.fromkeys(self.values + other.values)),
            tuple(dict.fromkeys(self.people + other.people)),
        )


@dataclass(frozen=True, slots=True)
class Search:
    """The forms of one patient, ready to search with."""

    folded: ahocorasick.Automaton | None
    squeezed: ahocorasick.Automaton | None
    likeness: Likeness


def find(text: str, known: KnownIdentifiers) -> list[PhiSpan]:
    """Find every form of every identifier, in text order, without overlaps; the score is 1.0."""
    search = searching(known)
    hits = list(_hits(text, search))
    if not hits:
        return []
    beside = (
        (*found, "NAME")
        for start, end, category in hits
        if category == "NAME"
        for found in search.likeness.beside(text, start, end)
    )
    return [
        PhiSpan(Span.of(text, start, end), category, 1.0, "known")
        for start, end, category in _joined(text, [*hits, *beside])
    ]


def repeated(text: str, names: Iterable[str]) -> list[PhiSpan]:
    """Find the parts of names that a text has in one place wherever else it has them."""
    plain: dict[str, set[Form]] = {}
    for form in (form for name in names for form in repeated_forms(name)):
        plain.setdefault(form.text, set()).add(form)
    hits = list(_hits(text, Search(_automaton(plain), None, Likeness.of(()))))
    return [
        PhiSpan(Span.of(text, start, end), category, 1.0, "pattern")
        for start, end, category in _joined(text, hits)
    ]


def leaks(text: str, known: KnownIdentifiers) -> list[str]:
    """Name the categories of identifiers that `text` still holds, each once, in order."""
    return sorted({category for _, _, category in _hits(text, searching(known))})


def _hits(text: str, search: Search) -> Iterator[tuple[int, int, str]]:
    folded = fold(text)
    for found, automaton in ((folded, search.folded), (None, search.squeezed)):
        if automaton is not None:
            for start, end, category in _matches(text, found or squeeze(folded), automaton):
                if not _is_tag(text, start, end):
                    yield start, end, category
    for start, end in search.likeness.capitalised(text):
        if not _is_tag(text, start, end):
            yield start, end, "NAME"


def _matches(
    text: str, folded: Folded, automaton: ahocorasick.Automaton
) -> Iterator[tuple[int, int, str]]:
    if not folded.text:
        return
    for last, forms in automaton.iter(folded.text):
        for form in forms:
            start, end = folded.span(last + 1 - len(form.text), last + 1)
            start = _zeros(text, start, end)
            whole = _bounded(text, start, end) and not (
                form.squeezed and _FAR.search(text, start, end)
            )
            if whole and allows(form, text, start, end):
                yield start, after_marks(text, end), form.category


def _zeros(text: str, start: int, end: int) -> int:
    """Take the zeros before a number with it: systems fill numbers up."""
    if text[start:end].isdigit():
        while start > max(0, end - _LONGEST) and text[start - 1] == "0":
            start -= 1
    return start


def _bounded(text: str, start: int, end: int) -> bool:
    """Tell whether no word or number goes on past the ends: letters and digits are two."""
    return not (
        (start > 0 and _sticks(text[start - 1], text[start]))
        or (end < len(text) and _sticks(text[end - 1], text[end]))
    )


def _sticks(left: str, right: str) -> bool:
    return (left.isalpha() and right.isalpha()) or (left.isdigit() and right.isdigit())


def _is_tag(text: str, start: int, end: int) -> bool:
    """Tell whether this is what de-identification itself writes, for somebody named Date."""
    return (
        start > 0
        and text[start - 1] == "["
        and _TAG.fullmatch(text, start - 1, end + 1) is not None
    )


def _joined(text: str, hits: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Unite what overlaps, and the parts and initials of one name."""
    joined: list[tuple[int, int, str]] = []
    for start, end, category in sorted(hits, key=lambda hit: (hit[0], -hit[1])):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]), joined[-1][2])
        elif (
            joined
            and joined[-1][2] == category == "NAME"
            and _IN_NAME.fullmatch(text, joined[-1][1], start)
        ):
            joined[-1] = (joined[-1][0], end, category)
        else:
            joined.append((start, end, category))
    return _initialled(text, joined)


def _initialled(text: str, hits: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Draw names out over the initials beside them, never into the next hit."""
    drawn: list[tuple[int, int, str]] = []
    for at, (start, end, category) in enumerate(hits):
        floor = drawn[-1][1] if drawn else 0
        ceiling = hits[at + 1][0] if at + 1 < len(hits) else len(text)
        bounds = (start, end)
        if category == "NAME":
            bounds = _with_initials(text, start, end, (floor, ceiling))
        drawn.append((*bounds, category))
    return drawn


_IN_NAME = re.compile(r",?[ \t]{1,3}(?:[A-Z]\.?[ \t]{1,3})?|[.'’-]")
_INITIALS = re.compile(r"(?:(?<![^\W\d_])[A-Z]\.[ \t]?){1,3}$|(?<![^\W\d_])[A-Z][ \t]$")
_INITIAL_AFTER = re.compile(r"(?:,[ \t]?|[ \t])[A-Z]\.")


def _with_initials(text: str, start: int, end: int, room: tuple[int, int]) -> tuple[int, int]:
    """Take `J.` of `J. Smith` and of `Smith, J.` into the name, as far as there is room."""
    before = _INITIALS.search(text[max(room[0], start - 10) : start])
    after = _INITIAL_AFTER.match(text, end, room[1])
    return start - len(before.group()) if before else start, after.end() if after else end


@lru_cache(maxsize=256)
def searching(known: KnownIdentifiers) -> Search:
    """Make the search for somebody's identifiers ready."""
    plain: dict[str, set[Form]] = {}
    tight: dict[str, set[Form]] = {}
    for form in _forms(known):
        (tight if form.squeezed else plain).setdefault(form.text, set()).add(form)
    names = (value for category, value in known.values if category == "NAME")
    every = {way for name in names for part in parts(name) for way in (part, *part.split("'"))}
    return Search(_automaton(plain), _automaton(tight), Likeness.of(every))


def _automaton(forms: dict[str, set[Form]]) -> ahocorasick.Automaton | None:
    if not forms:
        return None
    automaton = ahocorasick.Automaton()
    for text, ways in forms.items():
        automaton.add_word(text, tuple(sorted(ways, key=lambda form: form.category)))
    automaton.make_automaton()
    return automaton


def _forms(known: KnownIdentifiers) -> Iterator[Form]:
    for category, value in known.values:
        if category == "NAME":
            yield from name_forms(value)
        elif category == "LOCATION":
            yield from place_forms(value)
        elif category == "DATE":
            yield from date_forms(value)
        else:
            yield from number_forms(category, value)
    for person in known.people:
        yield from person_forms(person)
