from __future__ import annotations

from server.job import Job, version_of


def test_a_version_is_named_by_the_best_that_a_store_gives() -> None:
    instant = "2026-03-01T08:00:00Z"
    assert version_of({"meta": {"versionId": "3", "lastUpdated": instant}}) == "3"
    assert version_of({"meta": {"lastUpdated": instant}}) == instant
    first = version_of({"id": "1", "status": "current"})
    assert first
    assert version_of({"status": "current", "id": "1"}) == first
    assert version_of({"id": "1", "status": "superseded"}) != first
    assert Job.of({"id": "1", "meta": {"versionId": "3"}}, "p1") == Job(
        "DocumentReference/1", "3", "p1"
    )
