"""`_typeFilter`: which searches a client may narrow an export by.

Only coded elements (kinds.toml). A filter by name, number or date would tell of the export what
de-identification took out of it, such as the pseudonym of a person, or the shift of the dates.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final
from urllib.parse import parse_qsl, urlencode

from server.errors import ParameterUnsupported, RequestInvalid
from server.export.kinds import KINDS

MODIFIERS: Final = frozenset({"", "above", "below", "in", "missing", "not", "not-in"})
_NEXT: Final = re.compile(r",(?=[A-Z][A-Za-z]+\?)")


def split_filters(text: str) -> list[str]:
    """Split what is joined by commas; a comma in the value of a search stays."""
    return _NEXT.split(text)


def check_filter(text: str, types: Collection[str]) -> tuple[str, str]:
    """Return type and query of one filter, `Condition?category=problem-list-item`.

    Raises:
        RequestInvalid: it does not have this form.
        ParameterUnsupported: a type that is not exported, or a parameter that is not allowed.
    """
    name, mark, query = text.partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)
    if not mark or not pairs or not re.fullmatch(r"[A-Z][A-Za-z]{1,40}", name):
        raise RequestInvalid("_typeFilter: each has the form Type?parameter=value")
    if name not in types:
        raise ParameterUnsupported(f"_typeFilter: {name} is not among the types of this export")
    for parameter, value in pairs:
        _check_pair(name, parameter, value)
    return name, urlencode(pairs)


def _check_pair(kind: str, parameter: str, value: str) -> None:
    allowed = KINDS[kind].filters
    base, _, modifier = parameter.partition(":")
    if base not in allowed or modifier not in MODIFIERS:
        names = ", ".join(sorted(allowed)) or "none"
        raise ParameterUnsupported(
            f"_typeFilter: of {kind} only coded elements can be filtered by: {names}"
        )
    if not value or "\0" in value:
        raise RequestInvalid(f"_typeFilter: {base} has no value")
