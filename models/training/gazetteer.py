"""Word lists for the patterns of personal data in English (models/resources/en/*.txt).

python -m models.training.gazetteer ../shared models/resources/en
"""

from __future__ import annotations

import json
import lzma
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from models.folding import fold
from models.training.identities import TEMPLATES

FAMILIES = 30_000
"""So many of the most frequent surnames; what is rarer is told by the words around it."""
CITIES = 12_000
_COMMON = 8
"""A word that occurs this often in lower case is a common word."""
_SHARE = 0.3
"""A name is a common word when this share of its occurrences is in lower case, however few."""
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_HEADS = {
    "given_names": "Given names: NameDatabases (public domain) and names written for this project.",
    "family_names": "Frequent family names, United States Census 2000, public domain.",
    "cities": "Towns: US Cities Database (MIT licence), and others written for this project.",
    "common_words": "Words that occur in lower case in public medical texts (counted, see NOTICE).",
}


def lists(shared: Path) -> dict[str, set[str]]:
    """Make the lists out of the public ones and the counts of the open texts."""
    folder = shared / "lists" / "names" / "en"
    lower, capital = counts(sorted((shared / "text").glob("en.*.jsonl.xz")))
    own = (TEMPLATES / "en_given_names.txt").read_text("utf-8").splitlines()
    towns = (TEMPLATES / "en_cities.txt").read_text("utf-8").splitlines()
    abroad = {_plain(town) for line in towns if line[:1] != "#" for town in line.split(", ")}
    written = {_plain(word) for line in own if line[:1] not in "#!" for word in line.split()}
    always = {_plain(word) for line in own if line[:1] == "!" for word in line.split()[1:]}
    given = {_plain(name) for name in _lines(folder / "first_names.txt.xz")}
    family = {_plain(name) for name in _first(folder / "surnames.txt.xz", FAMILIES)}

    names = given | written | family

    def common(word: str) -> bool:
        """Tell a word that is a name as well by how it is mostly written."""
        if word in always:
            return False
        if word in names:
            share = lower[word] / max(lower[word] + capital[word], 1)
            return lower[word] >= 3 and share >= _SHARE
        return lower[word] >= _COMMON

    return {
        "given_names": written | always | {name for name in given if lower[name] < 400},
        "family_names": family,
        "cities": {
            city
            for city in {*map(_plain, _first(folder / "cities.txt.xz", CITIES)), *abroad}
            if len(city) > 3 and not common(city)
        },
        "common_words": {word for word in lower if len(word) > 1 and common(word)},
    }


def counts(files: Iterable[Path]) -> tuple[Counter[str], Counter[str]]:
    """Count words in lower case and words with one capital letter, both folded."""
    lower, capital = Counter[str](), Counter[str]()
    for path in files:
        for line in _lines(path):
            for word in _WORD.findall(json.loads(line)["text"]):
                if word.islower():
                    lower[_plain(word)] += 1
                elif word[1:].islower():
                    capital[_plain(word)] += 1
    return lower, capital


def _plain(word: str) -> str:
    return fold(word).text


def _lines(path: Path) -> Iterator[str]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        yield from (line.strip() for line in lines if line.strip())


def _first(path: Path, count: int) -> Iterator[str]:
    return (line for _, line in zip(range(count), _lines(path), strict=False))


def main(arguments: list[str]) -> None:
    """Write the lists, sorted, one word a line, under a line that says where they are from."""
    shared, out = map(Path, arguments)
    for name, words in lists(shared).items():
        text = "\n".join([f"# {_HEADS[name]}", *sorted(words)])
        (out / f"{name}.txt").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
