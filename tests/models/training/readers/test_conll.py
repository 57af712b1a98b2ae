import pytest

from models.errors import CorpusMalformed
from models.training.readers.conll import read

BIO = """-DOCSTART- -X- O O

Naproxen NN B-Drug
500 CD B-Dose
mg NN I-Dose
for IN O
acute JJ B-Disease
gout NN I-Disease

Stopped VBD O
-DOCSTART- -X- O O

Metformin NN B-Drug
insulin NN B-Drug
"""


def write(folder, text):
    path = folder / "data.conll"
    path.write_text(text, "utf-8")
    return path


def spans(document):
    return [(document["text"][e["start"] : e["end"]], e["label"]) for e in document["entities"]]


def test_offsets_are_those_of_the_tokens_joined(tmp_path):
    first, second = read(write(tmp_path, BIO), "en")
    assert first["text"] == "Naproxen 500 mg for acute gout\nStopped"
    assert spans(first) == [("Naproxen", "Drug"), ("500 mg", "Dose"), ("acute gout", "Disease")]
    assert spans(second) == [("Metformin", "Drug"), ("insulin", "Drug")]
    assert (first["id"], second["id"]) == ("data-1", "data-2")


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ("B-X I-X O B-X", ["a b", "d"]),
        ("I-X I-X O I-Y", ["a b", "d"]),  # IOB1
        ("I-X B-X I-Y I-Y", ["a", "b", "c d"]),
        ("B-X E-X S-X S-Y", ["a b", "c", "d"]),  # BIOES
        ("B-X L-X U-X O", ["a b", "c"]),  # BILOU
        ("B-X I-X E-X I-X", ["a b c", "d"]),
        ("O O O B-X", ["d"]),
    ],
)
def test_reads_all_ways_to_tag(tmp_path, tags, found):
    rows = "\n".join(f"{token}\t{tag}" for token, tag in zip("abcd", tags.split(), strict=True))
    (document,) = read(write(tmp_path, rows), "en")
    assert [text for text, _ in spans(document)] == found


def test_every_sentence_is_a_document_where_nothing_parts_them(tmp_path):
    text = "# a comment\na\tO\n\n\n#\tB-X\nc\tI-X\n"
    first, second = read(write(tmp_path, text), "en")
    assert (first["text"], second["text"]) == ("a", "# c")
    assert spans(second) == [("# c", "X")]


@pytest.mark.parametrize("row", ["alone", "token\tX", "token\tB-", "\tO"])
def test_a_wrong_row_is_named(tmp_path, row):
    with pytest.raises(CorpusMalformed, match=r"^data\.conll:3: "):
        list(read(write(tmp_path, f"a\tO\nb\tO\n{row}\n"), "en"))
