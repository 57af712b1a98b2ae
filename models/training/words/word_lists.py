"""Word lists of the patterns of personal data: models/resources/<language>/<list>.txt.

    python -m models.training.words.word_lists --language es --data ../shared

makes the lists that word_lists.toml has for the language, out of what lies below the folder, with
the words of kept_words.toml put in and taken out. The comment at the head of a list stays.
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Iterator, Mapping
from itertools import takewhile
from pathlib import Path
from typing import Any

from models import lexicon
from models.training.words.clinical_words import clinical_words
from models.training.words.common_words import common_words
from models.training.words.name_lists import KINDS, name_list

TABLES = Path(__file__).with_name("word_lists.toml")
KEPT = Path(__file__).with_name("kept_words.toml")
DATA = Path(__file__).parents[4] / "shared"


def tables(language: str) -> Mapping[str, Any]:
    """Return the tables of a language, by list.

    Raises:
        SystemExit: no list of the language is made; the message names the languages that have one.
    """
    content = tomllib.loads(TABLES.read_text("utf-8"))
    if language not in content:
        raise SystemExit(f"no word list is made for {language!r}; there are: {', '.join(content)}")
    found: Mapping[str, Any] = content[language]
    return found


def word_lists(folder: Path, language: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the name of each list and its words, folded and sorted.

    Raises:
        FileNotFoundError: a file that word_lists.toml names is not below `folder`.
    """
    given = tables(language)
    common = common_words(folder, language, given)
    for kind in KINDS:
        if kind in given:
            yield kind, sorted(name_list(folder, language, given, kind, common))
    yield "common_words", kept(common, language, "common_words")
    if "clinical_words" in given:
        found = clinical_words(folder, language, given)
        yield "clinical_words", kept(found, language, "clinical_words")


def kept(found: set[str], language: str, name: str) -> list[str]:
    """Put in and take out what kept_words.toml says of a list; sorted."""
    groups = tomllib.loads(KEPT.read_text("utf-8")).get(language, {}).get(name, [])
    for group in groups:
        found = (found | set(group.get("added", "").split())) - set(
            group.get("dropped", "").split()
        )
    return sorted(found)


def write(path: Path, words: list[str], shipped: Path) -> None:
    """Write one word a line below the comment at the head of the list that is shipped."""
    head: list[str] = []
    if shipped.is_file():
        rows = shipped.read_text("utf-8").splitlines()
        head = list(takewhile(lambda row: row.startswith("#"), rows))
    path.write_text("\n".join([*head, *words]) + "\n", "utf-8")


def main() -> None:
    """Make the lists of a language."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--language", required=True)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--out", type=Path, help="unset: the folder of the language's lists")
    given = parser.parse_args()
    shipped = lexicon.ROOT / given.language
    try:
        made = list(word_lists(given.data, given.language))
    except FileNotFoundError as missing:
        raise SystemExit(
            f"no list is written: {missing.filename or missing} is not there"
        ) from None
    for name, words in made:
        write((given.out or shipped) / f"{name}.txt", words, shipped / f"{name}.txt")


if __name__ == "__main__":
    main()
