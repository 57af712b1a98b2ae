"""The benchmark of the whole pass, on a few notes."""

import json
import lzma

import pytest

from models.bench import main, measure, read_notes

NOTE = "Patiënt met hypertensie, gebruikt metoprolol 50 mg 2dd. Geen koorts of hoesten. "


@pytest.fixture
def notes(tmp_path):
    for number, marks in enumerate("ab"):
        with lzma.open(tmp_path / f"nl.0{number}.jsonl.xz", "wt", encoding="utf-8") as file:
            for length in (1, 6, 7, 6, 8) * 6:
                file.write(json.dumps({"text": marks + NOTE * length}) + "\n")
    return tmp_path


def test_notes_of_some_length_come_from_each_file_in_turn(notes):
    texts = list(read_notes(notes, "nl"))
    assert "".join(text[0] for text in texts) == "ab" * 24
    assert min(map(len, texts)) >= 400


def test_one_process_is_measured(notes, capsys):
    main(["--notes", str(notes), "--languages", "nl", "--count", "40", "--processes", "1"])
    (line,) = capsys.readouterr().out.splitlines()
    read = [*read_notes(notes, "nl")][32:40]
    assert line.startswith(f"nl  1 processes  {sum(len(text.split()) for text in read):8} words ")


@pytest.mark.timeout(90)
def test_a_process_that_fails_ends_the_others():
    with pytest.raises(TypeError):
        measure("nl", [NOTE, None], processes=2)


def test_too_few_notes_are_one_line(notes, capsys):
    with pytest.raises(SystemExit):
        main(["--notes", str(notes), "--languages", "es", "--processes", "1"])
    assert "too few notes in" in capsys.readouterr().err.splitlines()[-1]
