import pytest

from models.segmentation import sections, sentences


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text, "es")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Está bien. Come.", ["Está bien.", "Come."]),
        (
            "Vista por la Dra. Olmedilla hoy. Estable.",
            ["Vista por la Dra. Olmedilla hoy.", "Estable."],
        ),
        ("D. Ciro y Dña. Iria.", ["D. Ciro y Dña. Iria."]),
        ("Toma 1 comp. cada 8 h. y descansa.", ["Toma 1 comp. cada 8 h. y descansa."]),
        ("Hierro 1 comp. Zinc no.", ["Hierro 1 comp.", "Zinc no."]),
        ("Edema en EID izq. Pulsos presentes.", ["Edema en EID izq.", "Pulsos presentes."]),
        ("Bien orientada.Éupneica en reposo.", ["Bien orientada.", "Éupneica en reposo."]),
        ("¿Tos? No.", ["¿Tos?", "No."]),
        ("1. Hierro 2. Óvulos 3. Reposo", ["1. Hierro", "2. Óvulos", "3. Reposo"]),
        ("EEII sin edemas\nhb 9,6 inr 1", ["EEII sin edemas", "hb 9,6 inr 1"]),
    ],
)
def test_cuts_as_a_reader_would(text, expected):
    assert cut(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Antecedentes familiares: no.\nPlan: reposo.", ["family", "plan"]),
        ("ANTECEDENTES PERSONALES.- HTA.", ["history"]),
        (
            "AP: HTA. IQ: hernia.\nEF: tos. AP: crepitantes.",
            ["history", "surgical", *["examination"] * 2],
        ),
        ("Exploración física\nTos\n\nEvolución:\nBien", ["examination", "course"]),
        ("Juicio clínico: gota.", ["assessment"]),
        ("ÚLTIMA NOTA: bien.", ["other"]),
        ("Alergias medicamentosas: no.", ["allergies"]),
        ("Tratamiento al alta\nHierro", ["medications"]),
        ("Recomendaciones: agua.", ["instructions"]),
        ("nada", []),
    ],
)
def test_finds_headed_sections(text, expected):
    assert [section.kind for section in sections(text, "es")] == expected
