"""text/html, read in one pass without a tree.

A tree is what HTML bombs are aimed at: libxml2 gives up at 256 levels, losing the text below,
and takes more than ten minutes for one tag with 800,000 attributes. The text needs neither.
"""

from __future__ import annotations

import re
import tomllib
from html import unescape
from pathlib import Path

from mappers.errors import AttachmentMalformed
from mappers.formats.charset import decode
from mappers.formats.flow import Flow
from mappers.formats.limits import Limits

FACTS = tomllib.loads(Path(__file__).with_name("html.toml").read_text("utf-8"))
PARAGRAPHS: frozenset[str] = frozenset(FACTS["paragraphs"])
BLOCKS: frozenset[str] = frozenset(FACTS["blocks"])
CELLS: frozenset[str] = frozenset(FACTS["cells"])
UNSHOWN: frozenset[str] = frozenset(FACTS["unshown"])

# A META element within the first 1,024 bytes, as in the HTML standard's prescan.
META_CHARSET = re.compile(
    rb"<meta\s[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE
)
XML_ENCODING = re.compile(rb"^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})")
MARKUP = re.compile(r"<(?=[a-zA-Z/!?])")
TAG_NAME = re.compile(r"</?([a-zA-Z][^\s/>]{0,40})")
TAG_REST = re.compile(r"""(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""")


def read(payload: bytes, charset: str | None, limits: Limits) -> str:
    """Give the shown text: blocks on lines of their own, cells parted by tabs, no scripts.

    Unclosed, misnested or endless markup is not an error; time is linear in the size.

    Raises:
        CharsetUnknown: as in `charset.decode`; a META element counts as a declaration.
        AttachmentMalformed: a character reference of thousands of digits.
    """
    del limits
    page = _Page(decode(payload, charset, _embedded_charset(payload)))
    try:
        return page.read()
    except ValueError:
        # Python refuses to make a number of so many digits.
        raise AttachmentMalformed("the HTML has an endless character reference") from None


def _embedded_charset(payload: bytes) -> str | None:
    head = payload[:1024]
    found = XML_ENCODING.search(head) or META_CHARSET.search(head)
    if not found:
        return None
    name = found[1].decode("ascii")
    # Who could read the declaration as ASCII is not reading UTF-16 (HTML standard, prescan).
    return "utf-8" if name.lower().startswith("utf-16") else name


class _Page:
    """A cursor over the markup. `_quotes` is false once a quote was found that never ends."""

    def __init__(self, markup: str) -> None:
        self._markup = markup
        self._flow = Flow()
        self._preformatted = 0
        self._quotes = True

    def read(self) -> str:
        position = 0
        while found := MARKUP.search(self._markup, position):
            self._write(self._markup[position : found.start()])
            position = self._step(found.start())
        self._write(self._markup[position:])
        return self._flow.text()

    def _step(self, start: int) -> int:
        """Handle what begins with the `<` at `start`, and say where it ends."""
        if self._markup.startswith("<!--", start):
            return self._after("-->", start + 4)
        if name := TAG_NAME.match(self._markup, start):
            return self._tag(name)
        return self._after(">", start + 2)

    def _tag(self, name: re.Match[str]) -> int:
        end = self._tag_end(name.end())
        if end < 0:
            # No tag ends from here on, so the rest can only be text ("glucose <limit").
            self._write(self._markup[name.start() :])
            return len(self._markup)
        tag = name[1].lower()
        if self._markup.startswith("</", name.start()):
            self._close(tag)
        elif tag in UNSHOWN:
            closing = re.compile(f"</{tag}", re.IGNORECASE).search(self._markup, end)
            return self._after(">", closing.end()) if closing else len(self._markup)
        else:
            self._open(tag)
        return end

    def _tag_end(self, position: int) -> int:
        if self._quotes:
            if rest := TAG_REST.match(self._markup, position):
                return rest.end()
            # Trying again at every tag would make the time quadratic.
            self._quotes = False
        return self._markup.find(">", position) + 1 or -1

    def _after(self, mark: str, position: int) -> int:
        end = self._markup.find(mark, position)
        return end + len(mark) if end >= 0 else len(self._markup)

    def _open(self, tag: str) -> None:
        if tag == "br":
            self._flow.line_break()
        elif tag == "tr":
            self._flow.row()
        elif tag in CELLS:
            self._flow.cell()
        else:
            self._break(tag)
        if tag == "pre":
            self._preformatted += 1

    def _close(self, tag: str) -> None:
        if tag == "tr":
            self._flow.row_end()
        elif tag == "pre":
            self._preformatted = max(0, self._preformatted - 1)
        self._break(tag)

    def _break(self, tag: str) -> None:
        if tag in PARAGRAPHS:
            self._flow.paragraph()
        elif tag in BLOCKS:
            self._flow.line()

    def _write(self, text: str) -> None:
        if not text:
            return
        if self._preformatted:
            self._flow.write_verbatim(unescape(text))
        else:
            self._flow.write(unescape(text))
