"""brat, as its tools write it: offsets count every character, line ends too."""

import pytest

from models.errors import CorpusMalformed
from models.training.readers.brat import read

TEXT = "Left and right leg pain.\r\nNaproxen 🙂 helped, no nausea.\n"
LINES = [
    "T1\tPain 0 4;15 23\tLeft leg pain",
    "T2\tDrug 26 34\tNaproxen",
    "T3\tHelp 37 43\thelped",
    "T4\tNausea 48 54\tnausea",
    "R1\tTreats Arg1:T2 Arg2:T1\t",
    "E1\tHelp:T3 Agent:T2 Theme2:T1",
    "A1\tNegation T4",
    "A2\tPolarity T4 NEG",
    "N1\tReference T2 RxNorm:7258\tnaproxen",
    "*\tEquiv T1 T4",
    "#1\tAnnotatorNotes T1\tsure",
    "",
]


def write(folder, *lines, text=TEXT):
    folder.mkdir(exist_ok=True)
    (folder / "one.txt").write_bytes(text.encode())
    (folder / "one.ann").write_text("\n".join(lines), "utf-8")
    (folder / "README.txt").write_text("no part of it")
    return folder


def test_reads_entities_relations_and_what_is_said_of_them(tmp_path):
    (document,) = read(write(tmp_path, *LINES), "en")
    assert (document["id"], document["lang"], document["text"]) == ("one", "en", TEXT)
    pain, drug, helped, nausea = document["entities"]
    assert pain == {"id": "T1", "start": 0, "end": 23, "label": "Pain", "parts": [[0, 4], [15, 23]]}
    assert TEXT[helped["start"] : helped["end"]] == "helped"
    assert drug["codes"] == {"RxNorm": "7258"}
    assert nausea["attributes"] == {"Negation": True, "Polarity": "NEG"}
    assert document["relations"] == [
        {"label": "Treats", "head": "T2", "tail": "T1"},
        {"label": "Agent", "head": "T3", "tail": "T2"},
        {"label": "Theme", "head": "T3", "tail": "T1"},
    ]


@pytest.mark.parametrize(
    "line",
    [
        "T9\tDrug 26 34\tIbuprofen",
        "T9\tDrug 26 900\tNaproxen",
        "T9\tDrug 34 26\t",
        "T9\tDrug here\tNaproxen",
        "R9\tTreats Arg1:T2 Arg2:T77",
        "R9\tTreats T2",
        "A9\tNegation T77",
        "nonsense",
    ],
)
def test_a_wrong_line_is_named_and_its_text_is_not(tmp_path, line):
    folder = write(tmp_path, *LINES[:2], line)
    with pytest.raises(CorpusMalformed, match=r"^one\.ann:3: ") as error:
        list(read(folder, "en"))
    assert "Naproxen" not in str(error.value)


def test_a_missing_text_is_named(tmp_path):
    (write(tmp_path) / "one.txt").unlink()
    with pytest.raises(CorpusMalformed, match=r"one\.txt is missing"):
        list(read(tmp_path, "en"))
