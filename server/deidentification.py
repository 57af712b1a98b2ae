"""The de-identified copy of a note, or the reason why there is none; and the path of short texts.

Both fail closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from threading import Lock
from typing import Final

from mappers.deidentification.annotations import to_annotations
from mappers.deidentification.document import StoredCopy, to_deidentified_document
from mappers.deidentification.release import is_modified
from mappers.errors import LeakFound
from mappers.known import to_known
from mappers.source import Source
from mappers.types import CodedEntity, Resource
from models import lexicon
from models.composition import composed, moved_back
from models.deidentification import Mode, deidentify
from models.foreign_words import is_word
from models.language import detect
from models.phi import patterns as phi_patterns
from models.recognizing.known import KnownIdentifiers, find, leaks
from models.replacing.surrogates import check_key
from models.types import Annotations, Note, PhiSpan
from server.parts import Parts

TELLING: Final = 60
"""Letters from which on a text tells its language by itself."""
_REMEMBERED: Final = 20_000
_SHORT: Final = 200


@dataclass(frozen=True, slots=True)
class Copy:
    """`document` is None when the copy is withheld; then `withheld` says why."""

    document: Resource | None
    withheld: str | None = None
    replaced: Mapping[str, int] = field(default_factory=dict)


def to_copy(
    source: Source,
    annotations: Annotations,
    coded: Sequence[CodedEntity],
    surroundings: Sequence[Resource] | None,
    parts: Parts,
) -> Copy:
    """De-identify the note and check the copy against everything known about the patient."""
    if surroundings is None:
        return Copy(None, "the patient's record could not be read, so leaks cannot be ruled out")
    if is_modified(source.document):
        return Copy(None, "an unknown modifierExtension may say what the copy would not")
    known = to_known([*surroundings, source.document])
    spans = [*annotations.phi, *find(source.note.text, known)]
    key, weekdays = parts.key, parts.weekdays
    note = deidentify(source.note, spans, parts.mode, key=key, known=known, weekdays=weekdays)
    stand_off = to_annotations(coded, annotations.relations, note)
    copy = StoredCopy(**asdict(note), annotations=stand_off)
    try:
        document = to_deidentified_document(
            source.document, copy, known, key=key, weekdays=weekdays
        )
    except LeakFound as leak:
        return Copy(None, str(leak), note.replacements)
    document["meta"]["tag"].append(source.tag)
    return Copy(document, None, note.replacements)


class Texts:
    """The `TextPath` of mappers/deidentification/release.py: models, patterns and what is known.

    What the models find in a short text is remembered, as records repeat their phrases; what is
    known of the patient is searched for each time. Safe to use from several threads.
    """

    def __init__(self, parts: Parts, *, mode: Mode | None = None, key: bytes | None = None) -> None:
        """Take mode and key of `parts` where none is given.

        Raises:
            KeyMissing: mode `surrogate` without a key of at least 16 bytes.
        """
        self._parts = parts
        self._mode: Mode = mode or parts.mode
        self._key = key or parts.key
        if self._mode == "surrogate":
            check_key(self._key)
        self._found: dict[tuple[str | None, str], tuple[str, tuple[PhiSpan, ...]]] = {}
        self._lock = Lock()

    def __call__(
        self,
        texts: Sequence[str],
        language: str | None,
        subject: str | None,
        known: KnownIdentifiers,
    ) -> list[str | None]:
        """De-identify each text; None where the result still holds a known identifier."""
        tag = self._supported(language)
        read = self._read(tag, texts)
        return [self._replaced(text, *read[text], subject, known) for text in texts]

    def _supported(self, language: str | None) -> str | None:
        primary = (language or "").partition("-")[0].lower()
        return primary if primary in self._parts.annotator.languages else None

    def _read(
        self, tag: str | None, texts: Iterable[str]
    ) -> dict[str, tuple[str, tuple[PhiSpan, ...]]]:
        """Return language and PHI of each text, those that are not remembered in one batch."""
        with self._lock:
            read = {text: self._found[tag, text] for text in texts if (tag, text) in self._found}
        missing = [text for text in dict.fromkeys(texts) if text not in read]
        notes = [Note(text, tag or self._detected(text)) for text in missing if text.strip()]
        for note, found in zip(notes, self._parts.annotator.annotate_all(notes), strict=True):
            phi = found.phi if tag else self._of_any(note, found.phi)
            read[note.text] = (note.language, phi)
        blank = {text: ("", ()) for text in missing if not text.strip()}
        self._remember(tag, {text: read[text] for text in missing if text in read})
        return read | blank

    def _detected(self, text: str) -> str:
        languages = self._parts.annotator.languages
        language = detect(text)
        return language if language in languages else languages[0]

    def _of_any(self, note: Note, found: Sequence[PhiSpan]) -> tuple[PhiSpan, ...]:
        """Add what the patterns of the other languages find where a text does not tell its own."""
        if sum(map(str.isalpha, note.text)) >= TELLING:
            return tuple(found)
        others = [code for code in lexicon.languages("phi") if code != note.language]
        plain, origin = composed(note)
        more = tuple(one for code in others for one in phi_patterns.find(plain.text, code))
        if origin is not None:
            more = moved_back(Annotations(phi=more), note.text, origin).phi
        return tuple(one for one in (*found, *more) if not is_word(one, note.text))

    def _remember(
        self, tag: str | None, read: Mapping[str, tuple[str, tuple[PhiSpan, ...]]]
    ) -> None:
        with self._lock:
            if len(self._found) > _REMEMBERED:
                self._found.clear()
            self._found.update(
                {(tag, text): found for text, found in read.items() if len(text) <= _SHORT}
            )

    def _replaced(
        self,
        text: str,
        language: str,
        phi: Sequence[PhiSpan],
        subject: str | None,
        known: KnownIdentifiers,
    ) -> str | None:
        if not text.strip():
            return None
        spans = [*phi, *find(text, known)]
        made = self._copy(Note(text, language, subject=subject), spans, known) if spans else text
        return None if leaks(made, known) else made

    def _copy(self, note: Note, spans: Sequence[PhiSpan], known: KnownIdentifiers) -> str:
        weekdays = self._parts.weekdays
        mode, key = self._mode, self._key
        return deidentify(note, spans, mode, key=key, known=known, weekdays=weekdays).text
