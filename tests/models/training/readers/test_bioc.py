"""BioC in XML and in JSON says the same, and is refused in the same way."""

import json

import pytest

from models.errors import CorpusMalformed
from models.training.readers import bioc_json, bioc_xml

XML = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE collection SYSTEM "BioC.dtd">
<collection><source/><date/><key/>
<document><id>11</id>
<passage><infon key="type">title</infon><offset>0</offset><text>Naproxen &amp; gout 🙂</text>
<annotation id="1"><infon key="type">Chemical</infon><infon key="mesh">D009288</infon>
<location offset="0" length="8"/><text>Naproxen</text></annotation>
</passage>
<passage><offset>18</offset><text>Left or right leg.</text>
<annotation id="2"><infon key="type">Anatomy</infon>
<location offset="18" length="4"/><location offset="32" length="3"/>
<text>Left leg</text></annotation>
</passage>
<relation id="R1"><infon key="type">Treats</infon>
<node refid="1" role="Drug"/><node refid="2" role="Site"/></relation>
</document></collection>
"""
DOCUMENT = {
    "id": "11",
    "passages": [
        {
            "offset": 0,
            "text": "Naproxen & gout 🙂",
            "annotations": [
                {
                    "id": "1",
                    "infons": {"type": "Chemical", "mesh": "D009288"},
                    "text": "Naproxen",
                    "locations": [{"offset": 0, "length": 8}],
                }
            ],
        },
        {
            "offset": 18,
            "sentences": [
                {
                    "offset": 18,
                    "text": "Left or right leg.",
                    "annotations": [
                        {
                            "id": "2",
                            "infons": {"type": "Anatomy"},
                            "text": "Left leg",
                            "locations": [{"offset": 18, "length": 4}, {"offset": 32, "length": 3}],
                        }
                    ],
                }
            ],
        },
    ],
    "relations": [
        {
            "id": "R1",
            "infons": {"type": "Treats"},
            "nodes": [{"refid": "1", "role": "Drug"}, {"refid": "2", "role": "Site"}],
        }
    ],
}


def write(folder, name, text):
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def read_xml(folder, text=XML):
    return list(bioc_xml.read(write(folder, "set.xml", text), "en"))


def read_json(folder, content):
    return list(bioc_json.read(write(folder, "set.json", json.dumps(content)), "en"))


def test_reads_passages_annotations_and_relations(tmp_path):
    (document,) = read_xml(tmp_path)
    assert document["text"] == "Naproxen & gout 🙂\nLeft or right leg."
    drug, leg = document["entities"]
    assert (drug["label"], drug["start"], drug["end"]) == ("Chemical", 0, 8)
    assert drug["codes"] == {"mesh": "D009288"}
    assert (leg["start"], leg["end"], leg["parts"]) == (18, 35, [[18, 22], [32, 35]])
    (relation,) = document["relations"]
    assert (relation["label"], relation["head"], relation["tail"]) == ("Treats", "1", "2")


def test_json_says_the_same(tmp_path):
    expected = read_xml(tmp_path)
    assert read_json(tmp_path, {"documents": [DOCUMENT]}) == expected
    assert read_json(tmp_path, DOCUMENT) == expected
    lines = f"{json.dumps(DOCUMENT)}\n{json.dumps(DOCUMENT)}\n"
    read = list(bioc_json.read(write(tmp_path, "lines.json", lines), "en"))
    assert read == expected * 2


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('offset="0" length="8"', 'offset="1" length="8"', 6),
        ('offset="0" length="8"', 'offset="0" length="many"', 7),
        ("<offset>18<", "<offset>3<", 9),
        ('<infon key="type">Chemical</infon>', "", 6),
        ('refid="2"', 'refid="9"', 14),
        ("</document></collection>", "</document>", 17),
    ],
)
def test_a_wrong_element_is_named(tmp_path, old, new, line):
    with pytest.raises(CorpusMalformed, match=rf"^set\.xml:{line}: ") as error:
        read_xml(tmp_path, XML.replace(old, new))
    assert "Naproxen" not in str(error.value)


def test_entities_are_not_expanded(tmp_path):
    secret = write(tmp_path, "secret.txt", "secret")
    outside = f'<!DOCTYPE collection [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    text = XML.replace('<!DOCTYPE collection SYSTEM "BioC.dtd">', outside)
    with pytest.raises(CorpusMalformed, match="declares entities"):
        read_xml(tmp_path, text.replace("Left or right", "&x;"))


def test_another_kind_of_xml_or_json_is_refused(tmp_path):
    with pytest.raises(CorpusMalformed, match="not a BioC collection"):
        read_xml(tmp_path, "<note/>")
    with pytest.raises(CorpusMalformed, match=r"^set\.json: document 1 is not BioC"):
        read_json(tmp_path, {"documents": [{"id": 1}]})
    with pytest.raises(CorpusMalformed, match=r"^bad\.json:2: not JSON"):
        list(bioc_json.read(write(tmp_path, "bad.json", '{"documents":\n oh'), "en"))
