"""A copy of a note without its protected health information: annotate, resolve, replace.

Three modes: `tag` writes the category (`[NAME]`), `redact` a bar of one length for all, and
`surrogate` realistic stand-ins that need the site's key.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from models.known import KnownIdentifiers
from models.surrogates import Surrogates
from models.types import DeidentifiedNote, Note, PhiSpan, Span

Mode = Literal["tag", "redact", "surrogate"]

BAR = "\u2588" * 5
"""What `redact` writes; one length, so that it tells nothing of what it covers."""

_TRUST = {"known": 3, "pattern": 2, "model": 1}


def merge(phi: Iterable[PhiSpan]) -> tuple[PhiSpan, ...]:
    """Unite spans that overlap, so that all of both is replaced.

    The union takes the category of the one that holds the other (a name in an e-mail address), else
    of the surest: known before pattern before model, then the longer, then the higher score.
    """
    merged: list[PhiSpan] = []
    for one in sorted(phi, key=lambda one: (one.span.start, -one.span.end)):
        if merged and merged[-1].span.overlaps(one.span):
            merged[-1] = _united(merged[-1], one)
        else:
            merged.append(one)
    return tuple(merged)


def _united(left: PhiSpan, right: PhiSpan) -> PhiSpan:
    extra = right.span.text[max(0, left.span.end - right.span.start) :]
    span = Span(left.span.start, left.span.end + len(extra), left.span.text + extra)
    surest = max(
        left,
        right,
        key=lambda one: (
            one.span == span != (left if one is right else right).span,
            _TRUST.get(one.method, 0),
            len(one.span.text),
            one.score,
        ),
    )
    return PhiSpan(span, surest.category, max(left.score, right.score), surest.method)


def deidentify(
    note: Note,
    phi: Sequence[PhiSpan],
    mode: Mode = "tag",
    *,
    key: bytes | None = None,
    known: KnownIdentifiers | None = None,
) -> DeidentifiedNote:
    """Replace all of `phi` in the note.

    The note's subject seeds the surrogates, else its reference, else its text; `known` are
    identifiers that no surrogate may equal.

    Raises:
        KeyMissing: mode `surrogate` without a key of at least 16 bytes.
        LanguageUnsupported: mode `surrogate` in a language without surrogates.
    """
    found = merge(_widened(note.text, one) for one in phi)
    write = _writer(mode, lambda: Surrogates.of(key, seed(note), note.language, found, known))
    pieces: list[str] = []
    offsets: list[tuple[int, int, int, int]] = []
    read, length = 0, 0
    for one in found:
        kept = note.text[read : one.span.start]
        put = write(one.category, one.span.text)
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


def seed(note: Note) -> str:
    """Say whose surrogates and date shift are drawn: the subject's, as far as it is known."""
    return (
        note.subject
        or note.reference
        or hashlib.sha256(note.text.encode("utf-8", "surrogatepass")).hexdigest()
    )


def _writer(mode: Mode, surrogates: Callable[[], Surrogates]) -> Callable[[str, str], str]:
    if mode == "tag":
        return lambda category, _: f"[{category}]"
    if mode == "redact":
        return lambda _, __: BAR
    if mode == "surrogate":
        return surrogates().replace
    raise ValueError(f"mode {mode!r} is none of tag, redact, surrogate")


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
