from __future__ import annotations

import pytest

from terminology.codesystem import groups
from terminology.index import Hit
from terminology.origin import Origin
from terminology.posting import BROAD, CODER, EXACT, MENTION, PREFERRED, RELATED
from terminology.scoring import SCORES, best_first, candidate, is_led, lowered, once, weighed
from terminology.types import Candidate, Coding, Concept

SNOMED = "http://snomed.info/sct"
UMLS = "http://www.nlm.nih.gov/research/umls"


def hit(kind: int, *, decided: bool = False, system: str = SNOMED) -> Hit:
    concept = Concept((Coding(system, "1", "Gout"),), "disorder", "Gout", "test")
    return Hit(concept, groups()["disorder"], "gout", Origin(kind, decided, 0, 0))


def test_a_closer_kind_of_name_scores_higher() -> None:
    kinds = (PREFERRED, EXACT, RELATED, CODER)
    scores = [candidate(hit(kind), "exact", "disorder").score for kind in kinds]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 4


@pytest.mark.parametrize("kind", [MENTION, RELATED])
def test_what_is_settled_scores_as_exact(kind: int) -> None:
    found = candidate(hit(kind, decided=kind != MENTION), "normalised", "disorder")
    assert found.score == SCORES["exact"]


def test_another_group_of_the_family_scores_lower() -> None:
    own = candidate(hit(PREFERRED), "exact", "disorder").score
    assert candidate(hit(PREFERRED), "exact", "finding").score < own


def test_a_broad_match_is_the_last() -> None:
    assert min(SCORES.values()) == candidate(hit(BROAD), "broad", "disorder").score


def test_a_meaning_without_a_code_is_no_candidate() -> None:
    with pytest.raises(ValueError, match="without a code"):
        candidate(Hit(None, None, "", Origin(PREFERRED, False, 0, 0)), "exact", None)


def test_lowering_never_raises() -> None:
    low = Candidate(hit(PREFERRED).concept, 0.3, "exact", "gout")
    assert lowered([low], "headword")[0].score == 0.3
    assert lowered([low], "headword")[0].match == "headword"
    assert weighed([low], 0.5)[0].score == 0.15


def test_one_candidate_a_concept_the_best_first() -> None:
    one, other = hit(PREFERRED).concept, hit(PREFERRED, system=UMLS).concept
    found = [
        Candidate(c, score, "exact", "") for c, score in ((one, 0.5), (other, 0.9), (one, 0.7))
    ]
    assert [c.score for c in best_first(found)] == [0.9, 0.7]
    assert [c.score for c in once(found)] == [0.5, 0.9]


def test_whether_the_leading_system_is_there() -> None:
    assert is_led([candidate(hit(PREFERRED), "exact", None)])
    assert not is_led([candidate(hit(PREFERRED, system=UMLS), "exact", None)])
    assert not is_led([])
