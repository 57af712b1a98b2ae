from mappers.device import to_device
from mappers.validation import validate


def test_the_device_names_every_version_in_a_fixed_order():
    device = to_device("0.1+abc", {"terminology": "t1", "chartloom-en": "m1"})
    assert validate(device) == ()
    assert device == to_device("0.1+abc", {"chartloom-en": "m1", "terminology": "t1"})
    named = [(each["type"]["text"], each["value"]) for each in device["version"]]
    assert named == [("pipeline", "0.1+abc"), ("chartloom-en", "m1"), ("terminology", "t1")]
    assert device["identifier"][0]["value"] == "chartloom-0.1+abc"
    assert device["type"]["coding"][0]["code"] == "Artificial-Intelligence"


def test_without_parts_there_is_still_the_pipeline():
    assert len(to_device("1", {})["version"]) == 1
