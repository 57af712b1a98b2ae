from __future__ import annotations

import json
import lzma
from collections.abc import Callable
from pathlib import Path

import orjson
import psycopg
import pytest

Run = Callable[..., tuple[int, str, str]]


NOTE = "Hypertension. Denies chest pain. Started metformin 500 mg twice daily. Dr. Jane Example."


def test_extract_prints_json_with_offsets_that_read_back(run: Run) -> None:
    status, out, _ = run("extract", stdin=NOTE)
    assert status == 0
    entities = json.loads(out)["entities"]
    assert entities
    for entity in entities:
        assert NOTE[entity["start"] : entity["end"]] == entity["text"]
    metformin = next(entity for entity in entities if entity["text"] == "metformin")
    assert metformin["type"] == "DRUG"
    assert metformin["rxnorm"] == "6809"


def test_extract_prints_a_transaction(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "note.txt"
    file.write_text(NOTE)
    status, out, _ = run("extract", str(file), "--format", "fhir", "--subject", "Patient/1")
    bundle = json.loads(out)
    assert status == 0
    assert bundle["type"] == "transaction"
    conditions = [
        entry["resource"]
        for entry in bundle["entry"]
        if entry["resource"]["resourceType"] == "Condition"
    ]
    assert all(condition["subject"] == {"reference": "Patient/1"} for condition in conditions)


def test_deidentify_searches_for_known_identifiers(run: Run, tmp_path: Path) -> None:
    patient = tmp_path / "patient.json"
    patient.write_text('{"resourceType": "Patient", "name": [{"family": "Zyxwish"}]}')
    text = "zyxwish was seen for cough."
    status, out, _ = run("deidentify", "--known", str(patient), stdin=text)
    assert (status, out) == (0, "[NAME] was seen for cough.")


def test_annotate_keeps_order_and_reports_bad_lines(run: Run, tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    lines = [
        json.dumps({"id": "a", "text": NOTE, "lang": "en", "entities": []}),
        "not json",
        json.dumps({"id": "c"}),
        json.dumps({"id": "d", "text": "Husten und Fieber.", "lang": "de"}),
        json.dumps({"id": "e", "text": "No fever. \U0001f600 Cough."}),
    ]
    source.write_text("\n".join(lines) + "\n")
    status, _, errors = run("annotate", str(source), str(target))
    answers = [json.loads(line) for line in target.read_text().splitlines()]
    assert status == 1
    assert "3 lines" in errors
    assert [answer["id"] for answer in answers] == ["a", 2, "c", "d", "e"]
    assert ["error" in answer for answer in answers] == [False, True, True, True, False]
    assert "chest pain" in [
        entity["text"]
        for entity in answers[0]["entities"]
        if entity["assertion"]["presence"] == "absent"
    ]
    for answer, text in ((answers[0], NOTE), (answers[4], "No fever. \U0001f600 Cough.")):
        for found in (*answer["entities"], *answer["phi"]):
            assert text[found["start"] : found["end"]] == found["text"]


def test_annotate_does_not_overwrite_its_input(run: Run, tmp_path: Path) -> None:
    notes = tmp_path / "notes.jsonl"
    notes.write_text('{"id": "a", "text": "Cough."}\n')
    assert run("annotate", str(notes), str(notes))[0] == 2
    assert "Cough." in notes.read_text()


def test_terminology_links_and_looks_up(run: Run) -> None:
    assert "22298006" in run("terminology", "link", "heart attack")[1]
    assert "Myocardial infarction" in run("terminology", "lookup", "snomed", "22298006")[1]
    assert "snomed_ips_freeset" in run("terminology", "stats")[1]
    assert run("terminology", "link", "no such thing at all")[0] == 1


def test_terminology_links_in_the_language_that_fits(run: Run) -> None:
    assert "233604007" in run("terminology", "link", "neumonía")[1]
    assert "233604007" in run("terminology", "link", "longontsteking")[1]
    assert "233604007" not in run("terminology", "link", "longontsteking", "--lang", "es")[1]


def test_terminology_is_evaluated(run: Run, tmp_path: Path) -> None:
    text = "Migraine today."
    said = {"start": 0, "end": 8, "label": "Disease", "codes": {"mesh": "D008881"}}
    document = {"id": "1", "lang": "en", "text": text, "entities": [said]}
    (tmp_path / "en" / "bc5cdr").mkdir(parents=True)
    split = tmp_path / "en" / "bc5cdr" / "dev.jsonl.xz"
    split.write_bytes(lzma.compress(orjson.dumps(document)))
    assert "| 1.000 |" in run("terminology", "evaluate", "--corpora", str(tmp_path))[1]
    status, printed, _ = run("terminology", "evaluate", "--corpora", str(tmp_path), "--json")
    assert status == 0
    assert orjson.loads(printed)[0]["scores"]["correct"] == 1
    assert run("terminology", "evaluate", "--corpora", str(tmp_path / "none"))[0] != 0


def test_terminology_links_a_table(run: Run, tmp_path: Path) -> None:
    source, target = tmp_path / "in.tsv", tmp_path / "out.tsv"
    source.write_text("mention\tlang\tgroup\nheart attack\ten\tdisorder\nxyzzy\ten\t\n")
    status, _, _ = run("terminology", "link", "--file", str(source), str(target))
    header, first, second = target.read_text().splitlines()
    assert status == 0
    assert header.split("\t")[3:5] == ["system", "code"]
    assert first.split("\t")[3:5] == ["http://snomed.info/sct", "22298006"]
    assert second.split("\t")[3:5] == ["", ""]


def test_models_are_listed_and_shown(run: Run) -> None:
    listed = {
        line.split()[0]: line for line in run("models", "list")[1].splitlines() if line.strip()
    }
    assert listed["clinical-en"].split()[3:5] == ["default", "Apache-2.0"]
    assert listed["relations-ddi"].split()[3:5] == ["opt-in", "CC-BY-NC-4.0"]
    assert run("models", "show", "clinical-en")[0] == 0
    assert run("models", "show", "none")[0] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("no-such-command",),
        ("extract", "--format", "cuneiform"),
        ("extract", "/no/such/file"),
        ("deidentify", "--known", "/no/such/file"),
        ("deidentify", "--mode", "surrogate"),
        ("annotate", "/no/such/file", "/dev/null"),
        ("terminology", "link"),
        ("terminology", "link", "x", "--lang", "zz"),
        ("jobs", "retry"),
        ("jobs", "list", "--state", "sleeping"),
        ("models", "evaluate", "--corpora", "/no/such/folder"),
    ],
)
def test_wrong_use_is_one_line_and_status_2(run: Run, arguments: tuple[str, ...]) -> None:
    status, out, errors = run(*arguments, stdin="text")
    assert status == 2
    assert out == ""
    assert len(errors.splitlines()) == 1
    assert errors.startswith("chartloom: ")


