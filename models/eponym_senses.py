"""Names that are a disease, a sign, a scale, an instrument or a medicine where they stand."""

from __future__ import annotations

import re
from functools import cache

from models import lexicon
from models.eponym_words import ROMAN, is_eponym, is_name, is_place, is_thing_word, is_vocabulary
from models.folding import fold
from models.known_lists import cues, listed
from models.resolution import SURE
from models.senses import sense, senses
from models.types import PhiSpan

_WORD = re.compile(r"[^\W\d_]+")
_BEFORE = 40
_INITIAL = re.compile(r"(?<![^\W_])[^\W\d_]\.[ \t]?$")
_GRADE = re.compile(
    r"[ \t](?:\d[-+]\d(?:[-+]\d)?(?!\d)|[A-D]\d?(?!\w|\.[ \t]?[A-Z]\.)|[IVX]{1,4}[abc]?(?!\w))"
)
_LETTER = re.compile(r"(?<!\S)[A-F]\.[ \t]")
_LAST = re.compile(r"([^\W\d_]+)[ \t]\Z")
_VALUE = r"(?:[ \t]\d{1,3}(?:[.,/+-]\d{1,3}){0,2})?"
_FINDING = re.compile(r"[ \t]([^\W\d_]+)(?:[ \t]([^\W\d_]+))?")
_NEXT_PLACE = re.compile(r"[®™]?[ \t]?[,(][ \t]?([^\W\d_]+)")
_LIST = 8
"""So many eponyms of a list are looked at on either side."""
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
        return _is_second_half(text, start)
    guessed = found.method == "model" or found.score < _GUESS
    alone = found.score < SURE and not any(map(is_name, words))
    if guessed and alone and not _is_whereabouts(text, start):
        return True
    return (
        _is_headed(text, start, end)
        or _is_in_list(text, start, end)
        or (guessed and _has_finding(text, end))
    )


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
    return any(
        found.start() <= first and last <= found.end()
        for found in _phrases().finditer(before + within + after)
    )


@cache
def _of_phrases() -> frozenset[str]:
    return frozenset(word for phrase in senses()["phrases"] for word in _words(phrase))


@cache
def _phrases() -> re.Pattern[str]:
    phrases = sorted(map(re.escape, senses()["phrases"]), key=len, reverse=True)
    words = "|".join(phrase.replace(r"\ ", "[ -]") for phrase in phrases)
    return re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])")


def _is_graded(text: str, start: int, end: int) -> bool:
    """A place with a grade or a head behind it: "Boston 3-3-2", "Los Angeles B"."""
    if fold(text[start:end]).text not in sense("graded"):
        return False
    return _GRADE.match(text, end) is not None or _is_headed(text, start, end)


def _is_headed(text: str, start: int, end: int) -> bool:
    """What eponyms stand before ("sign", "-katheter") or behind ("teken van")."""
    before = fold(text[max(0, start - _BEFORE) : start]).text
    after = fold(text[end : end + _BEFORE]).text
    words = _words(text[start:end])
    if any(word in sense("heads") and word in text[start:end] for word in words[1:]):
        return True
    first = _WORD.search(text, start, end)
    if first is not None and fold(first[0]).text in sense("particles"):
        before += fold(text[start : first.end()]).text + " "
    return bool(_heads().match(after) or _openings().search(before))


@cache
def _heads() -> re.Pattern[str]:
    angles = "|".join(senses()["angles"])
    heads = "|".join(sorted(listed("eponym_heads") | sense("heads"), key=len, reverse=True))
    return re.compile(rf"(?:['’]?s)?(?:[ \n-]|[ ]\d{{1,3}}[ ](?={angles}))(?:{heads})(?![^\W\d_])")


@cache
def _openings() -> re.Pattern[str]:
    known = listed("eponym_openings") - {"type", "tipo", "non"}
    words = "|".join(sorted(map(re.escape, known | sense("openings")), key=len, reverse=True))
    return re.compile(rf"(?<![^\W_])(?:{words})[ \n](?:de |la |von |van )?$")


def _is_in_list(text: str, start: int, end: int) -> bool:
    """Among eponyms one of which is no one's name: "Heberden en Bouchard", "Stein-Leventhal"."""
    first, last = start, end
    for _ in range(_LIST):
        before = _joined_before().search(text, max(0, first - _BEFORE), first)
        if before is not None and is_eponym(fold(before[1]).text):
            first = before.start()
        after = _joined_after().match(text, last)
        if after is not None and is_eponym(fold(after[1]).text):
            last = after.end()
    return any(is_eponym(word) and not is_name(word) for word in _words(text[first:last]))


@cache
def _joined_before() -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W\d_])([^\W\d_]{{2,30}}){_joint()}\Z")


@cache
def _joined_after() -> re.Pattern[str]:
    return re.compile(rf"{_joint()}([^\W\d_]{{2,30}})")


def _joint() -> str:
    return rf"{_VALUE}(?:[ \t]?[,/-][ \t]?|[ \t](?:{'|'.join(senses()['ands'])})[ \t])"


def _is_second_half(text: str, start: int) -> bool:
    """The name behind a hyphen and an eponym that is no name: "KELLGREN-LAWRENCE GRADE"."""
    if text[start - 1 : start] != "-":
        return False
    last = _words(text[max(0, start - _BEFORE) : start])[-1:]
    return bool(last) and is_eponym(last[0]) and not is_name(last[0])


def _follows_letter(text: str, start: int, end: int, language: str) -> bool:
    """A grade that ends a sentence, and is no initial: "Stanford B. Crawford II"."""
    letter = _LETTER.search(text, start, end)
    last = letter and _LAST.search(text, max(0, start - _BEFORE), letter.start())
    if not letter or not last:
        return False
    graded = fold(last[1]).text
    rest = _words(text[letter.end() : end])
    return (is_eponym(graded) or graded in sense("graded")) and all(
        is_eponym(word)
        or ROMAN.fullmatch(word) is not None
        or (is_vocabulary(word, language) and not is_name(word))
        for word in rest
    )


def _has_finding(text: str, end: int) -> bool:
    """What a sign is found to be: "Ely normal"; "negative for" may be said of a person."""
    after = _FINDING.match(text, end)
    if after is None or fold(after[1]).text not in sense("findings"):
        return False
    return after[2] is None or fold(after[2]).text not in sense("lengths")


def _is_clinical(found: PhiSpan, words: list[str], language: str) -> bool:
    """Words of medicine, none of which is a name, that the model took for one."""
    if found.category != "NAME" or found.method != "model":
        return False
    clinical = lexicon.words(language, "clinical_words")
    return any(word in clinical for word in words) and not any(map(is_name, words))
