"""Notes with invented personal data to train on, from templates of many genres and styles.

The templates are those of phi_sets/<language>_train.toml. Its names and places are few: most are
replaced by names of public lists and by invented ones that stand in no list, so that a model learns
what surrounds a name instead of which names there are.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from models import lexicon
from models.folding import fold
from models.training.inventing.identities import SURNAMES, held_out, names
from models.training.scoring.phi_sets import TRAIN, Case, Gold, Values, fill, people, table

TABLES = Path(__file__).with_name("phi_notes.toml")
_SEED = 47
_INVENTED, _OWN = 0.40, 0.55
"""Of the drawn values, the share that stands in no list, and that share with the templates' own."""
_JOINED, _RECASED, _HEADLESS = 0.15, 0.10, 0.05
_AT_ONCE = 24
"""How many values of a slot one document draws from."""
_MOST = 8000
_LENGTHS = range(4, 15)
_DRAWN = ("given", "family", "city", "road", "hospital")
_GIVEN = ("given", "man", "woman")


def documents(language: str, lists: Path, count: int) -> Iterator[dict[str, Any]]:
    """Make stand-off documents, the same ones every time; `lists` is the folder of the lists."""
    content = table(language, TRAIN)
    templates = [(style, each) for style, all_ in content["templates"].items() for each in all_]
    stock = Stock.of(language, lists, content["values"])
    for number in range(count):
        name = f"{language}-phi-note-{number}"
        draw = random.Random(f"{name} {_SEED}")
        values = {**content["values"], **stock.some(draw)}
        chosen = draw.choices(templates, k=1 + (draw.random() < _JOINED))
        cases = [fill(name, *each, Values(values, f"{name} {n}")) for n, each in enumerate(chosen)]
        yield _document(name, language, _roughened(_joined(cases), draw))


def invented(like: Sequence[str], apart: Set[str], count: int, draw: random.Random) -> list[str]:
    """Write new names letter by letter, each letter one that follows the three before it in `like`.

    None is in `like` or, folded, in `apart`; fewer than `count` come where `like` is small.
    """
    following = defaultdict[str, list[str]](list)
    for name in like:
        marked = f"^^^{name}$"
        for at in range(3, len(marked)):
            following[marked[at - 3 : at]].append(marked[at])
    known = {fold(name).text for name in like} | apart
    made = (_spelt(following, draw) for _ in range(4 * count))
    new = (name for name in made if len(name) in _LENGTHS and fold(name).text not in known)
    return list(dict.fromkeys(new))[:count]


def _spelt(following: Mapping[str, Sequence[str]], draw: random.Random) -> str:
    text = "^^^"
    while len(text) < 20:
        letter = draw.choice(following[text[-3:]])
        if letter == "$":
            break
        text += letter
    return text[3:]


@dataclass(frozen=True, slots=True)
class Stock:
    """Values by slot: those of the templates, of lists, and invented ones."""

    own: Mapping[str, Sequence[str]]
    listed: Mapping[str, Sequence[str]]
    new: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, language: str, folder: Path, values: Mapping[str, Sequence[str]]) -> Stock:
        """Read the lists, without the people of the held-out sets."""
        apart = people(language)
        listed = {
            slot: [name for name in all_ if apart.isdisjoint((name, *name.split()))]
            for slot, all_ in _lists(language, folder).items()
        }
        known = {fold(name).text for name in apart} | lexicon.words(language, "common_words")
        draw = random.Random(f"{language} {_SEED}")
        forms = _tables()["forms"].get(language, {})
        new = {
            slot: forms.get(slot) or invented(listed[slot], known, _MOST, draw)
            for slot in _DRAWN
            if slot in forms or listed.get(slot)
        }
        return cls({slot: values[slot] for slot in _DRAWN}, listed, new)

    def some(self, draw: random.Random) -> dict[str, list[str]]:
        """Draw what one document may use."""
        found = {slot: [self._one(slot, draw) for _ in range(_AT_ONCE)] for slot in _DRAWN}
        return found | {
            slot: [self._one("given", draw) for _ in range(_AT_ONCE)] for slot in _GIVEN
        }

    def _one(self, slot: str, draw: random.Random) -> str:
        kind = draw.random()
        if kind < _INVENTED and self.new.get(slot):
            return draw.choice(self.new[slot])
        if kind < _OWN or not self.listed.get(slot):
            return draw.choice(self.own[slot])
        return draw.choice(self.listed[slot])


@cache
def _tables() -> Mapping[str, Any]:
    return tomllib.loads(TABLES.read_text("utf-8"))


def _lists(language: str, folder: Path) -> dict[str, list[str]]:
    """By slot, without the names that identities.py keeps for its test."""
    return {
        slot: [name for source in sources for name in _list(language, folder, source)]
        for slot, sources in _tables()["lists"].get(language, {}).items()
    }


def _list(language: str, folder: Path, source: str) -> list[str]:
    path = folder / "names" / language / source
    if path.suffix == ".xz":
        return names(path, False)[:SURNAMES] if path.exists() else []
    written = (name.title() for name in sorted(lexicon.words(language, source)))
    return [name for name in written if not held_out(name)]


def _joined(cases: Sequence[Case]) -> Case:
    text, gold = "", list[Gold]()
    for case in cases:
        text += "\n\n" if text else ""
        gold += [
            Gold(each.start + len(text), each.end + len(text), each.slot) for each in case.gold
        ]
        text += case.text
    return Case(cases[0].template, cases[0].style, text, tuple(gold))


def _roughened(case: Case, draw: random.Random) -> Case:
    if draw.random() < _HEADLESS:
        case = _headless(case)
    if draw.random() < _RECASED:
        case = _recased(case, draw.choice((str.upper, str.lower)))
    return case


def _headless(case: Case) -> Case:
    """Leave out the first block, or the first line where there is one block."""
    block = case.text.find("\n\n") + 2
    first = block if block > 1 else case.text.find("\n") + 1
    kept = (each for each in case.gold if each.start >= first)
    gold = tuple(Gold(each.start - first, each.end - first, each.slot) for each in kept)
    return Case(case.template, case.style, case.text[first:], gold)


def _recased(case: Case, change: Callable[[str], str]) -> Case:
    """Write the names in capitals or small letters, where that keeps the offsets."""
    text = case.text
    for each in case.gold:
        new = change(text[each.start : each.end])
        if _labels()[each.slot] == "NAME" and len(new) == each.end - each.start:
            text = text[: each.start] + new + text[each.end :]
    return Case(case.template, case.style, text, case.gold)


@cache
def _labels() -> Mapping[str, str]:
    return {slot: label for label, slots in _tables()["labels"].items() for slot in slots}


def _document(name: str, language: str, case: Case) -> dict[str, Any]:
    personal = [(each.start, each.end, _labels()[each.slot]) for each in case.gold]
    younger = (
        (*found.span(), "YOUNGER")
        for found in re.finditer(_tables()["younger"][language], case.text, re.IGNORECASE)
        if all(found.end() <= start or end <= found.start() for start, end, _ in personal)
    )
    marked = sorted((*personal, *younger))
    entities = [{"start": start, "end": end, "label": label} for start, end, label in marked]
    return {
        "id": name,
        "lang": language,
        "text": case.text,
        "entities": entities,
        "relations": [],
        "meta": {},
    }