def test_a_wrong_setting_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARTLOOM_PORT", "eighty")
    status, _, errors = run("serve")
    assert status == 2
    assert len(errors.splitlines()) == 1
    assert "port" in errors


def test_input_that_is_not_utf8_is_refused_without_its_text(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "note.txt"
    file.write_bytes(b"Mrs Secret \xff\xfe")
    status, _, errors = run("extract", str(file))
    assert status == 2
    assert "Secret" not in errors


def test_jobs_are_listed_shown_and_tried_again(
    run: Run, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    assert run("jobs", "list")[0] == 0  # creates the tables
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO chartloom_job (reference, version, pipeline, state, reason)"
            " VALUES ('DocumentReference/7', '1', 'p', 'parked', 'NoteEmpty: white space')"
        )
    status, out, _ = run("jobs", "list", "--state", "parked")
    assert status == 0
    assert "DocumentReference/7" in out
    assert "NoteEmpty: white space" in out
    assert "NoteEmpty" in run("jobs", "show", "1")[1]
    assert "queued 1" in run("jobs", "retry", "--all")[2]
    assert "queued 0" in run("jobs", "retry", "--all")[2]
    assert run("jobs", "retry", "1")[0] == 1  # it is queued already
    assert "DocumentReference/7" not in run("jobs", "list", "--state", "parked")[1]
    assert run("jobs", "show", "99")[0] == 1
