"""application/rtf and text/rtf (RTF 1.9.1), read in one pass.

striprtf, the usual reader, was tried first: its patterns for fields and fonts are quadratic, it
leaves surrogate pairs apart, and text deleted in a revision comes out as if it still stood.
"""

from __future__ import annotations

import codecs
import re
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path

from mappers.errors import AttachmentMalformed, CharsetUnknown
from mappers.formats.limits import Limits

FACTS = tomllib.loads(Path(__file__).with_name("rtf.toml").read_text("utf-8"))
UNSHOWN: frozenset[str] = frozenset(FACTS["unshown"])
HIDING: frozenset[str] = frozenset(FACTS["hiding"])
WORDS: dict[str, str] = FACTS["words"]
SYMBOLS: dict[str, str] = FACTS["symbols"]
DOCUMENT_CHARSETS: dict[str, str] = FACTS["document_charsets"]
CODE_PAGES: dict[str, str] = FACTS["code_pages"]
FONT_CHARSETS: dict[str, str] = FACTS["font_charsets"]

TOKEN = re.compile(
    r"(?P<run>[^\\{}\r\n]+)"
    r"|(?P<brace>[{}])"
    r"|\\'(?P<byte>[0-9a-fA-F]{2})"
    r"|\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?"
    r"|\\(?P<symbol>[^a-zA-Z])"
    r"|[\r\n\\]",
    re.DOTALL,
)
DEEPEST = 1_000


def read(payload: bytes, charset: str | None, limits: Limits) -> str:
    """Give the body's text; headers, footers, comments, hidden and deleted text are left out.

    RTF names its code pages itself, so `charset` is not used. A byte that its code page does not
    define becomes U+FFFD. Braces that are never closed are not an error: many writers forget them.

    Raises:
        AttachmentMalformed: it does not begin as RTF, or its groups are nested over 1,000 deep.
        CharsetUnknown: a code page that is not known.
    """
    del charset, limits
    markup = payload.decode("latin-1")
    if not re.match(r"[\s\x00]*\{\s*\\rtf", markup[:1024]):
        raise AttachmentMalformed("the data is not RTF")
    return _Body(markup).read()


@dataclass(frozen=True, slots=True)
class _Group:
    """What a brace saves and its partner restores. `fallback` is what ucN set."""

    shown: bool = True
    hidden: frozenset[str] = frozenset()
    fallback: int = 1
    codec: str | None = None
    fonts: bool = False


@dataclass(slots=True)
class _Body:
    """A cursor over the markup. Bytes gather in `_bytes` until their code page may change."""

    _markup: str
    _group: _Group = _Group()
    _groups: list[_Group] = field(default_factory=list)
    _codec: str = "cp1252"
    _font: int = 0
    _default_font: int = -1
    _font_codecs: dict[int, str] = field(default_factory=dict)
    _starred: bool = False
    _skip: int = 0
    _bytes: bytearray = field(default_factory=bytearray)
    _pieces: list[str] = field(default_factory=list)

    def read(self) -> str:
        position = 0
        while token := TOKEN.match(self._markup, position):
            position = token.end()
            match token.lastgroup:
                case "run":
                    self._run(token["run"])
                case "byte":
                    self._byte(int(token["byte"], 16))
                case "brace":
                    self._brace(token["brace"])
                    if not self._groups:
                        break
                case "symbol":
                    self._symbol(token["symbol"])
                case "word" | "number":
                    position += self._word(token["word"], token["number"])
        self._flush()
        return "".join(self._pieces).strip()

    def _run(self, run: str) -> None:
        shown = run[self._skip :]
        self._skip = max(0, self._skip - len(run))
        if self._is_shown():
            self._bytes += shown.encode("latin-1")

    def _byte(self, byte: int) -> None:
        if self._skip:
            self._skip -= 1
        elif self._is_shown():
            self._bytes.append(byte)

    def _brace(self, brace: str) -> None:
        self._flush()
        self._skip = 0
        self._starred = False
        if brace == "{":
            if len(self._groups) == DEEPEST:
                raise AttachmentMalformed(f"the RTF is nested over {DEEPEST} groups deep")
            self._groups.append(self._group)
        elif self._groups:
            self._group = self._groups.pop()

    def _symbol(self, symbol: str) -> None:
        if symbol == "*":
            self._starred = True
        elif self._skip:
            self._skip -= 1
        elif symbol in SYMBOLS:
            self._write(SYMBOLS[symbol])

    def _word(self, word: str, number: str | None) -> int:
        """Obey a control word; the return value is how many characters of data follow it."""
        value = None if number is None else int(number)
        if word == "bin":
            return max(0, value or 0)
        if self._starred or word in UNSHOWN:
            self._starred = False
            self._group = replace(self._group, shown=False, fonts=word == "fonttbl")
        elif self._skip:
            self._skip -= 1
        elif word in WORDS:
            self._write(WORDS[word])
        elif word == "u" and value is not None:
            self._write(chr(value % 0x10000))
            self._skip = self._group.fallback
        else:
            self._state(word, value)
        return 0

    def _state(self, word: str, value: int | None) -> None:
        if word == "uc":
            self._group = replace(self._group, fallback=max(0, value or 0))
        elif word in HIDING:
            change = self._group.hidden.difference if value == 0 else self._group.hidden.union
            self._group = replace(self._group, hidden=frozenset(change((word,))))
        elif word == "plain":
            self._flush()
            self._group = replace(self._group, hidden=frozenset(), codec=None)
        else:
            self._font_state(word, value)

    def _font_state(self, word: str, value: int | None) -> None:
        if word == "f":
            self._flush()
            self._font = value or 0
            codec = self._font_codecs.get(self._font, self._codec)
            self._group = replace(self._group, codec=codec)
        elif word == "fcharset" and self._group.fonts:
            if name := FONT_CHARSETS.get(str(value)):
                self._font_codecs[self._font] = name
        elif word == "deff":
            self._default_font = value or 0
        elif word == "ansicpg":
            self._codec = _code_page(value)
        elif word in DOCUMENT_CHARSETS:
            self._codec = DOCUMENT_CHARSETS[word]

    def _is_shown(self) -> bool:
        return self._group.shown and not self._group.hidden

    def _write(self, text: str) -> None:
        self._flush()
        if self._is_shown():
            self._pieces.append(text)

    def _flush(self) -> None:
        if self._bytes:
            default = self._font_codecs.get(self._default_font, self._codec)
            codec = self._group.codec or default
            self._pieces.append(self._bytes.decode(codec, "replace"))
            self._bytes.clear()


def _code_page(number: int | None) -> str:
    name = CODE_PAGES.get(str(number or 0), f"cp{number}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise CharsetUnknown(f"code page {number} is not known") from None
