"""Which resource the criteria of a conditional interaction mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from itertools import count, groupby
from typing import Any

from server.database import Connection
from server.trial.clauses import Clause, where
from server.trial.query import Condition

Criteria = tuple[str, Sequence[Condition]]
"""A resource type and the conditions on it."""


async def matches(
    connection: Connection, criteria: Sequence[Criteria], base_url: str
) -> list[list[str]]:
    """Return the ids that each of the criteria matches, at most two of each: two are too many."""
    found: list[list[str]] = [[] for _ in criteria]
    clauses = [
        (number, _of_type(kind, where(conditions, base_url)))
        for number, (kind, conditions) in enumerate(criteria)
    ]
    # A transaction has many alike, which are one statement: planning each takes longest.
    clauses.sort(key=lambda one: one[1].sql)
    for _, alike in groupby(clauses, key=lambda one: one[1].sql):
        statement = _together(list(alike))
        # A plan made when the tables were empty would be kept for good.
        cursor = await connection.execute(statement.sql, statement.values, prepare=False)
        for row in await cursor.fetchall():
            found[row["number"]].append(row["id"])
    return found


def _of_type(resource_type: str, clause: Clause) -> Clause:
    return Clause(f"r.type = %s AND {clause.sql}", (resource_type, *clause.values))


def _together(alike: Sequence[tuple[int, Clause]]) -> Clause:
    """Return one statement for clauses that differ in their values only."""
    rows = [(number, *clause.values) for number, clause in alike]
    places = count()
    condition = re.sub("%s", lambda _: f"c.p{next(places)}", alike[0][1].sql)
    kinds = ["int", *map(_kind, rows[0][1:])]
    names = ["number", *(f"p{place}" for place in range(len(kinds) - 1))]
    parts = (
        "SELECT c.number, m.id FROM unnest(",
        ", ".join(f"%s::{kind}[]" for kind in kinds),
        f") AS c ({', '.join(names)}) CROSS JOIN LATERAL (",
        "SELECT r.id FROM trial.resource r WHERE r.current AND r.body IS NOT NULL AND",
        condition,
        "LIMIT 2) AS m",
    )
    columns = tuple([row[place] for row in rows] for place in range(len(kinds)))
    return Clause(" ".join(parts), columns)


def _kind(value: Any) -> str:
    return "timestamptz" if isinstance(value, datetime) else "text"
