"""Which concept of the index a code of a release belongs to: its own, or a new one.

By the code, then by a mapping that says both mean one thing, then by an equal name. The last two
only where the concept has no code of that system yet: two codes of one system are two concepts.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from terminology.codesystem import groups
from terminology.codings import StoredCoding, parse
from terminology.normalization import name_hash, normalizer
from terminology.releases.stage import CODER, PREFERRED

_BY_CODE, _BY_MAP, _BY_NAME, _NEW = 1, 2, 3, 4

_IDENTIFYING = frozenset({"snomed", "rxnorm", "loinc", "umls"})


def hold(connection: sqlite3.Connection) -> None:
    """Note which codes the concepts of the index have; the index keeps only their hashes."""
    run = connection.execute
    run("CREATE TABLE stage.family (grp TEXT, grp_number INTEGER PRIMARY KEY, family TEXT)")
    rows = [(group.key, group.number, group.family) for group in groups().values()]
    connection.executemany("INSERT INTO stage.family VALUES (?, ?, ?)", rows)
    concepts = run(
        "SELECT m.id, f.family, m.codings, m.name FROM main.concept m"
        " JOIN stage.family f ON f.grp_number = m.grp"
    )
    for number, family, codings, name in concepts:
        hold_codings(connection, number, family, name, parse(codings, name))
    run("CREATE INDEX stage.held_by_concept ON held (concept, system)")
    run("CREATE INDEX stage.concept_by_home ON concept (home, system)")


def hold_codings(
    connection: sqlite3.Connection,
    number: int,
    family: str,
    name: str,
    codings: Iterable[StoredCoding],
) -> None:
    """Note the codes of one concept called `name`."""
    connection.executemany(
        "INSERT OR REPLACE INTO stage.held VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(c.system, c.code, family, number, c.mark, c.display, _stands(c, name)) for c in codings],
    )


def _stands(coding: StoredCoding, name: str) -> bool:
    return coding.system in _IDENTIFYING or (bool(coding.mark) and coding.display == name)


def find_homes(connection: sqlite3.Connection, new_from: int) -> None:
    """Fill `home` and `found` of every concept on the stage; new ones count from `new_from`.

    Codes without a group that the index does not know have no home.
    """
    _by_code(connection)
    _by_map(connection)
    _by_name(connection)
    _inherit_groups(connection)
    connection.execute(
        "UPDATE stage.concept SET found = ?, home = n.number FROM"
        " (SELECT system, code, ? + row_number() OVER (ORDER BY system, code) - 1 AS number"
        "  FROM stage.concept WHERE home IS NULL AND grp IS NOT NULL) n"
        " WHERE n.system = concept.system AND n.code = concept.code",
        (_NEW, new_from),
    )


def _by_code(connection: sqlite3.Connection) -> None:
    # The plus keeps SQLite from walking all concepts in their order to find the first.
    connection.execute(
        "UPDATE stage.concept AS c SET found = ?, home = (SELECT min(+h.concept) FROM stage.held h"
        " LEFT JOIN stage.family f ON f.grp = c.grp"
        " WHERE h.system = c.system AND h.code = c.code AND h.stands"
        "  AND (f.family = h.family OR c.grp IS NULL))",
        (_BY_CODE,),
    )


def _by_map(connection: sqlite3.Connection) -> None:
    connection.execute(
        "UPDATE stage.concept AS c SET found = ?, home = (SELECT h.concept FROM stage.map m"
        " JOIN stage.held h ON h.system = m.target_system AND h.code = m.target AND h.stands"
        " LEFT JOIN stage.family f ON f.grp = c.grp"
        " WHERE m.system = c.system AND m.code = c.code AND m.same"
        "  AND (f.family = h.family OR c.grp IS NULL) AND NOT EXISTS"
        "  (SELECT 1 FROM stage.held o WHERE o.concept = h.concept AND o.system = c.system)"
        " ORDER BY m.place, h.concept LIMIT 1) WHERE home IS NULL",
        (_BY_MAP,),
    )
    _one_each(connection, _BY_MAP)


def _by_name(connection: sqlite3.Connection) -> None:
    """By the name that both prefer, word for word in the same order."""
    merged = [group.key for group in groups().values() if group.merged_by_name]
    rows = connection.execute(
        "SELECT c.system, c.code, f.family, n.language, n.text FROM stage.concept c"
        " JOIN stage.family f ON f.grp = c.grp"
        " JOIN stage.name n ON n.system = c.system AND n.code = c.code"
        " WHERE c.home IS NULL AND n.kind IN (?, ?)"
        "  AND c.grp IN (SELECT value FROM json_each(?))"
        " ORDER BY c.system, c.code",
        (PREFERRED, CODER, json.dumps(merged)),
    )
    found = []
    for system, code, family, language, text in rows:
        home = _namesake(connection, system, family, language, text)
        if home is not None:
            found.append((_BY_NAME, home, system, code))
    connection.executemany(
        "UPDATE stage.concept SET found = ?, home = ? WHERE system = ? AND code = ?", found
    )
    _one_each(connection, _BY_NAME)


def _namesake(
    connection: sqlite3.Connection, system: str, family: str, language: str, text: str
) -> int | None:
    rules = normalizer(language)
    words = rules.tokens(text)
    if not words:
        return None
    rows = connection.execute(
        "SELECT m.id, m.name FROM main.name n JOIN main.concept m ON m.id = n.concept"
        " JOIN stage.family f ON f.grp_number = m.grp"
        " WHERE n.hash = ? AND n.term IS NULL AND f.family = ? AND NOT EXISTS"
        " (SELECT 1 FROM stage.held o WHERE o.concept = m.id AND o.system = ?) ORDER BY n.position",
        (name_hash(language, rules.key_of(words)), family, system),
    )
    return next((number for number, name in rows.fetchall() if rules.tokens(name) == words), None)


def _one_each(connection: sqlite3.Connection, found: int) -> None:
    """A concept takes in one code of a system; the others become concepts of their own."""
    # The pluses make SQLite look up by home, where few are, and not by system, where all are.
    connection.execute(
        "UPDATE stage.concept AS c SET home = NULL, found = 0"
        " WHERE found = ? AND home IS NOT NULL AND EXISTS"
        " (SELECT 1 FROM stage.concept o WHERE o.home = c.home AND +o.system = c.system"
        "  AND (o.found < c.found OR (o.found = c.found AND +o.code < c.code)))",
        (found,),
    )


def _inherit_groups(connection: sqlite3.Connection) -> None:
    connection.execute(
        "UPDATE stage.concept SET grp = (SELECT f.grp FROM main.concept m"
        " JOIN stage.family f ON f.grp_number = m.grp WHERE m.id = home)"
        " WHERE grp IS NULL AND home IS NOT NULL"
    )
