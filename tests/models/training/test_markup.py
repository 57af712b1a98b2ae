"""The markup of the project's own notes."""

from __future__ import annotations

import pytest

from models.training.markup import MarkedNote, MarkupError, read, tables


def one(body: str) -> MarkedNote:
    (note,) = read(f"@ n-1 progress\n{body}\n")
    assert isinstance(note, MarkedNote), note
    return note


def found(note: MarkedNote) -> list[tuple[str, str]]:
    return [(note.text[each.start : each.end], each.label) for each in note.entities]


def test_text_is_plain_and_spans_read_back() -> None:
    note = one(
        "[64-year-old|age] with [pain|sym #1 >2] in the [left knee|anat #2].\n\nNo [rash|sym no]."
    )
    assert note.text == "64-year-old with pain in the left knee.\n\nNo rash."
    assert found(note) == [
        ("64-year-old", "AGE"),
        ("pain", "SYMPTOM"),
        ("left knee", "ANATOMY"),
        ("rash", "SYMPTOM"),
    ]
    assert [each.assertion for each in note.entities][-1] == {"presence": "absent"}


def test_nested_mentions_stand_outer_first() -> None:
    note = one("[[knee|anat] pain|sym] today")
    assert found(note) == [("knee pain", "SYMPTOM"), ("knee", "ANATOMY")]


def test_backslash_makes_brackets_plain() -> None:
    note = one(r"a \[b\] \| c \\ [fever|sym]")
    assert note.text == r"a [b] | c \ fever"
    assert found(note) == [("fever", "SYMPTOM")]


@pytest.mark.parametrize(
    ("body", "relation"),
    [
        ("[aspirin|drug #a] [75 mg|dose >a]", "DOSAGE_OF"),
        ("[aspirin|drug #a] [daily|freq >a]", "FREQUENCY_OF"),
        ("[CRP|lab #a] [12|val >a]", "RESULT_OF"),
        ("[severe|sev >a] [asthma|dis #a]", "SEVERITY_OF"),
        ("[aspirin|drug >a] for [stroke|dis #a]", "TREATS"),
        ("[CT|diag >a] for [stroke|dis #a]", "TEST_FOR"),
        ("[aspirin|drug >causes:a] and [bleeding|sym #a]", "CAUSES"),
        ("[aspirin|drug >contra:a] and [ulcer|dis #a]", "CONTRAINDICATES"),
        ("[aspirin|drug >a] and [warfarin|drug #a]", "INTERACTS_WITH"),
    ],
)
def test_arrows_are_named_by_their_labels(body: str, relation: str) -> None:
    assert [each.label for each in one(body).relations] == [relation]


def test_relations_point_from_head_to_tail() -> None:
    note = one("[75 mg|dose >a] of [aspirin|drug #a]")
    (relation,) = note.relations
    assert found(note)[relation.head] == ("75 mg", "DOSAGE")
    assert found(note)[relation.tail] == ("aspirin", "DRUG")


def test_flags_of_two_axes_combine() -> None:
    (entity,) = one("[asthma|dis no fam]").entities
    assert entity.assertion == {"presence": "absent", "experiencer": "family"}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("[fever|sym", "`|` without a closing `]`"),
        ("[fever", "`[` is never closed"),
        ("fever|sym]", "`|` outside of a mention"),
        ("[fever]", "`]` closes a mention without a label"),
        ("[fever|symptom]", "no label 'symptom'"),
        ("[fever |sym]", "mention 'fever ' is empty or has space at its ends"),
        ("[|sym]", "mention '' is empty or has space at its ends"),
        ("[fever|sym never]", "'never' is no flag, id or arrow"),
        ("[fever|sym no maybe]", "flag 'maybe' does not fit SYMPTOM here"),
        ("[5 mg|dose no]", "flag 'no' does not fit DOSAGE here"),
        ("[fever|sym >1]", "no mention has the id #1"),
        ("[a|sym #1] [b|sym #1]", "id #1 is given twice"),
        ("[a|sym #1] [b|name >1]", "no relation from NAME to SYMPTOM"),
        ("[a|sym #1] [b|drug >cures:1]", "no relation 'cures'"),
        ("[a|sym #1 >1]", "an arrow to itself"),
    ],
)
def test_wrong_markup_is_named_with_its_line(body: str, reason: str) -> None:
    (error,) = read(f"\n@ n-1 progress\n\nfirst line\n{body}\n")
    assert isinstance(error, MarkupError)
    assert (error.line, error.reason) == (5, reason)


def test_a_wrong_note_does_not_hide_the_next() -> None:
    first, second = read("@ n-1 progress\n[a\n@ n-2 letter\n[b|sym]\n")
    assert isinstance(first, MarkupError)
    assert isinstance(second, MarkedNote)
    assert (second.identifier, second.kind, second.line) == ("n-2", "letter", 3)


@pytest.mark.parametrize("header", ["@ n-1", "@ n-1 novel", "text before any header"])
def test_a_header_names_id_and_kind(header: str) -> None:
    (error,) = read(f"{header}\ntext\n")
    assert isinstance(error, MarkupError)


def test_document_is_stand_off() -> None:
    document = one("[75 mg|dose >a] of [aspirin|drug past #a]").document("en")
    assert document["text"] == "75 mg of aspirin"
    assert document["entities"][1] == {
        "id": "T2",
        "start": 9,
        "end": 16,
        "label": "DRUG",
        "attributes": {"temporality": "historical"},
    }
    assert document["relations"] == [{"label": "DOSAGE_OF", "head": "T1", "tail": "T2"}]


def test_tables_use_labels_that_there_are() -> None:
    known = tables()
    labels = set(known.labels.values())
    for heads, tails in known.relations.values():
        assert heads | tails <= labels
    for _, heads, tails in known.named.values():
        assert heads | tails <= labels
