"""The ways to write the name of a person who is known."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product

from models.folding import fold
from models.recognizing.form import Case, Form
from models.recognizing.lists import common, listed, months, nicknames, pairs, words
from models.recognizing.person import PART, Person, parts, sides

_SHORT = 3
"""Names this short are words too often: taken only with a capital letter."""
_TOGETHER_FROM = 5
"""Letters that two parts of a name have at least, to be no word by chance."""
_JOINED_FROM = 6
"""Letters of a name that may be written apart, as `Mac Donald`."""


def name_forms(written: str) -> Iterator[Form]:
    """Give the forms of a name, whole and by its parts."""
    for spelled in _spellings(written):
        for part in parts(spelled):
            yield from _part_forms(part)
        yield from _together(sides(spelled))
        yield from _with_particles(spelled)


def person_forms(person: Person) -> Iterator[Form]:
    """Give what only the given and the family names together tell: nicknames and initials."""
    given, family = person.given_parts, person.family_parts
    short = {nick for name in given for nick in nicknames().get(name, ())}
    for nick in short:
        yield Form(nick, "NAME", _nick_case(nick), eponym=_eponym(nick))
    whole = (fold(name).text for name in person.family)
    for one, other in product({*given, *short}, {*family, *whole}):
        yield from _together({(one, other), (other, one)})
    yield from _together({*pairwise(given), *pairwise(family)})
    yield from _initials(given, family)


def repeated_forms(written: str) -> Iterator[Form]:
    """Give the parts of a name as the same note may write them elsewhere, alone.

    The name was read in a text, not in a record, so that words and eponyms need more to count.
    """
    own = parts(written)
    for part in own:
        if len(part) > _SHORT or (len(part) == _SHORT and part not in listed("abbreviations")):
            free: Case = "any" if len(part) > _SHORT and not _eponym(part) else "capital"
            case: Case = "inner" if part in words() else free
            yield Form(part, "NAME", case, eponym=_eponym(part))


def _spellings(written: str) -> set[str]:
    """Write `ü` as `ue`, as records of other systems do, and the other way round."""
    letters = pairs("letters")
    low = written.lower()
    digraphs = {pair: fold(mark).text[0] for mark, pair in letters.items()}
    plain = low
    for pair, mark in digraphs.items():
        plain = plain.replace(pair, mark)
    spelled = {written, "".join(letters.get(mark, mark) for mark in low)}
    return spelled | ({plain} if len(plain) >= _TOGETHER_FROM else set())


def _part_forms(part: str) -> Iterator[Form]:
    for way in {part, part.replace("'", ""), *part.split("'")}:
        if len(way) > 1:
            yield Form(way, "NAME", _case(way), eponym=_eponym(way))
    for prefix, other in (("mc", "mac"), ("mac", "mc")):
        if part.startswith(prefix) and len(part) >= _JOINED_FROM:
            yield Form(other + part.removeprefix(prefix), "NAME")
    if len(part) >= _JOINED_FROM and part.startswith(tuple(listed("prefixes"))):
        yield Form(part.replace("'", ""), "NAME", "capital", squeezed=True)


def _case(part: str) -> Case:
    if part in listed("particles"):
        return "inner"
    if len(part) <= _SHORT:
        return "title" if part in listed("abbreviations") else "capital"
    return "capital" if part in words() else "any"


def _nick_case(nick: str) -> Case:
    if nick in common():
        return "inner"
    return "title" if len(nick) <= _SHORT else "capital"


def _eponym(part: str) -> bool:
    return part in listed("eponyms") or part in months()


def _together(pairs_of_parts: set[tuple[str, str]]) -> Iterator[Form]:
    """Two parts of a name side by side are no words by chance, however small they are written."""
    for one, other in pairs_of_parts:
        tight = "".join(mark for mark in one + other if mark.isalnum())
        if len(tight) >= _TOGETHER_FROM:
            yield Form(tight, "NAME", squeezed=True)


def _with_particles(written: str) -> Iterator[Form]:
    """Write `van den Berg` as one word."""
    own = set(parts(written))
    run = ""
    for part in PART.findall(" ".join(fold(written).text.split())):
        if part in own and run and len(run + part) >= _JOINED_FROM:
            yield Form((run + part).replace("'", ""), "NAME", squeezed=True)
        run = "" if part in own else run + part


def _initials(given: tuple[str, ...], family: tuple[str, ...]) -> Iterator[Form]:
    """Write `J.S.`; `JS` only beside a cue."""
    if not given or not family:
        return
    names = {given[:1], given} if len(given) < 4 else {given[:1]}
    for first, last in product(names, {family[:1], family[:2]}):
        letters = [part[0] for part in (*first, *last)]
        tight = "".join(letters)
        if tight not in listed("abbreviations"):
            for mark in (".", ". "):
                yield Form(mark.join(letters) + ".", "NAME", "upper")
            yield Form(tight, "NAME", "upper", cue="patient")
        yield Form(tight, "NAME", "upper", cue="initials")
