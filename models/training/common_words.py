"""The words that open text writes in lower case: a list to tell a misspelt name from a word.

    python -m models.training.common_words --data <folder> --lang es

counts the words of <folder>/text, as far as its terms are open, and of the project's own notes, and
adds the whole words of the shipped tokenizer that are in no list of names. Counts of words are
facts; no sentence is kept.
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from models import lexicon
from models.folding import fold

PROJECT = Path(__file__).parents[2]
_WORD = re.compile(r"[^\W\d_]{2,30}")
_SEEN = 3
_LOWER = 0.3
"""Lower-case writings for each capitalised one; a sentence begins with a capital."""
_HEAD = """\
# Words that are written in lower case, without accents: made from open text, the project's own
# notes and the vocabulary of the shipped tokenizer by models/training/common_words.py.
"""


def texts(folder: Path, language: str) -> Iterator[str]:
    """Yield the open texts of a language and the project's own notes."""
    for path in sorted((folder / "text").glob(f"{language}.*.jsonl.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            yield from (json.loads(line)["text"] for line in lines)
    for path in sorted((PROJECT / "models/training/notes" / language).glob("*.txt")):
        yield path.read_text("utf-8")


def common_words(folder: Path, language: str) -> list[str]:
    """Return them folded and sorted."""
    lower: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for text in texts(folder, language):
        for word in _WORD.findall(text):
            if word.islower():
                lower[fold(word).text] += 1
            else:
                capital[fold(word).text] += 1
    found = {word for word, count in lower.items() if count >= max(_SEEN, _LOWER * capital[word])}
    return sorted(found | (_vocabulary(language) - _names(folder, language)))


def _vocabulary(language: str) -> set[str]:
    path = PROJECT / f"models/weights/clinical-{language}/tokenizer.json"
    pieces = json.loads(path.read_text("utf-8"))["model"]["vocab"]
    return {fold(piece).text for piece in pieces if len(piece) > 3 and _WORD.fullmatch(piece)}


def _names(folder: Path, language: str) -> set[str]:
    """Return the words of all lists of names and places."""
    found: set[str] = set()
    for path in (folder / "lists" / "names" / language).glob("*.txt.xz"):
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            found.update(word for line in lines for word in _WORD.findall(fold(line).text))
    return found


def main() -> None:
    """Write resources/<language>/common_words.txt."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=PROJECT.parent / "shared")
    parser.add_argument("--lang", required=True)
    parser.add_argument("--out", type=Path, help="unset: the language's own file")
    given = parser.parse_args()
    path = given.out or lexicon.ROOT / given.lang / "common_words.txt"
    path.write_text(_HEAD + "\n".join(common_words(given.data, given.lang)) + "\n", "utf-8")


if __name__ == "__main__":
    main()
