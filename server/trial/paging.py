"""Pages: a cursor says after which row the next page starts.

A cursor holds the sort values of the last row, not a row count, so that no resource is lost or
seen twice when others are written in between.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from urllib.parse import urlencode

import orjson

from mappers.types import Resource
from server.trial.clauses import Clause
from server.trial.errors import UnsupportedSearch
from server.trial.query import Pair


def encode_cursor(values: Sequence[str]) -> str:
    """Write the sort values of a row, each as text."""
    return base64.urlsafe_b64encode(orjson.dumps(list(values))).decode().rstrip("=")


def decode_cursor(text: str, length: int) -> list[str]:
    """Read what `encode_cursor` wrote.

    Raises:
        UnsupportedSearch: not a cursor of this store and this order.
    """
    try:
        padded = text + "=" * (-len(text) % 4)
        values = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        values = None
    if (
        not isinstance(values, list)
        or len(values) != length
        or not all(isinstance(value, str) and "\0" not in value for value in values)
    ):
        raise UnsupportedSearch("_cursor is not one of this search; start at the first page")
    return values


def after(keys: Sequence[tuple[Clause, str, bool]], values: Sequence[str]) -> Clause:
    """Return the clause that holds for all rows behind these sort values.

    Each key is an expression, the type of its values and whether it descends.
    """
    options: list[str] = []
    placed: list[object] = []
    for depth, (expression, kind, descending) in enumerate(keys):
        parts = []
        for (earlier, earlier_kind, _), value in zip(keys[:depth], values, strict=False):
            parts.append(f"{earlier.sql} = %s::{earlier_kind}")
            placed += [*earlier.values, value]
        parts.append(f"{expression.sql} {'<' if descending else '>'} %s::{kind}")
        placed += [*expression.values, values[depth]]
        options.append(f"({' AND '.join(parts)})")
    return Clause(f"({' OR '.join(options)})", tuple(placed))


def links(url: str, pairs: Sequence[Pair], cursor: str | None) -> list[Resource]:
    """Return Bundle.link: self, and next while there is more."""
    found = [{"relation": "self", "url": _url(url, pairs)}]
    if cursor is not None:
        following = [*pairs, ("_cursor", cursor)]
        found.append({"relation": "next", "url": _url(url, following)})
    return found


def _url(url: str, pairs: Sequence[Pair]) -> str:
    return f"{url}?{urlencode(pairs)}" if pairs else url
