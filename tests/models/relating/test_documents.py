"""Concepts of a short text, by their nearest mentions."""

import re

from models.relating.documents import NEAREST, concept_pairs
from models.relating.units import Mention, Units

TEXT = "Aspirin and asthma. Later aspirin caused asthma. Gout was seen with codeine."


def found(text):
    mentions = [
        Mention(
            *match.span(), int(match.group().lower() in {"asthma", "gout"}), match.group().lower()
        )
        for match in re.finditer("(?i)aspirin|codeine|asthma|gout", text)
    ]
    starts = [match.start() for match in re.finditer(r"[^.]+\.", text)]
    units = Units.of(text, mentions, starts, 2)
    return concept_pairs(units, [each.concept for each in mentions], 0, 1), mentions, units


def test_every_pair_of_concepts_is_there_once():
    pairs, mentions, units = found(TEXT)
    assert sorted(pairs.pairs) == sorted(
        [("aspirin", "asthma"), ("aspirin", "gout"), ("codeine", "asthma"), ("codeine", "gout")]
    )
    for owner, head, tail in zip(pairs.owners, pairs.heads, pairs.tails, strict=True):
        assert (mentions[head].concept, mentions[tail].concept) == pairs.pairs[owner]
    assert len(pairs.rows(units)) == len(pairs.owners)


def test_only_the_nearest_pair_crosses_sentences():
    pairs, _, units = found(TEXT)
    sentences = units.sentences[units.places]
    crossing = sentences[pairs.heads] != sentences[pairs.tails]
    for owner in range(len(pairs.pairs)):
        own = pairs.owners == owner
        assert own.sum() <= NEAREST
        assert crossing[own].sum() <= 1


def test_no_pair_from_one_group():
    assert found("Aspirin and codeine.")[0] is None
