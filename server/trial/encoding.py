"""JSON to and from text, without losing the digits of a decimal.

FHIR asks that 2.10 stays 2.10 (https://hl7.org/fhir/R4/json.html#decimal), so decimals are
read as `Decimal` and written as they were.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn

import orjson

from server.trial.errors import Invalid

# Written out, 1e400 would be a 400-digit number, and 1e400000000 would fill the memory.
LARGEST_EXPONENT = 100


def parse(body: bytes) -> Any:
    """Read JSON as UTF-8 from outside; a byte order mark is allowed.

    Raises:
        Invalid: not UTF-8, not JSON, nested too deeply, or with what could not be stored or
            written again (NUL, half of a surrogate pair). The message gives no content.
    """
    try:
        text = body.decode("utf-8-sig")
        value = parse_stored(text)
    except UnicodeDecodeError as error:
        raise Invalid(f"the body is not UTF-8 (byte {error.start})") from None
    except json.JSONDecodeError as error:
        raise Invalid(f"the body is not JSON (line {error.lineno}, column {error.colno})") from None
    except RecursionError:
        raise Invalid("the body is nested too deeply") from None
    except ValueError:
        raise Invalid("the body has a number that is out of range") from None
    if "\\u0000" in text and _has_nul(value):
        raise Invalid("a string holds the character U+0000, which FHIR does not allow")
    # What can be written has a depth that all who walk through it can bear.
    serialise(value)
    return value


def parse_stored(text: str) -> Any:
    """Read JSON that this store has written."""
    return json.loads(text, parse_float=_decimal, parse_constant=_constant)


def serialise(value: Any, *, sort_keys: bool = False) -> bytes:
    """Write JSON.

    Raises:
        Invalid: a string with half of a surrogate pair, an integer of more than 64 bits, or
            deeper nesting than 254 levels.
    """
    options = orjson.OPT_SORT_KEYS if sort_keys else None
    try:
        return orjson.dumps(value, default=_fragment, option=options)
    except TypeError:
        raise Invalid(
            "the body holds an unpaired surrogate, an integer over 64 bits,"
            " or more than 254 levels of nesting"
        ) from None


def _decimal(digits: str) -> Decimal:
    value = Decimal(digits)
    if abs(value.adjusted()) > LARGEST_EXPONENT:
        raise ValueError
    return value


def _constant(_: str) -> NoReturn:
    raise ValueError


def _fragment(value: object) -> orjson.Fragment:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f"))
    raise TypeError


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any("\0" in key or _has_nul(item) for key, item in value.items())
    return isinstance(value, list) and any(map(_has_nul, value))
