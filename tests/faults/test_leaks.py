"""No identifier of a patient is left in the copies of notes that were written of that patient.

The copies are searched by plain substrings here, not by the search that replaced.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from mappers.known import to_known
from models.deidentification import Mode, deidentify
from models.recognizing.known import leaks
from models.types import Note
from tests.faults.patients import MONTHS, PARTICLES, SENTENCES, Case, cases, plain

KEY = b"a key of this test alone"
MODES: tuple[Mode, ...] = ("tag", "redact", "surrogate")
_WORD = re.compile(r"[^\W_]+")
FRAMES = {
    language: {
        word
        for sentences in kinds.values()
        for sentence in sentences
        for word in _WORD.findall(plain(sentence))
    }
    for language, kinds in SENTENCES.items()
}
TAGS = {"name", "id", "contact", "location", "date"}
_MONTHS = "|".join(month for names in MONTHS.values() for month in names.lower().split())
# A patient named May has dates of May.
_DATED = re.compile(rf"\d (?:de )?(?:{_MONTHS})|(?:{_MONTHS}) \d")
_BETWEEN = re.compile(r"[^\W\d_]{2,}|\n")
_LONG = 7


def left(case: Case, copy: str, note: Any) -> Iterator[tuple[str, str]]:
    """Name what the copy still shows: values of the resources, and what the note wrote."""
    own = FRAMES[case.language] | TAGS
    words = set(_WORD.findall(_DATED.sub("", plain(copy))))
    tokens = {re.sub(r"\D", "", token) for token in copy.split()}
    # Numbers with a word between them are two, even where their digits would make a third.
    lines = [re.sub(r"\D", "", stretch) for stretch in _BETWEEN.split(copy)]
    spaced = f" {' '.join(_WORD.findall(plain(copy)))} "
    for kind, value in [*raw(case), *note.pieces]:
        digits = re.sub(r"\D", "", value)
        parts = _WORD.findall(plain(value))
        telling = [part for part in parts if len(part) > 2 and part not in own | PARTICLES]
        if kind in {"name", "lower", "relative", "doctor"}:
            # Each part of a name tells; a letter or two are a possessive or an initial.
            if any(part in words for part in telling if not part.isdigit()):
                yield kind, value
        elif kind in {"id", "phone", "birth", "code", "last"}:
            if len(digits) >= _LONG and any(digits in line for line in lines):
                yield kind, value
            if digits and len(digits) < _LONG and digits in tokens - {""} and kind != "birth":
                yield kind, value
            if parts and f" {' '.join(parts)} " in spaced:
                yield kind, value
        elif telling and f" {' '.join(parts)} " in spaced:
            yield kind, value


def raw(case: Case) -> Iterator[tuple[str, str]]:
    """Give the values of the resources as they are."""
    for resource in case.resources:
        for name in resource["name"]:
            yield from (("name", part) for part in (name["family"], *name.get("given", [])))
        yield from (("id", one["value"]) for one in resource.get("identifier", []))
        for telecom in resource.get("telecom", []):
            yield "mail" if "@" in telecom["value"] else "phone", telecom["value"]
        for address in resource.get("address", []):
            yield from (("address", address["line"][0]), ("place", address["city"]))
            yield "code", address["postalCode"]
        if "birthDate" in resource:
            yield "birth", resource["birthDate"]


def run(count: int) -> tuple[Counter[str], list[tuple[str, str, str]]]:
    """De-identify all notes in all modes; return how many, and what was left."""
    done: Counter[str] = Counter()
    found = []
    for case in cases(count):
        known = to_known(case.resources)
        for number, written in enumerate(case.notes):
            note = Note(written.text, case.language, f"DocumentReference/{number}", case.reference)
            done["pieces"] += len(written.pieces)
            for mode in MODES:
                copy = deidentify(note, [], mode, key=KEY, known=known).text
                done[mode] += 1
                found += [(mode, *one) for one in left(case, copy, written)]
                assert leaks(copy, known) == []
                plainly = [
                    line for line in SENTENCES[case.language]["plain"] if line in written.text
                ]
                assert all(line in copy for line in plainly), "clinical text was damaged"
    return done, found


def test_a_copy_with_an_identifier_is_noticed() -> None:
    """The check itself must be able to fail: the notes are full of identifiers."""
    missed = [
        piece
        for case in cases(30)
        for note in case.notes
        for piece in note.pieces
        if piece not in set(left(case, note.text, note)) and len(piece[1]) > 4
    ]
    assert missed == []


def test_nothing_is_left_in_the_copies_of_sixty_patients() -> None:
    done, found = run(60)
    assert found == []
    assert min(done[mode] for mode in MODES) >= 60


@pytest.mark.faults
@pytest.mark.timeout(1800)
def test_nothing_is_left_in_the_copies_of_two_thousand_patients() -> None:
    done, found = run(2_000)
    print(dict(done))  # noqa: T201
    assert found == []
    assert min(done[mode] for mode in MODES) >= 2_000
