"""`chartloom deidentify` on folders and files of notes."""

from __future__ import annotations

import gzip
import json
import lzma
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., tuple[int, str, str]]
pytestmark = pytest.mark.usefixtures("inline")
NOTE = "Seen on 3 March 2024 by Dr. Quentin Ferrowby for asthma. Zyxwish takes metformin."
KEY = "the site's own secret, of 32 bytes or more"


@pytest.fixture
def patient(tmp_path: Path) -> Path:
    file = tmp_path / "patient.json"
    file.write_text('{"resourceType": "Patient", "name": [{"family": "Zyxwish"}]}')
    return file


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "key"
    file.write_text(KEY)
    monkeypatch.setenv("CHARTLOOM_DEID_KEY_FILE", str(file))
    return file


def put(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def put_lines(path: Path, *lines: Any) -> Path:
    written = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    return put(path, "".join(f"{line}\n" for line in written))


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def left_behind(folder: Path) -> list[Path]:
    return [path for path in folder.rglob(".*") if path.is_file()]


def test_one_text_goes_to_a_file_of_its_owner(run: Run, tmp_path: Path) -> None:
    note, out = put(tmp_path / "note.txt", NOTE), tmp_path / "copy.txt"
    assert run("deidentify", str(note), str(out)) == (0, "", "")
    assert "Ferrowby" not in out.read_text()
    assert out.stat().st_mode & 0o777 == 0o600
    assert run("deidentify", str(note), str(note))[0] == 2
    assert note.read_text() == NOTE


def test_a_folder_keeps_its_tree(run: Run, tmp_path: Path, patient: Path) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    put(source / "b.txt", NOTE)
    put(source / "ward" / "a.txt", "No fever. \U0001f600 Seen by zyxwish.")
    put(source / "ward" / "scan.pdf", b"%PDF")
    status, out, errors = run("deidentify", str(source), str(target), "--known", str(patient))
    assert (status, out) == (0, "")
    assert "2 de-identified, 0 failed" in errors
    released = {path.relative_to(target).as_posix(): path for path in target.rglob("*.*")}
    assert sorted(released) == ["b.txt", "ward/a.txt"]
    assert released["ward/a.txt"].read_text() == "No fever. \U0001f600 Seen by [NAME]."
    text = released["b.txt"].read_text()
    assert not [word for word in ("Ferrowby", "Zyxwish", "March") if word in text]
    assert "metformin" in text
    assert released["b.txt"].stat().st_mode & 0o777 == 0o600


def test_a_file_name_that_says_who_it_is_about_is_not_released(
    run: Run, tmp_path: Path, patient: Path
) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    put(source / "1.txt", NOTE)
    put(source / "Quentin_Ferrowby.txt", NOTE)  # named in the note
    put(source / "zyxwish" / "2.txt", "Cough.")  # a folder with a known name
    put(source / "visit 2024-03-03.txt", "Cough.")  # a date by its form
    status, _, errors = run("deidentify", str(source), str(target), "--known", str(patient))
    assert status == 1
    assert "1 de-identified, 3 failed" in errors
    assert "file 2: LeakFound: its name holds NAME; use --rename" in errors
    assert [path.name for path in target.rglob("*.*")] == ["1.txt"]
    assert not [word for word in ("Ferrowby", "zyxwish", "2024") if word in errors]


def test_renamed_files_keep_the_tree_under_the_site_key(
    run: Run, tmp_path: Path, key_file: Path
) -> None:
    source = tmp_path / "in"
    put(source / "Jane Zyxwish" / "1.txt", "Cough.")
    put(source / "Jane Zyxwish" / "2.txt", "Fever.")
    names = []
    for target in (tmp_path / "one", tmp_path / "two"):
        assert run("deidentify", str(source), str(target), "--rename")[0] == 0
        names.append(sorted(path.relative_to(target).as_posix() for path in target.rglob("*.txt")))
    assert names[0] == names[1]
    assert "Zyxwish" not in str(names)
    assert len({name.split("/")[0] for name in names[0]}) == 1
    assert len(names[0]) == 2


def test_a_bad_file_costs_itself_alone(run: Run, tmp_path: Path) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    put(source / "1.txt", b"Mrs Secret \xff\xfe")
    put(source / "2.txt", "Cough.")
    status, _, errors = run("deidentify", str(source), str(target))
    assert status == 1
    assert "file 1: RequestInvalid: not UTF-8 text" in errors
    assert "Secret" not in errors
    assert [path.name for path in target.iterdir()] == ["2.txt"]


def test_lines_keep_order_and_entities_move(run: Run, tmp_path: Path, key_file: Path) -> None:
    def entity(mention: str) -> dict[str, Any]:
        start = NOTE.index(mention)
        coding = {"system": "http://snomed.info/sct", "code": "1", "display": "Quentin's disease"}
        return {
            "start": start,
            "end": start + len(mention),
            "text": mention,
            "label": "DISEASE",
            "codings": [coding],
            "note": "Quentin said so",
        }

    entities = [entity("asthma"), entity("3 March"), {"start": 5, "end": 99999}, "x"]
    given = {"id": "a", "text": NOTE, "lang": "en", "subject": "Patient/zz-17", "ward": "7 West"}
    source = put_lines(
        tmp_path / "in.jsonl",
        given | {"entities": entities},
        "not json",
        {"id": "c"},
        "",
        {"id": "e", "text": "Husten und Fieber.", "lang": "de"},
        {"id": 6, "text": "Zyxwish has asthma."},
        {"id": "Ferrowby", "text": NOTE},
    )
    target = tmp_path / "out.jsonl"
    status, out, errors = run("deidentify", str(source), str(target))
    answers = read_lines(target)
    assert (status, out) == (1, "")
    assert "2 de-identified, 4 failed" in errors
    assert [answer.get("id", answer.get("line")) for answer in answers] == ["a", 2, 3, 5, 6, 7]
    assert ["error" in answer for answer in answers] == [False, True, True, True, False, True]
    first = answers[0]
    assert "Ferrowby" not in target.read_text()
    assert "7 West" not in target.read_text()
    assert "Quentin" not in target.read_text()
    assert first["replaced"]["DATE"] == 1
    assert first["dropped"] == 4  # three entities, one element
    assert len(first["subject"].removeprefix("Patient/")) == 64
    (moved,) = first["entities"]
    assert moved["text"] == first["text"][moved["start"] : moved["end"]] == "asthma"
    assert moved["codings"] == [{"system": "http://snomed.info/sct", "code": "1"}]
    assert answers[-1]["error"]["code"] == "suppressed"


@pytest.mark.parametrize("name", ["id", "label"])
def test_what_an_entity_is_called_names_nobody_of_the_note(
    run: Run, tmp_path: Path, name: str
) -> None:
    text = "Mr. Ann Zyxwish has asthma."
    place = text.index("asthma")
    entity = {"start": place, "end": place + 6, "label": "DISEASE", "id": "e1"}
    source = put_lines(
        tmp_path / "in.jsonl",
        {"id": "n1", "text": text, "entities": [entity | {name: "ann_zyxwish"}]},
        {"id": "n2", "text": text, "entities": [entity]},
    )
    status, _, errors = run("deidentify", str(source), str(tmp_path / "out.jsonl"))
    withheld, kept = read_lines(tmp_path / "out.jsonl")
    assert status == 1
    assert withheld["error"]["code"] == "suppressed"
    assert kept["entities"][0]["text"] == "asthma"
    assert "zyxwish" not in (errors + str(withheld) + str(kept)).lower()


def test_compressed_lines_are_read_and_ids_renamed(run: Run, tmp_path: Path) -> None:
    line = json.dumps({"id": "Zyxwish-1", "text": "Cough."}).encode() + b"\n"
    target = tmp_path / "out.jsonl"
    for source in (
        put(tmp_path / "in.jsonl.gz", gzip.compress(line)),
        put(tmp_path / "in.jsonl.xz", lzma.compress(line)),
    ):
        status, _, errors = run("deidentify", str(source), str(target), "--rename")
        assert status == 0
        assert "thrown away" in errors
        (answer,) = read_lines(target)
        assert answer["text"] == "Cough."
        assert len(answer["id"]) == 32


def test_a_damaged_file_is_read_as_far_as_it_goes(run: Run, tmp_path: Path) -> None:
    lines = "".join(json.dumps({"id": n, "text": f"Cough {n}."}) + "\n" for n in range(9999))
    whole = gzip.compress(lines.encode(), mtime=0)
    source = put(tmp_path / "in.jsonl.gz", whole[: len(whole) // 50])
    status, _, errors = run("deidentify", str(source), str(tmp_path / "out.jsonl"))
    assert status == 1
    assert "damaged" in errors
    *good, bad = read_lines(tmp_path / "out.jsonl")
    assert [one["id"] for one in good] == list(range(len(good)))
    assert "damaged" in bad["error"]["message"]


@pytest.mark.parametrize("target", ["in/out", "full", "missing/out", None])
def test_a_folder_that_cannot_be_written_is_wrong_use(
    run: Run, tmp_path: Path, target: str | None
) -> None:
    put(tmp_path / "in" / "1.txt", "Cough.")
    put(tmp_path / "full" / "1.txt", "older")
    out = [str(tmp_path / target)] if target else []
    if target == "missing/out":
        put(tmp_path / "missing", "a file where a folder should be")
    status, _, errors = run("deidentify", str(tmp_path / "in"), *out)
    assert status == 2
    assert errors.splitlines()[-1].startswith("chartloom: ")
    assert (tmp_path / "full" / "1.txt").read_text() == "older"
    assert not (tmp_path / "in" / "out").exists()


def test_lines_that_are_not_there_are_named(run: Run, tmp_path: Path) -> None:
    status, _, errors = run("deidentify", str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl"))
    assert (status, errors.count("\n")) == (2, 1)
    assert "in.jsonl: no such file" in errors


def test_fhir_lines_stay_in_order(run: Run, tmp_path: Path, patient: Path) -> None:
    subject = {"reference": "Patient/pat-00017"}
    observation = {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "code": {"text": "Weight of Zyxwish"},
        "subject": subject,
        "effectiveDateTime": "2024-03-05",
    }
    person = json.loads(patient.read_text()) | {"id": "pat-00017"}
    practitioner = {"resourceType": "Practitioner", "id": "d1"}
    source = put_lines(tmp_path / "in.ndjson", observation, "oops", practitioner, person)
    target = tmp_path / "out" / "copy.ndjson"
    target.parent.mkdir()
    status, out, errors = run("deidentify", str(source), str(target))
    assert (status, out) == (1, "")
    assert "left out: 1 Practitioner: no rules" in errors
    assert "1 lines failed" in errors
    first, outcome, last = read_lines(target)
    assert [one["resourceType"] for one in (first, outcome, last)] == [
        "Observation",
        "OperationOutcome",
        "Patient",
    ]
    assert first["subject"] == {"reference": f"Patient/{last['id']}"}
    assert not [word for word in ("Zyxwish", "pat-00017", "03-05") if word in target.read_text()]
    assert list(target.parent.iterdir()) == [target]


WEIGHT = {
    "resourceType": "Observation",
    "id": "o1",
    "status": "final",
    "code": {"text": "Weight"},
    "subject": {"reference": "Patient/pat-00017"},
}


def test_nothing_released_is_a_failure(run: Run, tmp_path: Path) -> None:
    """Without the Patient, all of a file of one type is withheld."""
    source, target = put_lines(tmp_path / "in.ndjson", WEIGHT, WEIGHT), tmp_path / "out.ndjson"
    status, _, errors = run("deidentify", str(source), str(target))
    assert status == 1
    assert "withheld: 2 Observation: its patient is not in these files" in errors
    assert "nothing is released" in errors
    assert [one["resourceType"] for one in read_lines(target)] == ["OperationOutcome"] * 2


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([WEIGHT, {"resourceType": "Patient", "id": "p2"}], "withheld: 1 Observation"),
        ([{"resourceType": "Practitioner"}], "left out: 1 Practitioner"),
    ],
)
def test_what_is_withheld_in_part_or_left_out_is_no_failure(
    run: Run, tmp_path: Path, lines: list[dict[str, Any]], said: str
) -> None:
    source = put_lines(tmp_path / "in.ndjson", *lines)
    status, _, errors = run("deidentify", str(source), str(tmp_path / "out.ndjson"))
    assert status == 0
    assert said in errors
    assert "nothing is released" not in errors


@pytest.mark.timeout(300)
def test_an_interrupted_run_leaves_no_half_file(
    tmp_path: Path, interrupted: Callable[..., Any]
) -> None:
    lines = [{"id": n, "text": f"Cough since {n} days. " * 200} for n in range(2000)]
    source, target = put_lines(tmp_path / "in.jsonl", *lines), tmp_path / "out" / "copies.jsonl"
    target.parent.mkdir()
    command = [sys.executable, "-m", "server", "deidentify", str(source), str(target)]

    def has_begun() -> bool:
        return any(path.stat().st_size for path in left_behind(target.parent))

    with interrupted(command, signal.SIGTERM, has_begun) as errors:
        assert "Traceback" not in errors
    assert list(target.parent.iterdir()) == []
