import time

import pytest

from models.language import detect


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The patient came in with pain in the left flank.", "en"),
        ("PT C/O CHEST PAIN X 3 DAYS. DENIES SOB.", "en"),
        ("Hx DM2, HTN. ASA 81 mg qd", "en"),
        ("Chest pain", "en"),
        ("No fever.", "en"),
        ("Varón de 60 años que refiere dolor en la pierna.", "es"),
        ("PACIENTE CON DOLOR ABDOMINAL DE 3 DIAS", "es"),
        ("pte con HTA, DM2. tto enalapril 10 mg", "es"),
        ("Man van 60 jaar met pijn in het linkerbeen.", "nl"),
        ("GEEN KOORTS OF HOESTEN", "nl"),
        ("pt met COPD, geen koorts, R/ prednison 30 mg", "nl"),
        ("Kein Fieber, Husten seit drei Tagen, Patient in gutem Zustand", "de"),
        ("Patient sans fièvre, toux depuis trois jours, auscultation claire", "fr"),
        ("Doente sem febre, com dor torácica há três dias. Não fuma. Exame sem alterações.", "pt"),
        ("患者は発熱なし、咳嗽あり。胸部レントゲン正常。既往歴は高血圧である。", "ja"),
    ],
)
def test_tells_languages_apart(text, code):
    assert detect(text) == code


@pytest.mark.parametrize("text", ["", " \n", "120/80", "\x00", "metformin 500 mg"])
def test_the_hint_decides_where_the_text_does_not(text):
    assert detect(text, hint="nl-NL") == "nl"
    assert detect(text) == "en"


def test_the_hint_does_not_outweigh_the_text():
    assert detect("Varón de 60 años que refiere dolor en la pierna.", hint="en") == "es"


def test_a_letterhead_does_not_decide():
    text = "Hospital Clínico de la Ciudad\n" + "The patient was seen today and is well. " * 400
    assert detect(text) == "en"


def test_a_long_text_is_sampled():
    began = time.process_time()
    detect("pain of the leg " * 300_000)
    assert time.process_time() - began < 3
