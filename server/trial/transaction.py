"""Bundles of type transaction and batch.

https://hl7.org/fhir/R4/http.html#transaction
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl

from mappers.types import Resource
from server.database import Connection
from server.outcome import operation_outcome
from server.trial.dates import instant
from server.trial.entries import Entry, Get, read_entry
from server.trial.errors import Invalid, TrialStoreError
from server.trial.query import parse_query
from server.trial.search import search, to_searchset
from server.trial.types import Write, Written
from server.trial.versions import read
from server.trial.writing import perform

# What is deleted first can be created anew; what is read last is read as it became.
_ORDER: Final = {"DELETE": 0, "POST": 1, "PUT": 2}


async def transact(
    connection: Connection,
    entries: Sequence[Any],
    base_url: str,
    *,
    with_resources: bool = False,
    validated: bool = False,
) -> Resource:
    """Do all entries in the transaction that `connection` is in, or raise.

    `validated` as in `check_resource`.

    Raises:
        TrialStoreError: any; the message says which entry.
    """
    checked = [
        read_entry(entry, number, base_url, validated=validated)
        for number, entry in enumerate(entries)
    ]
    _refuse_same_full_urls(checked)
    writes = [entry for entry in checked if isinstance(entry, Write)]
    ordered = sorted(writes, key=lambda write: _ORDER[write.method])
    results = await perform(connection, ordered, base_url, in_bundle=True)
    written = {id(write): result for write, result in zip(ordered, results, strict=True)}
    answers = [
        await _get(connection, entry, base_url)
        if isinstance(entry, Get)
        else _answer(written[id(entry)], base_url, with_resources=with_resources)
        for entry in checked
    ]
    return {"resourceType": "Bundle", "type": "transaction-response", "entry": answers}


async def do_alone(
    connection: Connection,
    entry: Any,
    number: int,
    base_url: str,
    *,
    with_resources: bool = False,
) -> Resource:
    """Do one entry of a batch in its own transaction.

    Raises:
        TrialStoreError: any.
    """
    checked = read_entry(entry, number, base_url)
    if isinstance(checked, Get):
        return await _get(connection, checked, base_url)
    results = await perform(connection, [checked], base_url)
    return _answer(results[0], base_url, with_resources=with_resources)


def to_failed_entry(error: TrialStoreError) -> Resource:
    """Return the answer to the entry of a batch that failed."""
    place = () if error.expression is None else (error.expression,)
    outcome = operation_outcome("error", error.issue, str(error), expression=place)
    return {"response": {"status": _status(error.status), "outcome": outcome}}


def _refuse_same_full_urls(entries: Sequence[Entry]) -> None:
    urls = [entry.full_url for entry in entries if isinstance(entry, Write) and entry.full_url]
    if len(set(urls)) < len(urls):
        raise Invalid("two entries have the same fullUrl", expression="Bundle.entry.fullUrl")


async def _get(connection: Connection, entry: Get, base_url: str) -> Resource:
    try:
        if entry.id is None:
            query = parse_query(entry.type, parse_qsl(entry.query, keep_blank_values=True))
            page = await search(connection, query, base_url)
            found = to_searchset(page, query, base_url)
            return {"resource": found, "response": {"status": _status(200)}}
        number = None if entry.version is None else _number(entry.version)
        version = await read(connection, (entry.type, entry.id), number)
    except TrialStoreError as error:
        raise error.at(entry.place) from None
    return {
        "fullUrl": f"{base_url}/{version.reference}",
        "resource": version.resource(),
        "response": {
            "status": _status(200),
            "etag": version.etag,
            "lastModified": instant(version.updated),
        },
    }


def _number(text: str) -> int:
    # A version that is no number was never given: number 0 is not found.
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _answer(result: Written, base_url: str, *, with_resources: bool) -> Resource:
    response: Resource = {"status": _status(result.status)}
    version = result.version
    if version is None:
        return {"response": response}
    response |= {"etag": version.etag, "lastModified": instant(version.updated)}
    if version.body is None:
        return {"response": response}
    url = f"{base_url}/{version.reference}"
    response["location"] = f"{url}/_history/{version.number}"
    answer: Resource = {"fullUrl": url, "response": response}
    if with_resources:
        answer["resource"] = version.resource()
    return answer


def _status(code: int) -> str:
    return f"{code} {HTTPStatus(code).phrase}"
