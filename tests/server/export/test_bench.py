from __future__ import annotations

import base64
from collections import Counter

import orjson
import pytest

from mappers.validation import validate
from server.export.bench import _share, _texts
from server.export.bench_data import PRACTITIONERS, World, generate


def test_what_is_made_is_valid_and_counted() -> None:
    world = World()
    made = list(generate(400, 2, world))
    counts = Counter(one["resourceType"] for one in made)
    assert counts.pop("Practitioner") == PRACTITIONERS
    assert counts == world.counts
    assert world.counts["DocumentReference"] == 2
    for one in made[:PRACTITIONERS:20] + made[PRACTITIONERS::30]:
        assert validate(one) == ()
    again = World()
    assert list(generate(400, 2, again)) == made


def test_every_patient_has_secrets_that_the_notes_tell() -> None:
    world = World()
    made = list(generate(400, 3, world))
    note = next(one for one in made if one["resourceType"] == "DocumentReference")
    text = base64.b64decode(note["content"][0]["attachment"]["data"]).decode()
    assert sum(secret in text for secret in world.secrets) >= 4
    # What the benchmark searches are the lines and the texts inside them.
    line, inner = _texts(orjson.dumps(note))
    assert inner == text
    assert text not in line


@pytest.mark.parametrize(
    ("progress", "share"),
    [("20 of 80 patients", 0.25), ("waiting", 0), ("", 0), ("0 of 0 patients", 0)],
)
def test_progress_is_read(progress: str, share: float) -> None:
    assert _share(progress) == share
