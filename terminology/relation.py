"""The ingredients of RxNorm's clinical drugs (relations.tsv.xz; other relations do not ship)."""

from __future__ import annotations

from pathlib import Path

from terminology.source import rows

_COLUMNS = ("source", "subject", "predicate", "object")
_PREFIX = "RXNORM:"


def ingredients(folder: Path) -> dict[str, list[str]]:
    """The RxCUIs of the ingredients by the RxCUI of the clinical drug; empty without the table.

    Raises:
        SourceMalformed: the table cannot be read.
    """
    path = folder / "relations.tsv.xz"
    found: dict[str, list[str]] = {}
    if not path.exists():
        return found
    for _, row in rows(path, _COLUMNS):
        if row["source"] != "rxnorm" or row["predicate"] != "has_ingredient":
            continue
        subject, target = row["subject"], row["object"]
        if subject.startswith(_PREFIX) and target.startswith(_PREFIX):
            found.setdefault(subject.removeprefix(_PREFIX), []).append(target.removeprefix(_PREFIX))
    return found
