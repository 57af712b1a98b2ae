"""A linker that asks a remote terminology server first, and the index in any case."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from terminology.errors import RemoteFailed
from terminology.linker import Linker
from terminology.normalization import is_short_form, normalizer
from terminology.remote import RemoteServer
from terminology.remote_concepts import find, questions, translate
from terminology.timed_cache import TimedCache
from terminology.types import Candidate, Coding, Concept

REMOTE_SCORE = 1.0
SECONDS_A_NOTE = 2.0
_REMEMBERED = 20_000
_REMEMBERED_SECONDS = 3600.0
_SHORTEST, _LONGEST = 4, 100
_SOURCE = "remote"
# Shorter words ("de", "2") are in names and diagnoses alike, and say nothing of anybody.
_WORD = re.compile(r"\w{3,}")


class RemoteLinker:
    """Linking with a remote server, which has `seconds` for all mentions of a note together.

    Short forms, single letters and long stretches of text are not asked for: what is short is
    ambiguous, which the index knows better, and what is long is no name.
    """

    def __init__(
        self,
        linker: Linker,
        server: RemoteServer,
        *,
        seconds: float = SECONDS_A_NOTE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._linker = linker
        self._server = server
        self._seconds = seconds
        self._clock = clock
        self._known = TimedCache[tuple[str, str, str], Concept | None](
            _REMEMBERED, _REMEMBERED_SECONDS, clock=clock
        )

    def for_note(self, private: Iterable[str] = ()) -> NoteLinker:
        """A linker for the mentions of one note; it keeps the time that the server takes.

        `private` are the personal data of the note: a mention that has words of them, or is a
        part of them, is not sent.
        """
        return NoteLinker(self, self._linker, self._seconds, self._clock, _words_of(private))

    def concept(self, mention: str, language: str, group: str, seconds: float) -> Concept | None:
        """The concept that the server knows by this name, or None; it never raises."""
        key = (group, language, mention)
        if known := self._known.get(key):
            return known[0]
        deadline = self._clock() + seconds
        try:
            coding = find(self._server, mention, language, group, seconds=seconds)
        except RemoteFailed:
            return None
        found = self._complete(coding, group, deadline) if coding else None
        self._known.put(key, found)
        return found

    def _complete(self, coding: Coding, group: str, deadline: float) -> Concept:
        """The index's concept with that code, or one of the code and its translations."""
        for known in self._linker.index.lookup(coding.system, coding.code):
            first = known.codings[0]
            if (first.system, first.code) == (coding.system, coding.code):
                return replace(known, codings=(_dated(first, coding), *known.codings[1:]))
        codings = [coding]
        for target in questions()[group].targets:
            try:
                other = translate(self._server, coding, target, seconds=deadline - self._clock())
            except RemoteFailed:
                continue
            codings += [other] if other else []
        return Concept(tuple(codings), group, coding.display, _SOURCE)


class NoteLinker:
    """Links the mentions of one note; once the time is used up, over the index alone."""

    def __init__(
        self,
        remote: RemoteLinker,
        linker: Linker,
        seconds: float,
        clock: Callable[[], float],
        private: frozenset[str] = frozenset(),
    ) -> None:
        self._private = private
        self._remote = remote
        self._linker = linker
        self._left = seconds
        self._clock = clock

    def link(
        self,
        mention: str,
        *,
        language: str,
        group: str | None = None,
        context: str | None = None,
    ) -> Sequence[Candidate]:
        """The candidates, as `Linker.link` gives them, after what the server knows."""
        local = self._linker.link(mention, language=language, group=group, context=context)
        if group not in questions() or not _worth_asking(mention, language):
            return local
        if not self._private.isdisjoint(_words_of([mention])):
            return local
        started = self._clock()
        name = " ".join(mention.split())
        concept = self._remote.concept(name, language, str(group), self._left)
        self._left -= self._clock() - started
        if concept is None:
            return local
        own = Candidate(concept, REMOTE_SCORE, _SOURCE, concept.name)
        return [own, *(one for one in local if not _same(one.concept, concept))]


def _worth_asking(mention: str, language: str) -> bool:
    rules = normalizer(language)
    return (
        _SHORTEST <= len(mention) <= _LONGEST
        and not is_short_form(mention)
        and (key := rules.key(mention)) not in rules.vague
        and any(char.isalpha() for char in key)
    )


def _words_of(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word for text in texts for word in _WORD.findall(text.casefold()))


def _same(one: Concept, other: Concept) -> bool:
    first, second = one.codings[0], other.codings[0]
    return (first.system, first.code) == (second.system, second.code)


def _dated(ours: Coding, theirs: Coding) -> Coding:
    return replace(ours, version=theirs.version or ours.version)
