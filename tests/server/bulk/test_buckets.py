from __future__ import annotations

from itertools import groupby
from pathlib import Path

import pytest

from server.bulk import buckets as module
from server.bulk.buckets import Buckets
from server.bulk.lines import Line


@pytest.mark.parametrize("size", [32 * 2**20, 1000])
def test_lines_of_a_patient_come_together_documents_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(module, "_SIZE", size)
    source = tmp_path / "in.ndjson"
    source.write_bytes(b"x" * 20_000)
    given = []
    with Buckets(tmp_path, [source]) as buckets:
        for number in range(2_000):
            patient = f"Patient/{number % 70}" if number % 10 else None
            kind = "DocumentReference" if number % 7 == 0 else "Observation"
            data = b'{"n": %d, "k": "%s"}' % (number, kind.encode())
            line = Line("A", number, data, patient=patient or "")
            given.append(line)
            buckets.put(line, patient, kind)
        seen: list[int] = []
        found = [line for batch in buckets.batches(seen.append) for line in batch]
        assert sum(seen) == buckets.size
    stripped = [Line(one.name, one.number, one.data.strip(), None, one.patient) for one in found]
    assert sorted(stripped, key=lambda one: one.number) == given
    patients = [patient for patient, _ in groupby(stripped, key=lambda one: one.patient)]
    known = [patient for patient in patients if patient]
    assert len(known) == len(set(known)) == 63
    for patient, group in groupby(stripped, key=lambda one: one.patient):
        order = [b"DocumentReference" not in one.data for one in group]
        assert not patient or order == sorted(order)
    assert list(tmp_path.iterdir()) == [source]


def test_a_patient_with_very_many_lines_comes_in_parts(tmp_path: Path) -> None:
    with Buckets(tmp_path, []) as buckets:
        for number in range(1_200):
            buckets.put(Line("A", number, b"{}"), "Patient/1", "Observation")
        assert [len(batch) for batch in buckets.batches(lambda _: None)] == [500, 500, 200]


def test_faults_and_their_place_are_kept(tmp_path: Path) -> None:
    with Buckets(tmp_path, []) as buckets:
        (file,) = tmp_path.iterdir()
        assert file.stat().st_mode & 0o777 == 0o600
        buckets.put(Line("A.ndjson", 7, b"", "cut off"), None, "")
        buckets.put(Line("A.ndjson", 8, b"tab\there"), None, "")
        ((first, second),) = buckets.batches(lambda _: None)
    assert (first.name, first.number, first.fault) == ("A.ndjson", 7, "cut off")
    assert second.data == b"tab\there\n"
    assert second.fault is None
    assert not list(tmp_path.iterdir())
