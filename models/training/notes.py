"""The project's own notes (notes/<language>/*.txt): read, checked, split, told as a corpus.

python -m models.training.notes check models/training/notes/nl
python -m models.training.notes convert models/training/notes corpora
"""

from __future__ import annotations

import hashlib
import json
import lzma
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from models.training.markup import MarkedNote, MarkupError, read, tables

NOTES = Path(__file__).with_name("notes")
TEST_SHARE = 0.15
_WORD = re.compile(r"\w+")
_SHINGLE = 8
_ALIKE = 0.25
"""Share of equal runs of eight words above which two notes are near-duplicates."""


def files(folder: Path) -> list[Path]:
    """The note files of a folder, in a fixed order."""
    return sorted(path for path in folder.glob("*.txt"))


def split_of(identifier: str) -> str:
    """`test` or `train`, by a hash of the identifier, so that a note never changes sides."""
    digest = hashlib.sha256(identifier.encode()).digest()
    return "test" if int.from_bytes(digest[:4]) < TEST_SHARE * 2**32 else "train"


def documents(language: str, part: str, folder: Path = NOTES) -> Iterator[dict[str, Any]]:
    """The stand-off documents of one language and split.

    Raises:
        MarkupError: a note is marked wrongly; the message names file and line.
    """
    for path in files(folder / language):
        for note in read(path.read_text("utf-8")):
            if isinstance(note, MarkupError):
                raise MarkupError(note.line, f"{path.name}:{note.line}: {note.reason}")
            if split_of(note.identifier) == part:
                yield note.document(language)


def check(folder: Path) -> tuple[list[str], list[str], list[MarkedNote]]:
    """Errors and doubts, each with file and line, and the notes that could be read."""
    errors: list[str] = []
    doubts: list[str] = []
    notes: list[MarkedNote] = []
    seen: dict[str, str] = {}
    for path in files(folder):
        for note in read(path.read_text("utf-8")):
            if isinstance(note, MarkupError):
                errors.append(f"{path.name}:{note.line}: {note.reason}")
                continue
            place = f"{path.name}:{note.line} {note.identifier}"
            if note.identifier in seen:
                errors.append(f"{place}: the id is that of {seen[note.identifier]}")
            seen[note.identifier] = place
            notes.append(note)
            errors += [f"{place}: {reason}" for reason in _length(note)]
            doubts += [f"{place}: {reason}" for reason in _repeats(note)]
    doubts += [f"{one} and {other} are alike" for one, other in alike(notes)]
    return errors, doubts, notes


def _length(note: MarkedNote) -> Iterator[str]:
    words = len(note.text.split())
    if not tables().shortest <= words <= tables().longest:
        yield f"{words} words"


def _repeats(note: MarkedNote) -> Iterator[str]:
    """Stretches that are marked in one place of the note and plain in another."""
    marked = [(entity.start, entity.end) for entity in note.entities]
    texts = {note.text[start:end] for start, end in marked}
    for text in sorted(each for each in texts if len(each) > 3 and not each.isdigit()):
        for found in re.finditer(rf"(?<!\w){re.escape(text)}(?!\w)", note.text):
            if not any(s < found.end() and found.start() < e for s, e in marked):
                yield f"{text!r} is marked elsewhere, not at character {found.start()}"
                break


def alike(notes: Sequence[MarkedNote]) -> Iterator[tuple[str, str]]:
    """Pairs of notes that share many runs of words."""
    shingles = [_shingles(note.text) for note in notes]
    owners: dict[str, list[int]] = {}
    for place, runs in enumerate(shingles):
        for run in runs:
            owners.setdefault(run, []).append(place)
    shared = Counter(
        (one, other)
        for places in owners.values()
        if 1 < len(places) < 50
        for index, one in enumerate(places)
        for other in places[index + 1 :]
    )
    for (one, other), count in shared.items():
        if count > _ALIKE * min(len(shingles[one]), len(shingles[other])):
            yield notes[one].identifier, notes[other].identifier


def _shingles(text: str) -> set[str]:
    words = [word.lower() for word in _WORD.findall(text)]
    return {" ".join(words[i : i + _SHINGLE]) for i in range(len(words) - _SHINGLE + 1)}


def convert(folder: Path, out: Path) -> None:
    """Write `<language>/notes/<part>.jsonl.xz` for every language of the folder."""
    for language in sorted(path.name for path in folder.iterdir() if path.is_dir()):
        target = out / language / "notes"
        target.mkdir(parents=True, exist_ok=True)
        for part in ("train", "test"):
            with lzma.open(target / f"{part}.jsonl.xz", "wt", encoding="utf-8") as lines:
                for document in documents(language, part, folder):
                    lines.write(json.dumps(document, ensure_ascii=False) + "\n")


def _report(notes: Sequence[MarkedNote]) -> str:
    parts = Counter(split_of(note.identifier) for note in notes)
    words = sum(len(note.text.split()) for note in notes)
    counts = {
        "kinds": Counter(note.kind for note in notes),
        "labels": Counter(entity.label for note in notes for entity in note.entities),
        "relations": Counter(relation.label for note in notes for relation in note.relations),
        "assertions": Counter(
            value
            for note in notes
            for entity in note.entities
            for value in entity.assertion.values()
        ),
    }
    lines = [f"{len(notes)} notes ({parts['test']} test), {words} words"]
    for name, counted in counts.items():
        lines.append(f"{name}: " + ", ".join(f"{key} {n}" for key, n in counted.most_common()))
    return "\n".join(lines)


def main() -> None:
    """`check FOLDER` or `convert FOLDER OUT`; status 1 when a note is marked wrongly."""
    match sys.argv[1:]:
        case ["check", folder]:
            errors, doubts, notes = check(Path(folder))
            sys.stdout.write("\n".join((*errors, *doubts, _report(notes))) + "\n")
            sys.exit(1 if errors else 0)
        case ["convert", folder, out]:
            convert(Path(folder), Path(out))
        case _:
            sys.exit("notes check FOLDER | notes convert FOLDER OUT")


if __name__ == "__main__":
    main()
