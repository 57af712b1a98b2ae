"""Names that are a disease, a sign, a scale, an instrument or a medicine where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from models import lexicon
from models.folding import fold
from models.phi.eponym_words import (
    ROMAN,
    is_eponym,
    is_given_name,
    is_name,
    is_place,
    is_thing_word,
    is_vocabulary,
)
from models.phi.senses import sense, senses
from models.recognizing.lists import cues, listed
from models.resolution import SURE
from models.types import PhiSpan

_WORD = re.compile(r"[^\W\d_]+")
_BEFORE = 40
_INITIAL = re.compile(r"(?<![^\W_])[^\W\d_]\.[ \t]?$")
_GRADE = re.compile(
    r"[ \t](?:\d[-+]\d(?:[-+]\d)?(?![-+]?\d)|[A-D]\d?(?!\w|\.[ \t]?[A-Z]\.)|[IVX]{1,4}[abc]?(?!\w))"
)
_LETTER = re.compile(r"(?<!\S)[A-F]\.[ \t]")
_LAST = re.compile(r"([^\W\d_]+)[ \t]\Z")
_NEXT = re.compile(r"[ \t]([^\W\d_]+)")
_NEXT_PLACE = re.compile(r"[®™]?[ \t]?[,(][ \t]?([^\W\d_]+)")
_LONG = 4
"""So many words of a phrase are no given name with a surname: Gilles de la Tourette."""
_GUESS = 0.5
"""The score below which a pattern only guesses."""


def is_thing(found: PhiSpan, text: str, language: str) -> bool:
    """Tell whether a name or a place is none here.

    Behind a title, initials or a relative, and before what people do, it is a person.
    """
    start, end = found.span.start, found.span.end
    return _has_sense(found, text, language) and not _is_person(text, start, end)


def _has_sense(found: PhiSpan, text: str, language: str) -> bool:
    start, end = found.span.start, found.span.end
    words = _words(text[start:end])
    if _is_phrase(words, text, start, end) or _is_graded(text, start, end):
        return True
    if not words or not all(is_vocabulary(word, language) for word in words):
        return False
    if _follows_letter(text, start, end, language):
        return True
    if not any(map(is_eponym, words)):
        return _is_clinical(found, words, language)
    if found.category == "LOCATION":
        return _is_no_place(words, text, start, end, language)
    return _is_eponymous(words, found, text)


def _is_no_place(words: list[str], text: str, start: int, end: int, language: str) -> bool:
    """Eponyms and things alone, one of them no one's name, and no firm before its town."""
    if any(map(str.isdigit, text[start:end])):
        return False
    clinical = {word for word in words if word in text[start:end]} & lexicon.words(
        language, "clinical_words"
    )
    if not all(is_thing_word(word) or word in clinical for word in words):
        return False
    if _is_whereabouts(text, start):
        return _is_headed(text, start, end)
    places = [word for word in words if is_place(word)]
    if not any(is_eponym(word) and not is_name(word) for word in words):
        return not places and _is_headed(text, start, end)
    if places and "-" not in text[start:end]:
        return False
    after = _NEXT_PLACE.match(text, end)
    return after is None or not is_place(fold(after[1]).text)


def _is_eponymous(words: list[str], found: PhiSpan, text: str) -> bool:
    """Vocabulary with an eponym in it: what may be someone's name needs more around it."""
    start, end = found.span.start, found.span.end
    if not all(map(is_thing_word, words)):
        return False
    guessed = found.method == "model" or found.score < _GUESS
    alone = found.score < SURE and not any(is_name(word) or is_place(word) for word in words)
    if guessed and alone and not _is_whereabouts(text, start):
        return True
    return _is_headed(text, start, end)


def _is_whereabouts(text: str, start: int) -> bool:
    """Behind "from" or "to" it may be a hospital: Addenbrooke, Erasmus."""
    before = _words(text[max(0, start - _BEFORE) : start])[-1:]
    return bool(before) and before[0] in sense("whereabouts") and text[start - 1] == " "


def _words(stretch: str) -> list[str]:
    return [fold(word).text for word in _WORD.findall(stretch)]


def _is_person(text: str, start: int, end: int) -> bool:
    before = fold(text[max(0, start - _BEFORE) : start]).text
    if _person_before().search(before) or _INITIAL.search(before):
        return True
    after = _words(text[end : end + _BEFORE])[:1]
    return bool(after) and after[0] in sense("deeds")


@cache
def _person_before() -> re.Pattern[str]:
    words = "|".join(sorted(map(re.escape, cues("title") | cues("patient")), key=len, reverse=True))
    return re.compile(rf"(?<![^\W_])(?:{words})\.?[ \t:]{{1,3}}$")


