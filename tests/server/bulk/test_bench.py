from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from mappers.validation import validate
from server.bulk.bench import _found, write_records
from server.bulk.lines import find_files, read


@pytest.fixture
def records(tmp_path: Path) -> tuple[Path, dict[str, set[str]]]:
    return tmp_path / "in", write_records(tmp_path / "in", 5, 30, 10)


def test_the_records_are_valid_and_as_many_as_asked_for(
    records: tuple[Path, dict[str, set[str]]],
) -> None:
    folder, secrets = records
    lines = {path.stem: list(read(path, path.name)) for path in find_files(folder)}
    counts = {kind: len(found) for kind, found in lines.items()}
    expected = {"Patient": 5, "Practitioner": 5, "Observation": 15, "Condition": 15}
    assert counts == expected | {"DocumentReference": 10}
    resources = [orjson.loads(line.data) for found in lines.values() for line in found]
    assert not [broken for one in resources for broken in validate(one)]
    assert {len(found) for found in secrets.values()} == {5}


def test_what_went_in_is_found_again_also_in_attachments(
    records: tuple[Path, dict[str, set[str]]],
) -> None:
    folder, secrets = records
    found = _found(folder, secrets)
    assert found["ids"] >= 45
    assert found["family names"] >= 30
    for kind in ("Patient", "Condition", "Observation", "Practitioner"):
        (folder / f"{kind}.ndjson").unlink()
    assert _found(folder, secrets)["numbers"] == 10  # in the texts of the notes alone
