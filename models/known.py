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
from functools import cache, lru_cache
from itertools import pairwise

import ahocorasick

from models import lexicon
from models.folding import Folded, after_marks, fold, squeeze
from models.types import PhiSpan, Span

_PART = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_CASED_UP_TO = 3
"""Names this short are words too often: taken only with a capital letter."""
_NUMBER_FROM = 5
"""Fewer letters and digits than these say too little to be searched for."""
_SUBSCRIBER = 7
"""The digits of a phone number that may stand alone, without the area code."""


@dataclass(frozen=True, slots=True)
class KnownIdentifiers:
    """(category, value) of what is known: NAME, ID, CONTACT, LOCATION as written, DATE as ISO."""

    values: tuple[tuple[str, str], ...] = ()

    def __add__(self, other: KnownIdentifiers) -> KnownIdentifiers:
        return KnownIdentifiers(tuple(dict.fromkeys(self.values + other.values)))


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write an identifier, folded; `cased` ones need a capital letter in the text."""

    text: str
    category: str
    cased: bool = False
    squeezed: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """The forms of one patient, ready to search with."""

    folded: ahocorasick.Automaton | None
    squeezed: ahocorasick.Automaton | None


@cache
def _list(key: str) -> frozenset[str]:
    """Join a list of all languages."""
    languages = lexicon.languages("known")
    return frozenset(word for code in languages for word in lexicon.read(code, "known")[key])


@cache
def _calendars() -> tuple[tuple[list[str], list[str], list[str]], ...]:
    read = [lexicon.read(code, "known") for code in lexicon.languages("known")]
    return tuple((one["dates"], one["months"], one["months_short"]) for one in read)


@cache
def _pairs(key: str) -> dict[str, str]:
    """Join a table of all languages."""
    pairs: dict[str, str] = {}
    for code in lexicon.languages("known"):
        pairs.update(lexicon.read(code, "known")[key])
    return pairs


def find(text: str, known: KnownIdentifiers) -> list[PhiSpan]:
    """Find every form of every identifier, in text order, without overlaps; the score is 1.0."""
    search = _search(known)
    folded = fold(text)
    hits = [
        *_hits(text, folded, search.folded),
        *_hits(text, squeeze(folded), search.squeezed),
    ]
    return [
        PhiSpan(Span.of(text, start, end), category, 1.0, "known")
        for start, end, category in _joined(text, hits)
    ]


def leaks(text: str, known: KnownIdentifiers) -> list[str]:
    """Name the categories of identifiers that `text` still holds, each once, in order."""
    return sorted({phi.category for phi in find(text, known)})


def _hits(
    text: str, folded: Folded, automaton: ahocorasick.Automaton | None
) -> Iterator[tuple[int, int, str]]:
    if automaton is None or not folded.text:
        return
    for last, forms in automaton.iter(folded.text):
        for form in forms:
            start, end = folded.span(last + 1 - len(form.text), last + 1)
            if _bounded(text, start, end) and not (form.cased and text[start:end].islower()):
                yield start, after_marks(text, end), form.category


def _bounded(text: str, start: int, end: int) -> bool:
    """Tell whether no word or number goes on past the ends: letters and digits are two."""
    return not (
        (start > 0 and _sticks(text[start - 1], text[start]))
        or (end < len(text) and _sticks(text[end - 1], text[end]))
    )


def _sticks(left: str, right: str) -> bool:
    return (left.isalpha() and right.isalpha()) or (left.isdigit() and right.isdigit())


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
def _search(known: KnownIdentifiers) -> Search:
    plain: dict[str, set[Form]] = {}
    tight: dict[str, set[Form]] = {}
    for category, value in known.values:
        for form in _forms(category, value):
            (tight if form.squeezed else plain).setdefault(form.text, set()).add(form)
    return Search(_automaton(plain), _automaton(tight))


def _automaton(forms: dict[str, set[Form]]) -> ahocorasick.Automaton | None:
    if not forms:
        return None
    automaton = ahocorasick.Automaton()
    for text, ways in forms.items():
        automaton.add_word(text, tuple(sorted(ways, key=lambda form: form.category)))
    automaton.make_automaton()
    return automaton


def _forms(category: str, value: str) -> Iterator[Form]:
    """List the ways to write one identifier."""
    for written in {value, _spelled(value)}:
        folded = " ".join(fold(written).text.split())
        date = _DATE.fullmatch(folded[:10])
        if category == "DATE":
            yield from _date_forms(*date.groups()) if date else ()
        elif category == "NAME":
            yield from _name_forms(folded)
        elif category == "LOCATION":
            yield from _place_forms(folded)
        else:
            yield from _number_forms(category, folded)


def _spelled(value: str) -> str:
    """Write `ü` as `ue`, as records from other systems do."""
    letters = _pairs("letters")
    return "".join(letters.get(mark, mark) for mark in value.lower())


def _name_forms(folded: str) -> Iterator[Form]:
    parts = [part for part in _PART.findall(folded) if part not in _list("particles")]
    ways = {way for part in parts for way in (part, part.replace("'", ""), *part.split("'"))}
    for way in ways:
        if len(way) > 1:
            yield Form(way, "NAME", cased=len(way) <= _CASED_UP_TO or way in _list("words"))
    yield from _whole_names(folded, parts)


def _whole_names(folded: str, parts: list[str]) -> Iterator[Form]:
    """Two parts of a name side by side are no words by chance, however small they are written."""
    every = _PART.findall(folded)
    sides = {*pairwise(every), *pairwise(parts), *((parts[-1], part) for part in parts[:-1])}
    for one, other in sides:
        tight = "".join(mark for mark in one + other if mark.isalnum())
        if len(tight) >= _NUMBER_FROM and {one, other} & set(parts):
            yield Form(tight, "NAME", squeezed=True)


def _place_forms(folded: str) -> Iterator[Form]:
    """Give an address as written, with its words shortened, and without what follows the street."""
    if folded.isdigit() or (folded.isalpha() and len(folded) > 1):
        yield Form(folded, "LOCATION", cased=folded.isalpha())
        return
    short = _pairs("address")
    words = [word for word in re.split(r"[ ,.]+", folded) if word]
    swapped = [short.get(word, word) for word in words]
    ends = [len(words)]
    if words and words[0][:1].isdigit() and len(words) > 2:
        ends += [at for at, word in enumerate(swapped) if at > 1 and word in short.values()]
    for end in ends:
        for way in ("".join(words[:end]), "".join(swapped[:end])):
            tight = "".join(mark for mark in way if mark.isalnum())
            if len(tight) >= _NUMBER_FROM:
                yield Form(tight, "LOCATION", cased=tight.isalpha(), squeezed=True)


def _number_forms(category: str, folded: str) -> Iterator[Form]:
    """Give a number without its punctuation; phones also without their prefixes."""
    plain = "".join(mark for mark in folded if mark.isalnum())
    if len(plain) >= _NUMBER_FROM:
        yield Form(plain, category, squeezed=True)
    if category == "CONTACT" and plain.isdigit():
        for length in (10, 9, _SUBSCRIBER):
            if len(plain) > length:
                yield Form(plain[-length:], category, squeezed=True)
        if folded.startswith(("+", "00")):
            # At home a 0 stands in place of the country code, of one to three digits (ITU-T E.123).
            number = plain.removeprefix("00")
            for way in ("00" + number, *("0" + number[width:] for width in (1, 2, 3))):
                yield Form(way, category, squeezed=True)


def _date_forms(year: str, month: str, day: str) -> Iterator[Form]:
    """Write a date in every shape; one with a month's name also without its punctuation."""
    for shapes, months, short in _calendars():
        fields = {
            "yyyy": year,
            "yy": year[2:],
            "month": fold(months[int(month) - 1]).text,
            "mon": fold(short[int(month) - 1]).text,
            "mm": month,
            "m": str(int(month)),
            "dd": day,
            "d": str(int(day)),
        }
        for shape in shapes:
            text = shape.format_map(fields)
            yield Form(text, "DATE")
            if "{mon" in shape:
                tight = "".join(mark for mark in text if mark.isalnum())
                yield Form(tight, "DATE", squeezed=True)
