"""Asking the remote terminology server what the index does not know."""

from __future__ import annotations

from mappers.types import Resource
from mappers.validation import validate
from server.codes.definition import Operation
from server.codes.inputs import Inputs
from server.codes.service import CONCEPT_MAP, VALUE_SETS
from terminology.errors import RemoteFailed
from terminology.remote import RemoteServer

ANSWERS = {"expand": "ValueSet"}
"""What an operation answers, by its code; the others answer Parameters."""


def ask(server: RemoteServer, operation: Operation, inputs: Inputs) -> Resource | None:
    """Return the server's answer; None when it has none that is valid, or is not concerned.

    Our own value sets and our concept map are unknown elsewhere.
    """
    url = str(inputs.one("url") or "")
    if url.startswith(VALUE_SETS) or url == CONCEPT_MAP:
        return None
    parameters = [
        {"name": name, f"value{kind[0].upper()}{kind[1:]}": value}
        for name, kind in operation.parameters.items()
        for value in inputs.values.get(name, ())
    ]
    try:
        found = server.ask(f"{operation.type}/${operation.code}", parameters)
    except RemoteFailed:
        return None
    wanted = ANSWERS.get(operation.code, "Parameters")
    return found if found["resourceType"] == wanted and not validate(found) else None
