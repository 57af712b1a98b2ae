"""One rich, valid resource of each type, full of the words of Zoë Wetherden."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest

from mappers.deidentification.document import StoredCopy
from mappers.deidentification.release import Release
from mappers.known import to_known
from models.recognizing.known import KnownIdentifiers

RESOURCES = json.loads(Path(__file__).with_name("resources.json").read_text("utf-8"))
NOTE = "Zoë Wetherden, born 5 March 1950, has gout. 😀 MRN 00-1234-5."
SOURCE = "DocumentReference/doc-771100/_history/2"
COPY = StoredCopy(
    text="[NAME], born [DATE], has gout. 😀 MRN [ID].",
    language="en",
    source=SOURCE,
    replacements={"NAME": 1, "DATE": 1, "ID": 1},
    offsets=((0, 13, 0, 6), (20, 32, 13, 19), (50, 59, 37, 41)),
    mode="tag",
    annotations=b'{"entities":[],"relations":[]}',
)


@pytest.fixture
def resources():
    """Each type's resource, to be changed at will."""
    return copy.deepcopy(RESOURCES)


@pytest.fixture
def subject():
    return "Patient/pat-990817"


@pytest.fixture
def note():
    return NOTE


@pytest.fixture
def copies():
    return {SOURCE: COPY}


@pytest.fixture
def known():
    doctor = {"resourceType": "Practitioner", "id": "dr-lowmoor", "name": [{"family": "Lowmoor"}]}
    return to_known([RESOURCES["Patient"], doctor])


@pytest.fixture
def release(subject, known, copies):
    """Release a resource: `release(resource, mode=..., text=..., key=...)`."""

    def run(resource, *, key=b"a key of this test alone", mode="tag", text=None, **options):
        given = {"subject": subject, "known": known, "copies": copies}
        given |= {name: options.pop(name) for name in tuple(options) if name in given}
        made = Release(key, mode, text, **options)
        return made(resource, given["subject"], given["known"], given["copies"])

    return run


@pytest.fixture
def nobody():
    return KnownIdentifiers()
