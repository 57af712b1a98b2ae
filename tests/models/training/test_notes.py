"""The project's own notes: all of them are marked well, and each stays on its side of the split."""

from __future__ import annotations

import lzma
from pathlib import Path

import pytest

from models.training.markup import MarkupError
from models.training.notes import NOTES, alike, check, convert, documents, split_of

LANGUAGES = sorted(path.name for path in NOTES.iterdir() if path.is_dir())
FILLER = " ".join(f"word{number}" for number in range(70))


def write(folder: Path, content: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "some.txt").write_text(content, "utf-8")
    return folder


TRAINING_ALONE = ("nl-d", "nl-e", "nl-f")
"""Notes that came after a test was scored: it stays what it was."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notes_are_marked_well(language: str) -> None:
    errors, _, notes = check(NOTES / language)
    assert errors == []
    assert len(notes) >= 400
    assert len({note.text for note in notes}) == len(notes)
    split = [note for note in notes if not note.identifier.startswith(TRAINING_ALONE)]
    tests = sum(split_of(note.identifier) == "test" for note in split)
    assert 0.1 < tests / len(split) < 0.2


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_notes_are_from_one_template(language: str) -> None:
    _, _, notes = check(NOTES / language)
    assert list(alike(notes)) == []


def test_errors_name_file_and_line(tmp_path: Path) -> None:
    folder = write(tmp_path, f"@ a progress\n{FILLER}\n@ b progress\n[x\n@ c letter\nshort\n")
    errors, _, notes = check(folder)
    assert errors == ["some.txt:4: `[` is never closed", "some.txt:5 c: 1 words"]
    assert [note.identifier for note in notes] == ["a", "c"]


def test_an_id_is_given_once(tmp_path: Path) -> None:
    folder = write(tmp_path, f"@ a progress\n{FILLER}\n@ a letter\n{FILLER} more\n")
    errors, _, _ = check(folder)
    assert errors == ["some.txt:3 a: the id is that of some.txt:1 a"]


def test_doubts_name_what_is_marked_only_once_and_what_is_alike(tmp_path: Path) -> None:
    text = f"[cough|sym] and cough {FILLER}"
    folder = write(tmp_path, f"@ a progress\n{text}\n@ b letter\n{text}\n")
    _, doubts, _ = check(folder)
    assert "some.txt:1 a: 'cough' is marked elsewhere, not at character 10" in doubts
    assert "a and b are alike" in doubts


def test_documents_are_split(tmp_path: Path) -> None:
    notes = "".join(f"@ n-{number} progress\n{FILLER} {number}\n" for number in range(60))
    write(tmp_path / "en", notes)
    train = {each["id"] for each in documents("en", "train", tmp_path)}
    test = {each["id"] for each in documents("en", "test", tmp_path)}
    assert len(train) + len(test) == 60
    assert not train & test
    assert test


def test_documents_refuse_a_wrong_note(tmp_path: Path) -> None:
    write(tmp_path / "en", "@ a progress\n[x\n")
    with pytest.raises(MarkupError, match=r"some\.txt:2"):
        list(documents("en", "train", tmp_path))


def test_convert_writes_a_corpus(tmp_path: Path) -> None:
    write(tmp_path / "notes" / "en", f"@ a progress\n[cough|sym] {FILLER}\n")
    convert(tmp_path / "notes", tmp_path / "out")
    files = [tmp_path / "out" / "en" / "notes" / f"{part}.jsonl.xz" for part in ("train", "test")]
    written = b"".join(lzma.decompress(file.read_bytes()) for file in files)
    assert written.count(b"\n") == 1
    assert b'"label": "SYMPTOM"' in written
