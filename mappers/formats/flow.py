"""Text that is gathered from markup: white space collapses, blocks and rows become lines."""

from __future__ import annotations

import re
from enum import IntEnum

WHITE_SPACE = re.compile(r"[ \t\n\r\f\xa0]+")


class Gap(IntEnum):
    """What stands between two pieces of text; the larger wins."""

    NONE = 0
    SPACE = 1
    CELL = 2
    LINE = 3
    BLANK = 4


CHARACTERS = {Gap.NONE: "", Gap.SPACE: " ", Gap.CELL: "\t", Gap.LINE: "\n", Gap.BLANK: "\n\n"}


class Flow:
    """Pieces of text and the gaps between them. Cells are parted by a tab, rows by a line end.

    A block directly inside a cell starts no line: `<td><p>Sodium</p></td><td><p>140</p></td>`
    is one row, and must stay on one line for its parts to be read together.
    """

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._gap = Gap.NONE
        self._cell_begins = False
        self._row_has_text = False

    def write(self, text: str) -> None:
        """Add text with its white space collapsed, as a browser shows it."""
        collapsed = WHITE_SPACE.sub(" ", text)
        if collapsed.startswith(" "):
            self._widen(Gap.SPACE)
        if words := collapsed.strip(" "):
            self._append(words)
            self._gap = Gap.SPACE if collapsed.endswith(" ") else Gap.NONE

    def write_verbatim(self, text: str) -> None:
        """Add preformatted text with its line ends as line feeds."""
        if text:
            self._append(text.replace("\r\n", "\n").replace("\r", "\n"))
            self._gap = Gap.NONE

    def line(self) -> None:
        """Start a new line, unless one has just been started."""
        if not self._cell_begins:
            self._widen(Gap.LINE)

    def paragraph(self) -> None:
        """Leave a blank line."""
        if not self._cell_begins:
            self._widen(Gap.BLANK)

    def line_break(self) -> None:
        """End this line; twice leaves a blank line."""
        if not self._cell_begins:
            self._widen(Gap.BLANK if self._gap >= Gap.LINE else Gap.LINE)

    def row(self) -> None:
        """Start a row of a table."""
        self._widen(Gap.LINE)
        self._row_has_text = False

    def row_end(self) -> None:
        """End a row of a table; a block that ends with it leaves no blank line."""
        self._cell_begins = False
        self._gap = Gap.LINE

    def cell(self) -> None:
        """Start a cell."""
        if self._row_has_text:
            self._gap = Gap.CELL
        self._cell_begins = True

    def text(self) -> str:
        """All text so far, without white space around it."""
        return "".join(self._pieces).strip()

    def _widen(self, gap: Gap) -> None:
        self._gap = max(self._gap, gap)

    def _append(self, piece: str) -> None:
        if self._pieces:
            self._pieces.append(CHARACTERS[self._gap])
        self._pieces.append(piece)
        self._cell_begins = False
        self._row_has_text = True
