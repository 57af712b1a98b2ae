"""Five megabytes of text: far more than a note, and no reason to give up."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from server.settings import Settings

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

VISIT = """Mrs Halloway was seen in clinic on 3 March 2024, visit {}.
Past medical history: hypertension and type 2 diabetes mellitus.
Medications: metformin {} mg twice daily. Denies chest pain.
"""


def test_five_megabytes_are_read_in_time(start: Callable[[], AbstractContextManager[Any]]) -> None:
    text = "".join(VISIT.format(number, number % 1000) for number in range(31_000))
    assert len(text) > 5_000_000
    attachment = {
        "contentType": "text/plain; charset=utf-8",
        "data": base64.b64encode(text.encode()).decode(),
    }
    document = {
        "resourceType": "DocumentReference",
        "status": "current",
        "content": [{"attachment": attachment}],
    }
    with start() as server:
        server.until(
            lambda: server.client.get("/fhir/Subscription?status=active").json().get("entry")
        )
        started = time.monotonic()
        server.client.put("/fhir/DocumentReference/long", json=document | {"id": "long"})
        server.until(lambda: server.jobs()["done"] + server.jobs()["parked"] > 0, 280)
        seconds = time.monotonic() - started
        print(f"{len(text)} characters: {seconds:.1f} s")  # noqa: T201
        assert server.jobs()["done"] == 1
        (condition, *_) = server.client.get("/fhir/Condition?_count=1").json()["entry"]
        assert condition["resource"]["code"]["text"]
        assert seconds < 0.75 * Settings.model_fields["note_seconds"].default
