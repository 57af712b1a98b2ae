"""A copy of a note without its protected health information: annotate, resolve, replace.

Three modes: `tag` writes the category (`[NAME]`), `redact` a bar of one length for all, and
`surrogate` realistic stand-ins that need the site's key.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal

from models.recognizing.known import KnownIdentifiers, find, repeated
from models.replacing.surrogates import Surrogates, subject_of
from models.types import DeidentifiedNote, Note, PhiSpan, Span

Mode = Literal["tag", "redact", "surrogate"]

BAR = "\u2588" * 5
"""What `redact` writes; one length, so that it tells nothing of what it covers."""

_ROUNDS = 8
"""How often the copy is searched again for what is known, each time to replace more."""
_SHAPED = ("CONTACT", "ID", "DATE")
"""Of the categories of one number the last: an id with a checksum may look like a phone number."""
_POSSESSIVE = re.compile(r"^['’]s\b")
_EDGES = re.compile(r"([\s,;:]*)(.*?)([\s,;:]*)", re.DOTALL)
_SURE = 0.9
"""What the model must score a name of two words with, to be looked for in all of the note."""
_GUESSED = 0.3
"""The score of a pattern that only guesses."""
_TRUST = {"known": 3, "pattern": 2, "model": 1}


def merge(phi: Iterable[PhiSpan]) -> tuple[PhiSpan, ...]:
    """Settle spans that overlap, so that all of them is replaced.

    Two of one category are united; so are two of which one holds the other (a name in an e-mail
    address), under the category of the larger. Else the surer one stays as it is and the other
    keeps the rest: known before pattern before model, then the longer, then the higher score.
    """
    merged: list[PhiSpan] = []
    for each in sorted(phi, key=lambda one: (one.span.start, -one.span.end)):
        # Where the last one lost its front to an earlier one, the place is settled.
        one = _from(each, merged[-1].span.start) if merged else each
        if one is not None and merged and merged[-1].span.overlaps(one.span):
            merged.extend(_settled(merged.pop(), one))
        elif one is not None:
            merged.append(one)
    return tuple(merged)


def _settled(left: PhiSpan, right: PhiSpan) -> list[PhiSpan]:
    """Unite two that overlap, or cut the less sure one."""
    inside = right.span.end <= left.span.end or right.span.start == left.span.start
    if inside or left.category == right.category:
        return [_united(left, right)]
    if _surety(left) >= _surety(right):
        cut = left, _cut(right, left.span.end, right.span.end)
    else:
        cut = _cut(left, left.span.start, right.span.start), right
    telling = all(any(map(str.isalnum, _POSSESSIVE.sub("", one.span.text))) for one in cut)
    return list(cut) if telling else [_united(left, right)]


def _from(one: PhiSpan, start: int) -> PhiSpan | None:
    """Cut off what lies before `start`; none when nothing is left."""
    if one.span.end <= start:
        return None
    return _cut(one, max(start, one.span.start), one.span.end)


def _cut(one: PhiSpan, start: int, end: int) -> PhiSpan:
    origin = one.span.start
    span = Span(start, end, one.span.text[start - origin : end - origin])
    return PhiSpan(span, one.category, one.score, one.method)


def _surety(one: PhiSpan) -> tuple[int, int, int, float]:
    rank = _SHAPED.index(one.category) if one.category in _SHAPED else -1
    return _TRUST.get(one.method, 0), len(one.span.text), rank, one.score


def _united(left: PhiSpan, right: PhiSpan) -> PhiSpan:
    extra = right.span.text[max(0, left.span.end - right.span.start) :]
    span = Span(left.span.start, left.span.end + len(extra), left.span.text + extra)
    surest = max(
        left,
        right,
        key=lambda one: (
            one.span == span != (left if one is right else right).span,
            *_surety(one),
        ),
    )
    return PhiSpan(span, surest.category, max(left.score, right.score), surest.method)


def deidentify(  # noqa: PLR0913 - each is a choice of the caller's
    note: Note,
    phi: Sequence[PhiSpan],
    mode: Mode = "tag",
    *,
    key: bytes | None = None,
    known: KnownIdentifiers | None = None,
    weekdays: bool = False,
) -> DeidentifiedNote:
    """Replace all of `phi` in the note.

    The note's subject seeds the surrogates, else its reference, else its text. Identifiers
    that are `known` are replaced as well, and no surrogate equals one. With `weekdays` dates
    move by multiples of seven days.

    Raises:
        KeyMissing: mode `surrogate` without a key of at least 16 bytes.
        LanguageUnsupported: mode `surrogate` in a language without surrogates.
    """
    every = [*phi, *(find(note.text, known) if known else ())]
    every += repeated(note.text, dict.fromkeys(filter(None, map(_told_name, every))))
    found = merge(_widened(note.text, one) for one in every)
    write = _writer(
        mode, lambda: Surrogates.of(key, seed(note), note.language, found, known, weekdays=weekdays)
    )
    refused: list[PhiSpan] = []
    copy = _written(note, found, mode, write)
    for _ in range(_ROUNDS):
        left = list(_left(note, found, copy, known)) if known else []
        if not left:
            break
        refused += left
        found = merge([*found, *left])
        copy = _written(note, found, mode, _refusing(write, refused))
    return copy


def _told_name(one: PhiSpan) -> str | None:
    """Give a name that is sure enough to be looked for elsewhere in the note."""
    if one.category != "NAME":
        return None
    if one.method == "model":
        return one.span.text if " " in one.span.text and one.score >= _SURE else None
    guessed = one.method == "pattern" and one.score <= _GUESSED
    return None if guessed else one.span.text


Write = Callable[[PhiSpan], str]


def _written(note: Note, found: Sequence[PhiSpan], mode: Mode, write: Write) -> DeidentifiedNote:
    """Write the copy; `found` is in order and without overlaps."""
    pieces: list[str] = []
    offsets: list[tuple[int, int, int, int]] = []
    read, length = 0, 0
    for one in found:
        kept = note.text[read : one.span.start]
        put = write(one)
        pieces += [kept, put]
        start = length + len(kept)
        length = start + len(put)
        offsets.append((one.span.start, one.span.end, start, length))
        read = one.span.end
    pieces.append(note.text[read:])
    counts = Counter(one.category for one in found)
    return DeidentifiedNote(
        "".join(pieces), note.language, note.reference, dict(counts), tuple(offsets), mode
    )


def _left(
    note: Note, found: Sequence[PhiSpan], copy: DeidentifiedNote, known: KnownIdentifiers
) -> Iterator[PhiSpan]:
    """Find what the copy still shows of `known`, as spans of the note.

    A replacement may bring a name into another light, or read as an identifier itself.
    """
    for hit in find(copy.text, known):
        first = bisect_right(copy.offsets, hit.span.start, key=lambda one: one[2]) - 1
        last = bisect_left(copy.offsets, hit.span.end, key=lambda one: one[2]) - 1
        start, end = _back(copy, first, hit.span.start, 0), _back(copy, last, hit.span.end, 1)
        if first == last >= 0 and (start, end) == copy.offsets[first][:2]:
            yield found[first]
        else:
            yield _widened(
                note.text, PhiSpan(Span.of(note.text, start, end), hit.category, 1.0, "known")
            )


def _back(copy: DeidentifiedNote, at: int, offset: int, side: int) -> int:
    """Move a boundary to the original: out of a replacement to its start (0) or its end (1)."""
    if at < 0:
        return offset
    *_, new_end = replaced = copy.offsets[at]
    return replaced[side] if offset < new_end + side else replaced[1] + offset - new_end


def seed(note: Note) -> str:
    """Say whose surrogates and date shift are drawn: the subject's, as far as it is known."""
    return subject_of(
        note.subject
        or note.reference
        or hashlib.sha256(note.text.encode("utf-8", "surrogatepass")).hexdigest()
    )


