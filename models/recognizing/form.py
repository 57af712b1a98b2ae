"""One way to write an identifier, and when such a writing counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Case = Literal["any", "capital", "inner", "title", "upper"]
"""How it must be written: `capital` is any but lower case, `inner` that and not at the start of a
sentence, `title` is one capital and then lower case, `upper` capitals only."""


@dataclass(frozen=True, slots=True)
class Form:
    """`text` is folded, and squeezed to letters and digits when `squeezed` says so.

    `cue` names the list of [cues] in known.toml of which one must stand before it. `eponym` forms
    are also words of medicine or months, and do not count where the text means those.
    """

    text: str
    category: str
    case: Case = "any"
    squeezed: bool = False
    cue: str | None = None
    eponym: bool = False