def _is_phrase(words: list[str], text: str, start: int, end: int) -> bool:
    if not all(word in _of_phrases() for word in words):
        return False
    before, within, after = (
        fold(part).text
        for part in (
            text[max(0, start - _BEFORE) : start],
            text[start:end],
            text[end : end + _BEFORE],
        )
    )
    first, last = len(before), len(before) + len(within)
    told = before + within + after
    return any(
        found.start() <= first
        and last <= found.end()
        and (not _is_full_name(found[0]) or _heads("all").match(told, found.end()))
        for found in _phrases().finditer(told)
    )


def _is_full_name(phrase: str) -> bool:
    """A given name and a surname: a person, where no disease or sign follows (Charles Bonnet)."""
    words = _words(phrase)
    return "-" not in phrase and len(words) < _LONG and is_given_name(words[0])


@cache
def _of_phrases() -> frozenset[str]:
    return frozenset(word for phrase in senses()["phrases"] for word in _words(phrase))


@cache
def _phrases() -> re.Pattern[str]:
    phrases = sorted(map(re.escape, senses()["phrases"]), key=len, reverse=True)
    words = "|".join(phrase.replace(r"\ ", "[ -]") for phrase in phrases)
    return re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])")


def _is_graded(text: str, start: int, end: int) -> bool:
    """A place with a grade or a scale behind it: "Boston 3-3-2"; "in Boston 3-5 days" has none."""
    if fold(text[start:end]).text not in sense("graded"):
        return False
    if _is_scaled(text, end):
        return True
    return _GRADE.match(text, end) is not None and not _is_whereabouts(text, start)


def _is_scaled(text: str, end: int) -> bool:
    after = _NEXT.match(text, end)
    return after is not None and fold(after[1]).text in sense("scales")


def _is_headed(text: str, start: int, end: int) -> bool:
    """What eponyms stand before ("sign", "-katheter") or behind ("teken van").

    A name may be a patient's, whose operation or catheter it is: it needs a head that nobody has.
    """
    words = _words(text[start:end])
    sort = "own" if any(map(is_name, words)) else "all"
    before = fold(text[max(0, start - _BEFORE) : start]).text
    after = fold(text[end : end + _BEFORE]).text
    if any(word in _head_words(sort) and word in text[start:end] for word in words[1:]):
        return True
    first = _WORD.search(text, start, end)
    if first is not None and fold(first[0]).text in sense("particles"):
        before += fold(text[start : first.end()]).text + " "
    return bool(_heads(sort).match(after) or _openings(sort).search(before))


@cache
def _head_words(sort: str) -> frozenset[str]:
    return sense("own_heads") | (sense("heads") if sort == "all" else frozenset())


@cache
def _heads(sort: str) -> re.Pattern[str]:
    joined = _any_of(listed("eponym_heads") | sense("heads") | sense("own_heads"))
    apart = joined if sort == "all" else _any_of(sense("own_heads"))
    turned = rf"|[ ]\d{{1,3}}[ ](?:{_any_of(senses()['angles'])})" if sort == "all" else ""
    return re.compile(rf"(?:['’]?s)?(?:[ ](?:{apart})|-(?:{joined}){turned})(?![^\W\d_])")


@cache
def _openings(sort: str) -> re.Pattern[str]:
    known = listed("eponym_openings") - {"type", "tipo", "non", "volgens"}
    every = known | sense("openings") if sort == "all" else frozenset[str]()
    words = _any_of(every | sense("own_openings"))
    return re.compile(rf"(?<![^\W_])(?:{words})[ ](?:de |la |von |van )?$")


def _any_of(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


def _follows_letter(text: str, start: int, end: int, language: str) -> bool:
    """A grade that ends a sentence, and is no initial: "Stanford B. Labetalol"."""
    letter = _LETTER.search(text, start, end)
    last = letter and _LAST.search(text, max(0, start - _BEFORE), letter.start())
    if not letter or not last:
        return False
    graded = fold(last[1]).text
    rest = _words(text[letter.end() : end])
    return (is_eponym(graded) or graded in sense("graded")) and all(
        ROMAN.fullmatch(word) is not None or (is_vocabulary(word, language) and not is_name(word))
        for word in rest
    )


def _is_clinical(found: PhiSpan, words: list[str], language: str) -> bool:
    """Words of medicine, none of which is a name, that the model took for one."""
    if found.category != "NAME" or found.method != "model":
        return False
    clinical = lexicon.words(language, "clinical_words")
    return any(word in clinical for word in words) and not any(map(is_name, words))
