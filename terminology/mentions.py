"""`terminology link --file`: a table of mentions in, the same table with codings out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import orjson

from terminology.codesystem import groups
from terminology.errors import MentionsMalformed
from terminology.linker import Linker
from terminology.normalization import languages
from terminology.types import Candidate

COLUMNS_IN = ("mention", "lang", "group")
COLUMNS_OUT = ("system", "code", "display", "score", "match", "codings")


@dataclass(frozen=True, slots=True)
class LinkedMentions:
    """How many mentions a file had, and how many of them got a coding."""

    mentions: int
    linked: int


def link_file(linker: Linker, source: Path, target: Path) -> LinkedMentions:
    """Link each row of a TSV file (UTF-8, header `mention lang group`, further columns stay).

    The target gets the same rows and columns, then the best coding, score and match, and a JSON
    list of all codings of the concept; cells are empty where nothing is good enough.

    Raises:
        MentionsMalformed: columns are missing, or a row has other columns than the header, or a
            language or group that there is not, or both are one file.
    """
    if target.exists() and target.samefile(source):
        raise MentionsMalformed(f"{source.name}: is the file to write, too; name another")
    mentions = linked = 0
    with (
        # Spreadsheets begin UTF-8 with a byte order mark.
        source.open(encoding="utf-8-sig", newline="\n") as rows,
        target.open("w", encoding="utf-8", newline="\n") as out,
    ):
        header = rows.readline().rstrip("\r\n").split("\t")
        if not set(COLUMNS_IN) <= set(header):
            wanted = ", ".join(COLUMNS_IN)
            raise MentionsMalformed(f"{source.name}:1: the columns are not {wanted}")
        out.write("\t".join((*header, *COLUMNS_OUT)) + "\n")
        for line, row in enumerate(rows, start=2):
            cells = row.rstrip("\r\n").split("\t")
            if len(cells) != len(header):
                raise MentionsMalformed(
                    f"{source.name}:{line}: {len(cells)} cells instead of {len(header)}"
                )
            found = _link(linker, dict(zip(header, cells, strict=True)), f"{source.name}:{line}")
            out.write("\t".join((*cells, *_cells(found))) + "\n")
            mentions += 1
            linked += found is not None
    return LinkedMentions(mentions, linked)


def _link(linker: Linker, row: dict[str, str], place: str) -> Candidate | None:
    language, group = row["lang"] or "en", row["group"] or None
    if language.split("-")[0].lower() not in languages():
        raise MentionsMalformed(f"{place}: lang is none of {', '.join(languages())}")
    if group is not None and group not in groups():
        raise MentionsMalformed(f"{place}: group is none of {', '.join(groups())}")
    found = linker.link(row["mention"], language=language, group=group)
    return found[0] if found else None


def _cells(found: Candidate | None) -> tuple[str, ...]:
    if found is None:
        return ("",) * len(COLUMNS_OUT)
    best = found.concept.codings[0]
    codings = [
        {"system": coding.system, "code": coding.code, "display": coding.display}
        for coding in found.concept.codings
    ]
    return (
        best.system,
        best.code,
        best.display,
        f"{found.score:.2f}",
        found.match,
        orjson.dumps(codings).decode(),
    )
