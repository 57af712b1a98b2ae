"""The words that open text writes in lower case: a list to tell a misspelt name from a word."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models.folding import fold
from models.training.words import name_lists
from models.training.words.word_counts import Reading

WEIGHTS = Path(__file__).parents[2] / "weights"


def common_words(folder: Path, language: str, tables: Mapping[str, Any]) -> set[str]:
    """Count them in the texts below `folder`, after the table of the language."""
    table = tables["common_words"]
    names = name_lists.names(folder, language, tables)
    found = set[str]()
    for reading in table["read"]:
        found |= Reading.of(reading).words(folder, language, names)
    if table.get("vocabulary"):
        found |= _vocabulary(language) - names
    if "given_names" in tables:
        found -= name_lists.always(tables["given_names"])
    return {word for word in found if len(word) > 1}


def _vocabulary(language: str) -> set[str]:
    """Whole words of the shipped tokenizer."""
    path = WEIGHTS / f"clinical-{language}" / "tokenizer.json"
    pieces = json.loads(path.read_text("utf-8"))["model"]["vocab"]
    return {
        fold(piece).text
        for piece in pieces
        if len(piece) > 3 and re.fullmatch(r"[^\W\d_]{2,30}", piece)
    }
