"""What stands around a writing of an identifier: titles, cues, eponyms, the start of a sentence."""

from __future__ import annotations

import re
from functools import cache

from models.folding import fold
from models.recognizing.form import Form
from models.recognizing.lists import cues, listed, months

_BEFORE = 40
_OPENING = re.compile(r"(?:^|[.!?:;\n\r•*>])[ \t\"'(\[-]*$")
_DAY_BEFORE = re.compile(r"\d(?:st|nd|rd|th|o|e)?[ ./-]{1,2}(?:of |de )?$")
_NUMBER_AFTER = re.compile(r"[ .,/-]{1,2}'?\d|[ ,]+(?:of|de|del) \d")
_HYPHENATED_BEFORE = re.compile(r"([^\W\d_]+)[- ]$")
_HYPHENATED_AFTER = re.compile(r"[- ]([^\W\d_]+)")


def allows(form: Form, text: str, start: int, end: int) -> bool:
    """Tell whether the form counts where it was found."""
    if form.cue is not None:
        return _cued(text, start, form.cue) and _has_case(form, text, start, end)
    if not form.eponym and _has_case(form, text, start, end):
        return True
    if _titled(text, start, form.text):
        return True
    return (
        form.eponym
        and not _means_another(form.text, text, start, end)
        and _has_case(form, text, start, end)
    )


def _has_case(form: Form, text: str, start: int, end: int) -> bool:
    written = text[start:end]
    match form.case:
        case "any":
            return True
        case "upper":
            return written.isupper()
        case "title":
            return written[0].isupper() and written[1:].islower()
        case "inner":
            return not written.islower() and not _opens(text, start)
        case "capital":
            return not written.islower()


def _opens(text: str, start: int) -> bool:
    """Tell whether a sentence begins here, where any word has a capital."""
    return _OPENING.search(text[max(0, start - _BEFORE) : start]) is not None


def _titled(text: str, start: int, word: str) -> bool:
    """Tell whether a title or a word for the patient stands before; `patient will` is no name."""
    before = _folded_before(text, start)
    if _ends("title").search(before):
        return True
    return word not in listed("verbs") and _ends("patient").search(before) is not None


def _cued(text: str, start: int, cue: str) -> bool:
    return _ends(cue).search(_folded_before(text, start)) is not None


def _folded_before(text: str, start: int) -> str:
    return fold(text[max(0, start - _BEFORE) : start]).text


@cache
def _ends(cue: str) -> re.Pattern[str]:
    """Match a text that ends in one of the cues; `...` and `xxx` stand for digits left out."""
    words = "|".join(sorted(map(re.escape, cues(cue)), key=len, reverse=True))
    masked = r"|[x*#•.…-]{3}[ ]?" if cue == "ending" else ""
    return re.compile(rf"(?:(?<![^\W_])(?:{words})\.?[ :=#(\"'-]{{1,4}}{masked})$")


def _means_another(word: str, text: str, start: int, end: int) -> bool:
    """Tell whether the text means a disease, an instrument or a month of this name."""
    before, after = _folded_before(text, start), fold(text[end : end + _BEFORE]).text
    if word in months() and (_DAY_BEFORE.search(before) or _NUMBER_AFTER.match(after)):
        return True
    if word not in listed("eponyms"):
        return False
    return bool(
        _heads().match(after)
        or _of().search(before)
        or _beside(_HYPHENATED_AFTER.match(after), "-" in after[:1])
        or _beside(_HYPHENATED_BEFORE.search(before), before.endswith("-"))
    )


def _beside(match: re.Match[str] | None, hyphen: bool) -> bool:
    """Tell whether it is one of two eponyms with a hyphen between (`May-Thurner`)."""
    return hyphen and match is not None and match[1] in listed("eponyms")


@cache
def _heads() -> re.Pattern[str]:
    heads = "|".join(sorted(listed("eponym_heads"), key=len, reverse=True))
    return re.compile(rf"(?:'?s)?[ \n-](?:{heads})(?![^\W\d_])|ism(?![^\W\d_])")


@cache
def _of() -> re.Pattern[str]:
    openings = "|".join(sorted(map(re.escape, listed("eponym_openings")), key=len, reverse=True))
    return re.compile(rf"(?<![^\W_])(?:{openings})[ \n](?:de |la |von |van )?$")
