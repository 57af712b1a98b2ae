from models.training.scoring.assertion_scores import own, polarity, scopes, score
from models.training.scoring.evaluate import Score


def entity(name, start, end, label, **attributes):
    return {"id": name, "start": start, "end": end, "label": label, "attributes": attributes}


def scope(cue, tail):
    return {"label": "Scope", "head": cue, "tail": tail}


def test_own_notes_are_judged_value_by_value():
    text = "No itch. Possible gout. Her mother had a stroke."
    document = {
        "text": text,
        "entities": [
            entity("T1", 3, 7, "SYMPTOM", presence="absent"),
            entity("T2", 18, 22, "DISEASE", presence="possible"),
            entity("T3", 41, 47, "DISEASE"),
            entity("T4", 24, 27, "NAME"),
        ],
    }
    scores = score(own([document]), "en", ("absent", "possible", "family"))
    assert scores["absent"] == Score(1, 1, 1, 1)
    assert scores["possible"] == Score(1, 1, 1, 1)
    assert scores["family"] == Score(gold=0, found=1)


def test_polarity_counts_what_the_gold_denies():
    document = {
        "text": "No itch or rash. Has hives, tremor.",
        "entities": [
            entity("T1", 3, 7, "Sign_symptom", polarity="NEG"),
            entity("T2", 11, 15, "Sign_symptom", polarity="UNCERTAIN"),
            entity("T3", 21, 26, "Sign_symptom", polarity="NEG"),
            entity("T4", 28, 34, "Sign_symptom"),
        ],
    }
    assert score(polarity([document]), "en", ("absent",))["absent"] == Score(2, 2, 1, 1)


def test_scopes_are_absent_or_possible_and_all_else_is_affirmed():
    text = "Sin disnea. Posible gota. Con disnea. No gota."
    document = {
        "text": text,
        "entities": [
            entity("T1", 0, 3, "NegSynMarker"),
            entity("T2", 4, 10, "DISO"),
            entity("T3", 12, 19, "UncertLexMarker"),
            entity("T4", 20, 24, "DISO"),
        ],
        "relations": [scope("T1", "T2"), scope("T3", "T4")],
    }
    (case,) = scopes([document])
    said = {(mention.span.start, str(right.presence)) for mention, right in case.asked}
    assert said == {(4, "absent"), (20, "possible"), (30, "present")}
    scores = score([case], "es", ("absent", "possible"))
    assert scores == {"absent": Score(1, 1, 1, 1), "possible": Score(1, 1, 1, 1)}


def test_the_shorter_scope_speaks():
    text = "Quizá no gota."
    document = {
        "text": text,
        "entities": [
            entity("T1", 0, 5, "UncertLexMarker"),
            entity("T2", 6, 8, "NegSynMarker"),
            entity("T3", 9, 13, "DISO"),
            entity("T4", 6, 13, "Phrase"),
        ],
        "relations": [scope("T1", "T4"), scope("T2", "T3")],
    }
    (case,) = scopes([document])
    found = {str(right.presence) for mention, right in case.asked if hasattr(mention, "span")}
    assert found == {"absent"}
