"""The linker over the shipped index."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from terminology.build import HERE
from terminology.codesystem import code_systems
from terminology.index import Index
from terminology.linker import Linker
from terminology.supplement import read_supplements
from terminology.types import Candidate

EVERYDAY = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "everyday_en.tsv").read_text("utf-8").splitlines()[1:]
]


@pytest.fixture(scope="module")
def linker() -> Iterator[Linker]:
    with Index() as index:
        yield Linker(index)


def best(linker: Linker, mention: str, group: str | None = None, **more: str) -> Candidate:
    found = linker.link(mention, language=more.pop("language", "en"), group=group, **more)
    assert found, mention
    return found[0]


def test_every_name_of_the_supplement_links_to_its_code(linker: Linker) -> None:
    for row in read_supplements(HERE):
        codings = best(linker, row.name, row.group, language=row.language).concept.codings
        uri = code_systems()[row.system].uri
        assert (uri, row.code) in {(c.system, c.code) for c in codings}, row.place


@pytest.mark.parametrize(
    ("mention", "group", "match"),
    [
        ("Myocardial Infarction", "disorder", "exact"),
        ("heart attacks", "disorder", "normalised"),
        ("COPD", "disorder", "abbreviation"),
        ("copd", "disorder", "abbreviation"),
        ("metformin 500 mg oral tablet", "drug", "clinical_drug"),
        ("metformin 500 mg", "drug", "ingredient"),
        ("gastrointestinal bleed", "disorder", "variant"),
        ("poorly controlled type 2 diabetes mellitus", "disorder", "headword"),
    ],
)
def test_the_match_says_how(linker: Linker, mention: str, group: str, match: str) -> None:
    assert best(linker, mention, group).match == match


def test_closer_matches_score_higher(linker: Linker) -> None:
    ways = ["pneumonia", "pneumonias", "severe pneumonia"]
    scores = [best(linker, way, "disorder").score for way in ways]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 2
    assert all(0 < score <= 1 for score in scores)


def test_a_decided_name_scores_as_exact(linker: Linker) -> None:
    assert best(linker, "shortness of breath", "finding").score == 1.0


@pytest.mark.parametrize(
    "mention",
    [
        "",
        " ",
        "zzyzx syndrome of nowhere",
        "—",
        "\x00",
        "💊",
        "the",
        "500 mg",
        "of the",
        "x" * 5000,
    ],
)
def test_nothing_good_enough_is_empty(linker: Linker, mention: str) -> None:
    assert linker.link(mention, language="en") == []


@pytest.mark.parametrize(
    ("mention", "group"),
    [("metformin", "disorder"), ("pneumonia", "drug"), ("colonoscopy", "lab"), ("MI", "procedure")],
)
def test_another_group_is_no_candidate(linker: Linker, mention: str, group: str) -> None:
    assert linker.link(mention, language="en", group=group) == []


def test_a_disorder_answers_to_finding_with_a_lower_score(linker: Linker) -> None:
    as_disorder = best(linker, "pneumonia", "disorder")
    as_finding = best(linker, "pneumonia", "finding")
    assert as_finding.concept == as_disorder.concept


def test_a_short_form_with_two_meanings_needs_the_context(linker: Linker) -> None:
    assert linker.link("MS", language="en", group="disorder") == []
    found = best(
        linker,
        "MS",
        "disorder",
        context="Multiple sclerosis since 2010. MS is stable on treatment.",
    )
    assert found.concept.name == "Multiple sclerosis"
    assert found.score < 0.9


def test_the_context_outweighs_the_usual_meaning(linker: Linker) -> None:
    usual = best(linker, "DM", "disorder").concept.name
    here = best(linker, "DM", "disorder", context="Dermatomyositis or myositis? DM is likely.")
    assert usual == "Diabetes mellitus"
    assert here.concept.name == "Dermatomyositis"


def test_the_note_itself_says_what_a_short_form_means(linker: Linker) -> None:
    note = "Contrast-induced nephropathy (CIN) after angiography. CIN resolved."
    assert best(linker, "CIN", "disorder", context=note).concept.group == "disorder"
    alone = best(linker, "MS", "disorder", context="Mitral stenosis (MS) is mild.")
    assert alone.concept.name == "Mitral valve stenosis"
    assert alone.match == "abbreviation"


def test_no_dictionary_outweighs_the_note(linker: Linker) -> None:
    note = "Mighty ichor (MI) was seen."
    assert best(linker, "MI", "disorder").concept.name == "Myocardial infarction"
    assert linker.link("MI", language="en", group="disorder", context=note) == []


def test_a_short_form_of_the_note_within_a_mention(linker: Linker) -> None:
    note = "Hiperparatiroidismo secundario (HPTS). HPTS grave."
    found = best(linker, "HPTS grave", "disorder", language="es", context=note)
    assert "yperparathyroidism" in found.concept.name
    assert linker.link("HPTS grave", language="es", group="disorder") == []


@pytest.mark.parametrize(
    ("mention", "code"),
    [
        ("heart attack", "22298006"),
        ("neumonía", "233604007"),
        ("longontsteking", "233604007"),
        ("T2DM", "44054006"),
        ("CABG", "232717009"),
        ("HbA1c", "4548-4"),
        ("metformina 850 mg", "6809"),
    ],
)
def test_the_language_may_be_left_open(linker: Linker, mention: str, code: str) -> None:
    assert linker.link_in_any(mention)[0].concept.codings[0].code == code


def test_no_language_knows_it(linker: Linker) -> None:
    assert linker.link_in_any("zzyzx of nowhere") == []


@pytest.mark.parametrize(
    ("mention", "language", "code"),
    [
        ("hartfalen", "nl", "84114007"),
        ("ernstige longontsteking links", "nl", "233604007"),
        ("longontstekingen", "nl", "233604007"),
        ("hipertenso", "es", "38341003"),
        ("diabetes mellitus tipo 2 mal controlada", "es", "44054006"),
        ("neumonías", "es", "233604007"),
        ("UTIs", "en", "68566005"),
        ("diabetes mellitus (DM) type 2", "en", "44054006"),
        ("anemia secondary to bleeding", "en", "271737000"),
    ],
)
def test_the_head_is_found_behind_its_modifiers(
    linker: Linker, mention: str, language: str, code: str
) -> None:
    assert best(linker, mention, "disorder", language=language).concept.codings[0].code == code


@pytest.mark.parametrize(
    ("mention", "language", "name"),
    [
        ("cirrosis hepática", "es", "Cirrhosis of liver"),
        ("splenomegalie", "nl", "Splenomegaly"),
    ],
)
def test_a_cognate_leads_to_the_english_name(
    linker: Linker, mention: str, language: str, name: str
) -> None:
    assert best(linker, mention, "disorder", language=language).concept.name == name


@pytest.mark.parametrize(
    ("mention", "language"),
    [
        ("metformin 850 mg oral tablet", "en"),
        ("metformina 850 mg comprimidos", "es"),
        ("metformina 850 mg comp cada 12 horas", "es"),
        ("metformine 850 mg tabletten", "nl"),
        ("metformine tablet 850 mg 2dd", "nl"),
        ("metformine 0,85 g tablet", "nl"),
    ],
)
def test_strength_and_form_lead_to_the_clinical_drug(
    linker: Linker, mention: str, language: str
) -> None:
    found = linker.link(mention, language=language, group="drug")
    assert [candidate.concept.codings[0].code for candidate in found[:2]] == ["861010", "6809"]


@pytest.mark.parametrize(
    "mention", ["disease", "Disorders", "stable disease", "dysfunction", "test"]
)
def test_vague_words_have_no_code(linker: Linker, mention: str) -> None:
    assert linker.link(mention, language="en") == []


def test_a_salt_goes_without_saying(linker: Linker) -> None:
    assert best(linker, "quetiapine fumarate 25 mg", "drug").concept.name.lower() == "quetiapine"


def test_the_group_settles_a_short_form(linker: Linker) -> None:
    assert best(linker, "PT", "lab").concept.codings[0].code == "5902-2"
    assert best(linker, "PT", "procedure").concept.codings[0].code == "91251008"
    assert linker.link("PT", language="en") == []


@pytest.mark.parametrize(
    ("word", "language"),
    [
        ("all", "en"),
        ("can", "en"),
        ("cast", "en"),
        ("cold", "en"),
        ("Cold", "en"),
        ("sad", "en"),
        ("als", "nl"),
        ("Als", "nl"),
        ("arts", "nl"),
        ("con", "es"),
        ("la", "es"),
        ("mano", "es"),
    ],
)
def test_an_ordinary_word_is_no_short_form(linker: Linker, word: str, language: str) -> None:
    assert linker.link(word, language=language, group="disorder") == []


@pytest.mark.parametrize(
    ("short", "language", "name"),
    [
        ("COLD", "en", "Chronic obstructive lung disease"),
        ("ALS", "nl", "Amyotrophic lateral sclerosis"),
    ],
)
def test_capitals_tell_a_short_form_from_a_word(
    linker: Linker, short: str, language: str, name: str
) -> None:
    assert best(linker, short, "disorder", language=language).concept.name == name


def test_an_ordinary_word_may_be_a_name_in_the_backup_language(linker: Linker) -> None:
    (found, *_) = linker.link("arm", language="nl", group="anatomy")
    assert found.match in {"exact", "normalised"}


def test_a_word_of_the_backup_language_is_no_misspelling(linker: Linker) -> None:
    assert best(linker, "fibrosis", "disorder", language="nl").concept.name == "fibrosis"


@pytest.mark.parametrize(
    ("mention", "group", "plain"),
    [
        ("myocardial infarction (MI)", "disorder", "myocardial infarction"),
        ("international normalized ratio (INR)", "lab", "INR"),
    ],
)
def test_a_bracket_at_the_end_may_go(linker: Linker, mention: str, group: str, plain: str) -> None:
    assert best(linker, mention, group).concept == best(linker, plain, group).concept


def test_two_small_letters_without_a_group_are_a_word(linker: Linker) -> None:
    assert linker.link("mi", language="en") == []
    assert best(linker, "mi", "disorder").concept.name == "Myocardial infarction"


@pytest.mark.parametrize(
    ("mention", "name"),
    [
        ("secondary hypertension", "Secondary hypertension"),
        ("hepatitis B", "Type B viral hepatitis"),
        ("type 1 diabetes", "Type 1 diabetes mellitus"),
    ],
)
def test_a_meaningful_modifier_is_never_dropped(linker: Linker, mention: str, name: str) -> None:
    assert best(linker, mention, "disorder").concept.name == name


@pytest.mark.parametrize(
    "mention", ["increased appetite of unknown sort", "no pneumonia", "oral cancer foo"]
)
def test_words_that_are_no_safe_modifier_stay(linker: Linker, mention: str) -> None:
    assert linker.link(mention, language="en", group="disorder") == []


def test_a_clinical_drug_keeps_its_ingredient_beside_it(linker: Linker) -> None:
    found = linker.link("metformin 500 mg oral tablet", language="en", group="drug")
    assert [candidate.concept.codings[0].code for candidate in found[:2]] == ["861007", "6809"]
    assert {candidate.concept.group for candidate in found} == {"drug"}


def test_other_languages_and_their_backup(linker: Linker) -> None:
    assert (
        best(linker, "infarto de miocardio", language="es").concept.name == "Myocardial infarction"
    )
    assert best(linker, "hoofdpijn", language="nl").concept.name == "Headache"
    own, backup = best(linker, "metformine", language="nl"), best(linker, "SOB", language="nl")
    assert own.concept.codings[0].code == "6809"
    assert backup.score < 0.9


def test_unknown_language_or_group(linker: Linker) -> None:
    with pytest.raises(KeyError, match="en, es, nl"):
        linker.link("fever", language="fi")
    with pytest.raises(KeyError, match="disorder, finding"):
        linker.link("fever", language="en", group="illness")


def test_the_answer_is_the_callers_own(linker: Linker) -> None:
    linker.link("fever", language="en").clear()
    assert linker.link("fever", language="en")


def test_every_candidate_has_codings_of_known_systems(linker: Linker) -> None:
    uris = {system.uri for system in code_systems().values()}
    for mention, group, _, _ in EVERYDAY:
        for candidate in linker.link(mention, language="en", group=group):
            assert candidate.concept.codings
            assert {coding.system for coding in candidate.concept.codings} <= uris
            assert all(coding.display for coding in candidate.concept.codings)


def test_threads_share_a_linker(linker: Linker) -> None:
    mentions = [(mention, group) for mention, group, _, _ in EVERYDAY]
    alone = [linker.link(m, language="en", group=g) for m, g in mentions]
    fresh = Linker(linker.index)
    with ThreadPoolExecutor(8) as pool:
        together = list(
            pool.map(lambda pair: fresh.link(pair[0], language="en", group=pair[1]), mentions)
        )
    assert together == alone


def test_linking_is_fast(linker: Linker) -> None:
    """The aim is 20,000 a second; the floor leaves room for a busy machine."""
    mentions = [(f"{m} ", g) for m, g, _, _ in EVERYDAY]
    fresh = Linker(linker.index)
    begin = time.process_time()
    for mention, group in mentions:
        fresh.link(mention, language="en", group=group)
    assert len(mentions) / (time.process_time() - begin) > 2_000
