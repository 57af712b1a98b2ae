"""`chartloom bulk` from files to files."""

from __future__ import annotations

import gzip
import json
import lzma
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from server.bulk.outputs import MARK, PEOPLE

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def no_site_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARTLOOM_PROCESSES", "1")
    monkeypatch.delenv("CHARTLOOM_DEID_KEY_FILE", raising=False)


def read(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_both_outputs_with_manifest_report_and_dictionary(
    run: Run, source: Path, tmp_path: Path, record: Any
) -> None:
    target = tmp_path / "out"
    status, out, errors = run("bulk", str(source), str(target), "--output", "both")
    assert (status, out) == (0, "")
    assert "thrown away" in errors
    assert "1 notes read, 0 lines failed" in errors
    assert not [secret for secret in record.secrets if secret in errors]
    written = names(target)
    assert {MARK, "fhir/manifest.json", "fhir/Condition.ndjson", "fhir/Device.ndjson"} <= written
    assert {"deidentified/report.json", "deidentified/dictionary.json"} <= written
    assert not {"errors.ndjson", PEOPLE} & written
    assert {path.stat().st_mode & 0o777 for path in target.rglob("*") if path.is_file()} == {0o600}
    for folder in ("fhir", "deidentified"):
        manifest = json.loads((target / folder / "manifest.json").read_text())
        counts = {file["url"]: file["count"] for file in manifest["output"]}
        assert set(counts) == {name for name in names(target / folder) if "ndjson" in name}
        assert all(len(read(target / folder / name)) == count for name, count in counts.items())
    report = json.loads((target / "deidentified" / "report.json").read_text())
    assert report["key"].startswith("thrown away")
    assert report["notesRead"] == 1
    assert {"element": "Patient.birthDate", "method": "generalize", "count": 1} in report["methods"]
    assert report["versions"]["de-identification"] == "tag"
    released = "".join(path.read_text() for path in (target / "deidentified").iterdir())
    assert not [secret for secret in record.secrets if secret in released]


@pytest.mark.usefixtures("inline")
def test_the_site_key_gives_the_same_pseudonyms_again(
    run: Run, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    ids = []
    for key in ("k" * 32, "k" * 32, "l" * 32):
        (tmp_path / "key").write_text(key)
        monkeypatch.setenv("CHARTLOOM_DEID_KEY_FILE", str(tmp_path / "key"))
        arguments = ("--output", "deidentified", "--mode", "surrogate")
        status, _, errors = run("bulk", str(source), str(target), *arguments)
        assert status == 0
        assert "thrown away" not in errors
        ids.append([one["id"] for one in read(target / "deidentified" / "Patient.ndjson")])
        assert json.loads((target / "deidentified" / "report.json").read_text())["mode"] == (
            "surrogate"
        )
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.usefixtures("inline")
def test_a_run_that_releases_nothing_fails(run: Run, source: Path, tmp_path: Path) -> None:
    (source / "Patient.ndjson").unlink()
    target = tmp_path / "out"
    status, _, errors = run("bulk", str(source), str(target), "--output", "deidentified")
    assert status == 1
    assert "nothing is released: every resource is withheld" in errors
    assert run("bulk", str(source), str(target), "--output", "both")[0] == 0


@pytest.mark.usefixtures("inline")
def test_bad_lines_and_packed_files(run: Run, source: Path, tmp_path: Path, record: Any) -> None:
    for name, pack in (("Patient", gzip.compress), ("DocumentReference", lzma.compress)):
        file = source / f"{name}.ndjson"
        suffix = ".gz" if pack is gzip.compress else ".xz"
        file.with_name(f"{name}.ndjson{suffix}").write_bytes(pack(file.read_bytes()))
        file.unlink()
    record.write(source, **{"Jane Zyxwish": [b"oops, Zyxwish"], "Device.2": [b"[]"]})
    target = tmp_path / "out"
    status, _, errors = run("bulk", str(source), str(target))
    assert status == 1
    assert "1 notes read, 2 lines failed" in errors
    outcomes = read(target / "errors.ndjson")
    said = sorted(one["issue"][0]["diagnostics"] for one in outcomes)
    assert said[0].startswith("Device.2.ndjson line 1: ")
    assert said[1].startswith("file 4 line 1: ")  # its name is no type's
    assert "Zyxwish" not in str(outcomes)
    assert (target / "fhir" / "MedicationStatement.ndjson").exists()


@pytest.mark.usefixtures("inline")
def test_only_folders_of_ours_are_written_anew(run: Run, source: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    (target / "fhir").mkdir(parents=True)
    (target / "fhir" / "Condition.ndjson").write_text("somebody else's")
    assert run("bulk", str(source), str(target))[0] == 2
    assert (target / "fhir" / "Condition.ndjson").read_text() == "somebody else's"
    (target / MARK).touch()  # as an interrupted run leaves it
    (target / PEOPLE).write_text("Zyxwish")
    (target / "fhir" / ".chartloom-x1").write_text("half")
    (target / "deidentified").mkdir()
    (target / "deidentified" / "Patient.ndjson").write_text("older")
    (target / "notes.md").write_text("my own")
    assert run("bulk", str(source), str(target))[0] == 0
    assert {"notes.md", "fhir/Condition.ndjson"} <= names(target)
    assert not {PEOPLE, "fhir/.chartloom-x1", "deidentified/Patient.ndjson"} & names(target)


@pytest.mark.parametrize(
    "arguments",
    [
        ("{in}", "{in}/out"),
        ("{in}", "{in}"),
        ("{in}", "{in}/Patient.ndjson"),
        ("{none}", "{out}"),
        ("{empty}", "{out}"),
        ("{in}", "{out}", "--engine", "abacus"),
        ("{in}", "{out}", "--output", "everything"),
        ("{in}", "{out}", "--mode", "surrogate"),
    ],
)
def test_wrong_use_is_one_line_and_status_2(
    run: Run, source: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "empty").mkdir()
    places = {name: tmp_path / name for name in ("in", "out", "none", "empty")}
    before = names(tmp_path)
    status, out, errors = run("bulk", *(one.format_map(places) for one in arguments))
    assert (status, out) == (2, "")
    assert len(errors.splitlines()) == 1
    assert errors.startswith("chartloom: ")
    assert names(tmp_path) == before


def has_written(folder: Path) -> bool:
    return folder.is_dir() and any(path.stat().st_size for path in folder.iterdir())


@pytest.mark.timeout(300)
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_an_interrupted_run_leaves_nothing_but_its_mark(
    tmp_path: Path, record: Any, ending: signal.Signals, interrupted: Callable[..., Any]
) -> None:
    notes = [record.document(id=f"note-{number}") for number in range(3000)]
    source = record.write(tmp_path / "in", DocumentReference=notes, Patient=[record.patient])
    target = tmp_path / "out"
    command = [sys.executable, "-m", "server", "bulk", str(source), str(target)]
    with interrupted(command, ending, lambda: has_written(target / "fhir")) as errors:
        assert "Traceback" not in errors
    assert names(target) == {MARK}
