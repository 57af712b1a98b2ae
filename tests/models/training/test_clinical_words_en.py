"""Which words tell a name from a word: evidence of terminologies and of open texts."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

from models.training.clinical_words_en import TERMINOLOGIES, clinical_words


def text(source: str, *texts: str) -> str:
    return "".join(json.dumps({"source": source, "text": each}) + "\n" for each in texts)


def test_evidence_makes_a_word(tmp_path: Path) -> None:
    (tmp_path / "terminology").mkdir()
    (tmp_path / "text").mkdir()
    head = "lang\tname\torigin\n"
    for name in TERMINOLOGIES:
        rows = "en\tqualvexin tablet\t\nen\tolduxin\tr2014\nes\tpalabrix\t\n"
        path = tmp_path / "terminology" / f"{name}.tsv.xz"
        path.write_bytes(lzma.compress((head + rows).encode()))
    read = text("mtsamples", *["Brimholdt"] * 9) + text("plos", *["Harper Zyntoma"] * 4, "zynlike")
    (tmp_path / "text" / "en.00.jsonl.xz").write_bytes(lzma.compress(read.encode()))
    assert clinical_words(tmp_path) == ["qualvexin", "zynlike", "zyntoma"]
