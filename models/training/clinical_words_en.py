"""The English list of clinical words, which tells a name that no list holds from a word.

    python -m models.training.clinical_words_en --data <folder>

A word counts when a terminology of <folder>/terminology has it, or the open texts of <folder>/text
do: as often as `_SMALL` documents in small letters, or `_LARGE` with a capital where the text is no
note. English lists of names are long, and texts cite people, so that a word that is a name as well
needs a terminology or the small letters.
"""

from __future__ import annotations

import argparse
import csv
import json
import lzma
import re
from collections import Counter
from collections.abc import Iterator, Set
from pathlib import Path

from models import lexicon
from models.folding import fold
from models.training.common_words import PROJECT

TERMINOLOGIES = (
    "snomed_ips_freeset", "rxnorm", "loinc", "mondo", "doid", "mondo_ncit2018", "drugbank_open",
    "uberon", "maxo", "symp", "icd10cm",
)  # fmt: skip
NOTES = frozenset({"mtsamples", "mts_dialog", "aci_bench", "primock57", "chr_corpus"})
"""Sources that speak of persons: what they write with a capital may be a name."""
_SMALL, _LARGE = 3, 4
_WORD = re.compile(r"[^\W\d_]{2,30}")
_OTHERS = ("common_words", "eponyms", "not_names")
_NAMES = ("given_names", "family_names", "cities")
_HEAD = """\
# Words of terminologies and of open clinical text, folded, that are no names and no common words:
# made by models/training/clinical_words_en.py (see NOTICE).
"""


def clinical_words(folder: Path) -> list[str]:
    """Return them folded and sorted."""
    terms = {fold(word).text for name in _terms(folder) for word in _WORD.findall(name)}
    small, large = _counts(folder)
    others, names = _listed(_OTHERS), _listed(_NAMES)
    found = {
        word
        for word in {*terms, *small, *large} - others
        if word in terms
        or small[word] >= _SMALL
        or (word not in names and (small[word] or large[word] >= _LARGE))
    }
    return sorted(found)


def _listed(lists: tuple[str, ...]) -> Set[str]:
    return frozenset[str]().union(*(lexicon.words("en", name) for name in lists))


def _terms(folder: Path) -> Iterator[str]:
    """Names of the terminologies; of RxNorm those of the present release only."""
    for name in TERMINOLOGIES:
        with lzma.open(folder / "terminology" / f"{name}.tsv.xz", "rt", encoding="utf-8") as lines:
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                if row["lang"] == "en" and row.get("origin") != "r2014":
                    yield row["name"]


def _counts(folder: Path) -> tuple[Counter[str], Counter[str]]:
    """In how many documents each word stands, in small letters and otherwise."""
    small, large = Counter[str](), Counter[str]()
    for path in sorted((folder / "text").glob("en.*.jsonl.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for document in map(json.loads, lines):
                words = set(_WORD.findall(document["text"]))
                small.update(fold(word).text for word in words if word.islower())
                if document["source"] not in NOTES:
                    large.update(fold(word).text for word in words if not word.islower())
    return small, large


def main() -> None:
    """Write resources/en/clinical_words.txt."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=PROJECT.parent / "shared")
    given = parser.parse_args()
    path = lexicon.ROOT / "en" / "clinical_words.txt"
    path.write_text(_HEAD + "\n".join(clinical_words(given.data)) + "\n", "utf-8")


if __name__ == "__main__":
    main()
