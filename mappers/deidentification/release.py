"""One resource of the store -> what may leave it, or the reason why it may not.

What happens is one path: refuse what cannot be read safely, read the free texts, apply the rules,
label the result, and pass the gate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final, Protocol

from mappers.deidentification.anchors import quoted
from mappers.deidentification.document import content_of
from mappers.deidentification.gate import check_leaks
from mappers.deidentification.handling import Handling
from mappers.deidentification.labels import OF_MODE, codes_of, labels
from mappers.deidentification.pseudonym import Pseudonyms, split_reference
from mappers.deidentification.rules import Rules, shipped_rules
from mappers.document import versioned_reference
from mappers.errors import DocumentMalformed, LeakFound
from mappers.types import Resource
from models.deidentification import Mode
from models.recognizing.known import KnownIdentifiers
from models.replacing.surrogates import check_key, date_shift, subject_of
from models.types import DeidentifiedNote

NO_COPIES: Final[Mapping[str, DeidentifiedNote]] = MappingProxyType({})
_HOLDERS: Final = (dict, list)
_NOT_CONTAINED: Final = frozenset({"Patient", "DocumentReference", "Provenance", "Group"})


class TextPath(Protocol):
    """What de-identifies free text; server/deidentification.py has the one with models."""

    def __call__(
        self,
        texts: Sequence[str],
        language: str | None,
        subject: str | None,
        known: KnownIdentifiers,
    ) -> list[str | None]:
        """Return each text without PHI, and None for one that must be dropped."""
        ...


@dataclass(frozen=True, slots=True)
class Released:
    """What came of a resource.

    `resource` is None when it is withheld; then `withheld` says why, with classes and never with
    text. `methods` counts what was done, by element and operation: `("Patient.birthDate",
    "generalize")`.
    """

    resource: Resource | None
    methods: Counter[tuple[str, str]] = field(default_factory=Counter)
    withheld: str | None = None


class Release:
    """The rules, under one key.

    `key` is the site's, or one made for this release and thrown away after it; then say
    `throwaway`, as only then nothing maps back. `text` None drops all free text.
    """

    def __init__(  # noqa: PLR0913
        self,
        key: bytes,
        mode: Mode,
        text: TextPath | None,
        *,
        weekdays: bool = False,
        rules: Rules | None = None,
        throwaway: bool = False,
    ) -> None:
        """Prepare.

        Raises:
            KeyMissing: the key is shorter than 16 bytes.
        """
        self._key = check_key(key)
        self._mode = mode
        self._text = text
        self._weekdays = weekdays
        self._rules = rules or shipped_rules()
        self._throwaway = throwaway
        self.pseudonyms = Pseudonyms(key)
        self.kinds: tuple[str, ...] = tuple(self._rules.kinds)

    def __call__(
        self,
        resource: Resource,
        subject: str | None,
        known: KnownIdentifiers,
        copies: Mapping[str, DeidentifiedNote] = NO_COPIES,
    ) -> Released:
        """De-identify one resource of the patient `subject` (`Patient/<id>`).

        `copies` maps the versioned reference of a document to its de-identified note.
        """
        try:
            return self._released(resource, subject, known, copies)
        except RecursionError:
            return Released(None, withheld="nested too deeply")

    def _released(
        self,
        resource: Resource,
        subject: str | None,
        known: KnownIdentifiers,
        copies: Mapping[str, DeidentifiedNote],
    ) -> Released:
        if refusal := self._refusal(resource, subject):
            return Released(None, withheld=refusal)
        handling = self._handling(resource, subject, copies)
        handling.texts = self._texts(resource, subject, known, copies)
        bare = {name: part for name, part in resource.items() if name != "contained"}
        kept = self._rules.kinds[handling.kind].branch(bare, handling) or {}
        released = self._finished(resource, kept, handling)
        if released is None:
            return Released(None, handling.done, "no de-identified copy of the note")
        try:
            check_leaks(released, known, handling.made)
        except LeakFound as leak:
            return Released(None, handling.done, str(leak))
        return Released(released, handling.done)

    def _refusal(self, resource: Resource, subject: str | None) -> str | None:
        kind = resource.get("resourceType")
        if not isinstance(kind, str) or kind not in self._rules.kinds:
            return "no rules for resources of this type"
        if "implicitRules" in resource:
            return "implicitRules"
        if is_modified(resource):
            return "unknown modifierExtension"
        if subject and not _is_of(resource, subject):
            # Its dates would move by the days of another, and the gate would not know its names.
            return "of another patient"
        for path, value in self._rules.when.get(kind, {}).items():
            if value not in _at(resource, path.split(".")):
                return f"only a {kind} of {path} {value} is released"
        return None

    def _handling(
        self, resource: Resource, subject: str | None, copies: Mapping[str, DeidentifiedNote]
    ) -> Handling:
        return Handling(
            kind=resource["resourceType"],
            vocabulary=self._rules.vocabulary,
            today=datetime.now(UTC).year,
            pseudonyms=self.pseudonyms,
            days=date_shift(self._key, subject, self._weekdays) if subject else None,
            copies=copies,
            local={one["id"]: f"c{at}" for at, one in enumerate(self._contained(resource), 1)},
        )

    def _contained(self, resource: Resource) -> list[Resource]:
        """Give the contained resources that have rules; what they are to others is unknown."""
        inner = resource.get("contained")
        return [
            one
            for one in (inner if isinstance(inner, list) else ())
            if isinstance(one, dict)
            and one.get("resourceType") in self._rules.kinds
            and one["resourceType"] not in _NOT_CONTAINED
            and one["resourceType"] not in self._rules.when
            and isinstance(one.get("id"), str)
        ]

    def _texts(
        self,
        resource: Resource,
        subject: str | None,
        known: KnownIdentifiers,
        copies: Mapping[str, DeidentifiedNote],
    ) -> Mapping[str, str | None]:
        """Read the free texts.

        What stands in a released note, at the resource's own evidence, stays: a drug alone, without
        the sentence around it, reads like a name.
        """
        if self._text is None:
            return {}
        found = dict.fromkeys(
            text
            for one in (resource, *self._contained(resource))
            for text in self._rules.kinds[one["resourceType"]].texts(one)
        )
        said = {words.casefold() for words in quoted(resource, copies)} if found else set()
        unsaid = [text for text in found if text.casefold() not in said]
        language = resource.get("language")
        tag = language if isinstance(language, str) else None
        read = self._text(unsaid, tag, subject, known) if unsaid else []
        return dict(zip(found, found, strict=True)) | dict(zip(unsaid, read, strict=True))

    def _finished(self, resource: Resource, kept: Resource, handling: Handling) -> Resource | None:
        """Put together what the rules kept; None for a document without a copy."""
        contained = self._local(resource, handling)
        meta = kept.pop("meta", {})
        if handling.kind == "DocumentReference":
            content = self._content(resource, kept, handling)
            if content is None:
                return None
            kept["content"] = content
        codes = codes_of(handling.done, handling.labels, self._mode, throwaway=self._throwaway)
        given = meta.pop("security", [])
        if security := [*(given if isinstance(given, list) else [given]), *labels(codes)]:
            meta["security"] = security
        head: Resource = {"resourceType": handling.kind}
        if "id" in kept:
            head["id"] = kept.pop("id")
        return head | ({"meta": meta} if meta else {}) | contained | kept

    def _local(self, resource: Resource, handling: Handling) -> Resource:
        """De-identify the contained resources that something refers to, and count the others."""
        waiting = {handling.local[one["id"]]: one for one in self._contained(resource)}
        kept: list[Resource] = []
        while found := sorted(handling.cited & waiting.keys()):
            kept += [self._inner(name, waiting.pop(name), handling) for name in found]
        given = resource.get("contained")
        if dropped := (len(given) if isinstance(given, list) else 0) - len(kept):
            handling.done[f"{handling.kind}.contained", "redact"] += dropped
        return {"contained": kept} if kept else {}

    def _inner(self, name: str, resource: Resource, handling: Handling) -> Resource:
        kind = resource["resourceType"]
        bare = {k: v for k, v in resource.items() if k not in {"id", "meta", "contained"}}
        kept = self._rules.kinds[kind].branch(bare, handling) or {}
        return {"resourceType": kind, "id": name, **kept}

    def _content(
        self, resource: Resource, kept: Resource, handling: Handling
    ) -> list[dict[str, Any]] | None:
        copy = self._copy(resource, handling.copies)
        if copy is None:
            return None
        handling.labels.add(OF_MODE[copy.mode])
        handling.done["DocumentReference.content", "text"] += 1
        return content_of(copy, kept.get("content"))

    def _copy(
        self, resource: Resource, copies: Mapping[str, DeidentifiedNote]
    ) -> DeidentifiedNote | None:
        try:
            reference = versioned_reference(resource)
        except DocumentMalformed:
            return None
        return copies.get(reference) if reference else None


def _is_of(resource: Resource, subject: str) -> bool:
    """Tell whether a resource can be the patient's: it names nobody else."""
    if resource["resourceType"] == "Patient":
        return f"Patient/{resource.get('id')}" == subject_of(subject)
    for name in ("subject", "patient"):
        value = resource.get(name)
        named = value.get("reference") if isinstance(value, dict) else None
        parts = split_reference(named) if isinstance(named, str) else None
        if parts and parts[0] == "Patient" and "/".join(parts) != subject_of(subject):
            return False
    return True


def is_modified(value: Any) -> bool:
    """Tell whether an extension somewhere changes what the resource means; none is known."""
    if isinstance(value, dict):
        if "modifierExtension" in value:
            return True
        value = value.values()
    for part in value:  # noqa: SIM110 - a generator at each depth takes twice as long
        if isinstance(part, _HOLDERS) and is_modified(part):
            return True
    return False


def _at(value: Any, path: Sequence[str]) -> Iterator[Any]:
    """Yield the values at a path, array numbers left out."""
    if isinstance(value, list):
        for one in value:
            yield from _at(one, path)
    elif not path:
        yield value
    elif isinstance(value, dict):
        yield from _at(value.get(path[0]), path[1:])
