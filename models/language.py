"""Which language a note is in: a byte n-gram model, helped by cue words where notes are short.

The languages told apart and the weights are resources/languages.toml, the cue words
resources/<language>/language.toml.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from models import lexicon
from models.folding import lower

_WORD = re.compile(r"[^\W\d_][\w./']*")
_PIECES = 8


@cache
def _settings() -> dict[str, Any]:
    return tomllib.loads((lexicon.ROOT / "languages.toml").read_text("utf-8"))


@cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([*_settings()["expected"], *_settings()["others"]])
    return identifier


@cache
def _cues(language: str) -> frozenset[str]:
    return frozenset(lexicon.read(language, "language")["cues"])


def detect(text: str, hint: str | None = None) -> str:
    """Return the ISO 639-1 code of the note's language.

    `hint` (BCP 47, from the document) counts like one cue word, so it decides when the text does
    not. A language outside the expected ones is reported only when it is nearly certain.
    """
    settings = _settings()
    sample = _sample(text, settings["sample"])
    ranked = _rank(sample)
    odds = {code: math.log(max(ranked[code], 1e-12)) for code in settings["expected"]}
    words = _WORD.findall(lower(sample))
    seen: dict[str, int] = {}
    for code in odds:
        seen[code] = sum(word in _cues(code) for word in words) + _agrees(hint, code)
        odds[code] += settings["cue_weight"] * seen[code]
    best = max(odds, key=lambda code: odds[code])
    if not seen[best] and ranked[best] < settings["floor"]:
        best = settings["expected"][0]
    other = max(settings["others"], key=lambda code: ranked[code])
    letters = sum(len(word) for word in words)
    if ranked[other] >= settings["certainty"] and letters >= settings["letters"]:
        cued = odds[best] > math.log(settings["certainty"]) and _share(words, best) > 1 / 3
        return str(best if cued else other)
    return str(best)


def _sample(text: str, size: int) -> str:
    """Take pieces from all over the text, as a letterhead may be in another language."""
    if len(text) <= size:
        return text
    piece, step = size // _PIECES, len(text) // _PIECES
    return "\n".join(text[at : at + piece] for at in range(0, step * _PIECES, step))


def _rank(sample: str) -> Mapping[str, float]:
    # Telegraphic capitals are one shape to the byte model; lower case is the one it was trained on.
    shouted = sum(map(str.isupper, sample)) * 2 > sum(map(str.isalpha, sample))
    ranked = _identifier().rank(sample.lower() if shouted else sample)
    return {str(code): float(probability) for code, probability in ranked}


def _agrees(hint: str | None, code: str) -> int:
    return int(hint is not None and hint.split("-", maxsplit=1)[0].lower() == code)


def _share(words: list[str], language: str) -> float:
    return sum(word in _cues(language) for word in words) / max(1, len(words))