def _writer(mode: Mode, surrogates: Callable[[], Surrogates]) -> Write:
    if mode == "tag":
        return _tagged
    if mode == "redact":
        return _bar
    if mode == "surrogate":
        replace = surrogates().replace
        return lambda one: _framed(one, lambda body: replace(one.category, body))
    raise ValueError(f"mode {mode!r} is none of tag, redact, surrogate")


def _bar(one: PhiSpan) -> str:
    return _framed(one, lambda _: BAR)


def _tagged(one: PhiSpan) -> str:
    return _framed(one, lambda _: f"[{one.category}]")


def _framed(one: PhiSpan, put: Callable[[str], str]) -> str:
    """Keep what only keeps words apart at the edges, such as the space between two numbers."""
    text = one.span.text
    edges = _EDGES.fullmatch(text)
    if edges is None or not any(map(str.isalnum, text)):
        return put(text)
    before, body, after = edges.groups()
    marks = ")" * ("(" not in body) + "." * (one.category != "NAME")
    kept = body.rstrip(marks) if marks else body
    return before + put(kept) + body[len(kept) :] + after


def _refusing(write: Write, refused: Iterable[PhiSpan]) -> Write:
    """Write a tag for those that touch one of `refused`, in surrogate mode too."""
    starts = sorted({one.span.start for one in refused})

    def written(one: PhiSpan) -> str:
        at = bisect_left(starts, one.span.start)
        if at < len(starts) and starts[at] < one.span.end and write is not _bar:
            return _tagged(one)
        return write(one)

    return written


def _widened(text: str, one: PhiSpan) -> PhiSpan:
    """Take whole words and numbers: half a name left standing is a leak."""
    start, end = one.span.start, one.span.end
    while start > 0 and _sticks(text[start - 1], text[start]):
        start -= 1
    while end < len(text) and _sticks(text[end - 1], text[end]):
        end += 1
    if (start, end) == (one.span.start, one.span.end):
        return one
    return PhiSpan(Span.of(text, start, end), one.category, one.score, one.method)


def _sticks(left: str, right: str) -> bool:
    return (left.isalpha() and right.isalpha()) or (left.isdigit() and right.isdigit())


def reanchor(span: Span, copy: DeidentifiedNote) -> Span | None:
    """Move a span of the original to the copy; none when it begins or ends inside PHI."""
    start, end = _moved(span.start, copy), _moved(span.end, copy)
    return Span.of(copy.text, start, end) if start is not None and end is not None else None


def _moved(offset: int, copy: DeidentifiedNote) -> int | None:
    """Move one boundary; none when it lies inside a replacement."""
    at = bisect_right(copy.offsets, offset, key=lambda one: one[0]) - 1
    if at < 0:
        return offset
    start, end, new_start, new_end = copy.offsets[at]
    if offset >= end:
        return new_end + offset - end
    return new_start if offset == start else None
