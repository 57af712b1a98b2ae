"""`chartloom terminology build --release`, as a site runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from server.cli import main

CODE = "00001 I2199   1 Infarct by tin                                               Infarct by tin"


@pytest.fixture
def release(tmp_path: Path) -> Path:
    path = tmp_path / "icd10cm_order_2025.txt"
    path.write_text(CODE + "\n")
    return path


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["chartloom", "terminology", *map(str, arguments)])
        handler = signal.getsignal(signal.SIGTERM)
        try:
            with pytest.raises(SystemExit) as exit_:
                main()
        finally:
            signal.signal(signal.SIGTERM, handler)
        return int(exit_.value.code or 0), *capfd.readouterr()

    return run


def test_a_release_is_added_to_the_built_in_index(
    run, release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "site.sqlite"
    status, told, progress = run("build", "--release", release, out)
    assert status == 0
    assert "ICD-10-CM (CMS) 2025 (icd10cm_order_2025.txt): 1 names" in told
    assert "do not pass it on" in told
    assert "reading icd10cm_order_2025.txt" in progress
    monkeypatch.setenv("CHARTLOOM_TERMINOLOGY_INDEX", str(out))
    assert "I21.99" in run("link", "infarct by tin")[1]
    assert "22298006" in run("link", "heart attack")[1]
    assert "US government work" in run("stats")[1]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("no code here", "icd10cm_order_2025.txt:1: not a row of code and title"),
        (None, "there is no such folder or file"),
    ],
)
def test_a_bad_release_is_one_line(run, release: Path, tmp_path: Path, content, said) -> None:
    if content is None:
        release.unlink()
    else:
        release.write_text(content)
    status, _, errors = run("build", "--release", release, tmp_path / "site.sqlite")
    assert status == 1
    assert errors.rstrip().splitlines()[-1].startswith("chartloom: SourceMalformed: ")
    assert said in errors
    assert not (tmp_path / "site.sqlite").exists()


def test_an_output_that_cannot_be_written(run, release: Path, tmp_path: Path) -> None:
    out = tmp_path / "none" / "site.sqlite"
    status, _, errors = run("build", "--release", release, out)
    assert status == 2
    assert f"chartloom: {out}: No such file or directory" in errors


def test_a_build_that_is_stopped_leaves_nothing(release: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with release.open("a") as file:
        file.writelines(f"{CODE}\n" for _ in range(300_000))
    command = [sys.executable, "-c", "from server.cli import main; main()", "terminology", "build"]
    process = subprocess.Popen(
        [*command, "--release", str(release), str(out / "site.sqlite")],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert process.stderr is not None
    while "reading" not in process.stderr.readline():
        time.sleep(0.01)
    assert list(out.iterdir()) != []
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode != 0
    assert list(out.iterdir()) == []
