"""The four top-level packages: nobody else ships their names, and imports point one way."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from importlinter import cli

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("package", ["server", "mappers", "models", "terminology"])
def test_no_other_distribution_ships_a_package_of_this_name(package: str) -> None:
    assert set(packages_distributions().get(package, [])) <= {"chartloom"}


def test_imports_point_one_way() -> None:
    assert cli.lint_imports(config_filename=str(ROOT / "pyproject.toml")) == cli.EXIT_STATUS_SUCCESS


def test_the_runtime_does_not_import_torch() -> None:
    for package in ("server", "mappers", "models", "terminology"):
        for path in (ROOT / package).rglob("*.py"):
            if "training" not in path.parts:
                text = path.read_text("utf-8")
                assert "import torch" not in text, path
                assert "from torch" not in text, path


def test_every_licence_notice_of_the_index_is_in_notice() -> None:
    from terminology.index import Index

    notice = (ROOT / "NOTICE").read_text("utf-8")
    with Index() as index:
        for source in index.sources():
            assert source.notice in notice, source.key
            assert source.licence in notice, source.key


def test_nothing_is_written_to_the_home_of_the_user(tmp_path: Path) -> None:
    # onnxruntime keeps telemetry there unless it is told not to before it is imported.
    done = subprocess.run(
        [sys.executable, "-m", "server", "extract"],
        input=b"Hypertension.",
        env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]},
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    assert b"Hypertension" in done.stdout
    assert list(tmp_path.iterdir()) == []
