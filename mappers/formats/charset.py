"""Bytes to text, strictly: a wrong guess would move every offset and garble names."""

from __future__ import annotations

import codecs
import re

from mappers.errors import CharsetUnknown

# UTF-32 first: its little-endian mark begins with that of UTF-16.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# Python has codecs that are no character sets (zlib, unicode_escape, idna), some of them slow.
CHARACTER_SET = re.compile(
    r"ascii|utf-(8|16|32)(-[lb]e)?|iso8859-\d+|cp\d+|koi8-[rut]|mac-\w+|hp-roman8|tis-620|ptcp154"
    r"|gb2312|gbk|gb18030|hz|big5\w*|euc_\w+|shift_jis\w*|iso2022_\w+|johab"
)
NAME = re.compile(r"[\w.:+-]{1,40}", re.ASCII)


def codec(name: str) -> str:
    """Find Python's codec for the name of a character set.

    Raises:
        CharsetUnknown: no such character set; the name is repeated only if it looks like one.
    """
    shown = f"charset {name}" if NAME.fullmatch(name) else "the charset"
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        raise CharsetUnknown(f"{shown} is not known") from None
    if not CHARACTER_SET.fullmatch(found):
        raise CharsetUnknown(f"{shown} is not known")
    return found


def decode(payload: bytes, declared: str | None, embedded: str | None = None) -> str:
    """Decode by the first that is there: byte order mark, `declared`, `embedded`, UTF-8.

    The mark wins over any declaration, as in the WHATWG Encoding Standard, and is the only thing
    removed. With neither mark nor declaration, bytes that are not UTF-8 are read as windows-1252.

    Raises:
        CharsetUnknown: the charset is not known, or the bytes do not follow it.
    """
    for mark, name in BYTE_ORDER_MARKS:
        if payload.startswith(mark):
            return _strictly(payload[len(mark) :], name)
    if name_given := declared or embedded:
        return _strictly(payload, codec(name_given))
    return _undeclared(payload)


def _undeclared(payload: bytes) -> str:
    if payload.count(0) * 4 > len(payload):
        raise CharsetUnknown("no charset is declared, and the bytes look like UTF-16 or binary")
    try:
        return payload.decode("utf-8")
    except UnicodeDecodeError:
        return _strictly(payload, "cp1252")


def _strictly(payload: bytes, name: str) -> str:
    try:
        return payload.decode(name)
    except UnicodeDecodeError as error:
        position = error.start
    # Outside the handler: the caught error holds the payload, and must not be chained.
    raise CharsetUnknown(f"the bytes are not {name}: byte {position} does not fit")
