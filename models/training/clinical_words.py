"""The words of open clinical text: a list to tell a name that no list holds from a word.

    python -m models.training.clinical_words --data <folder> --lang es

gathers the words of <folder>/text, as far as its terms are open, and of the terms in
<folder>/lists, less those of the lists of names and of the common words. The documents that damage
is measured on (the dev parts below) are left out. Words are facts; no sentence is kept.
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from models import lexicon
from models.folding import fold
from models.training.common_words import PROJECT

TERMS = ("orphanet", "do", "openehr")
"""Lists of terms, by the beginning of their names."""
MEASURED = ("distemist", "nubes")
"""Corpora whose dev parts are measured on."""
GENERAL = frozenset({"common_voice_sentences", "ud_es_gsd"})
"""Sources that are not clinical: they write names with a capital."""
_LISTS = ("common_words", "given_names", "family_names", "places", "eponyms")
_WORD = re.compile(r"[^\W\d_]{2,30}")
_HEAD = """\
# Words of open clinical text and of terminologies, without accents, that are no names: made by
# models/training/clinical_words.py (see NOTICE).
"""


def clinical_words(folder: Path, language: str) -> list[str]:
    """Return them folded and sorted."""
    found = {fold(word).text for word in _words(folder, language)}
    return sorted(found.difference(*(lexicon.words(language, name) for name in _LISTS)))


def _words(folder: Path, language: str) -> Iterator[str]:
    measured = set(_measured(folder, language))
    for path in sorted((folder / "text").glob(f"{language}.*.jsonl.xz")):
        for document in map(json.loads, _lines(path)):
            if document["id"].removeprefix("nubes-") not in measured:
                yield from _told(document["text"], document["source"] in GENERAL)
    for name in TERMS:
        for path in sorted((folder / "lists").glob(f"{name}_{language}.tsv.xz")):
            for line in _lines(path):
                yield from _told(line.partition("\t")[0])


def _told(text: str, small: bool = False) -> Iterable[str]:
    words = _WORD.findall(text)
    return filter(str.islower, words) if small else words


def _measured(folder: Path, language: str) -> Iterator[str]:
    for corpus in MEASURED:
        path = folder / "corpora" / language / corpus / "dev.jsonl.xz"
        for line in _lines(path) if path.is_file() else ():
            yield json.loads(line)["id"].removeprefix(f"{language}-").rpartition("/")[2]


def _lines(path: Path) -> Iterator[str]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        yield from lines


def main() -> None:
    """Write resources/<language>/clinical_words.txt."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=PROJECT.parent / "shared")
    parser.add_argument("--lang", required=True)
    given = parser.parse_args()
    path = lexicon.ROOT / given.lang / "clinical_words.txt"
    path.write_text(_HEAD + "\n".join(clinical_words(given.data, given.lang)) + "\n", "utf-8")


if __name__ == "__main__":
    main()
