"""config.json is checked at the door."""

import json

import pytest

from models.errors import ModelCorrupt
from models.registry import Registry
from models.tagging.configuration import Configuration

GOOD = {
    "heads": ["DRUG"],
    "transitions": [[[0, 0, 0]] * 3],
    "join": 48,
    "limit": 256,
    "overlap": 64,
    "thresholds": {"DRUG": 0.25},
}


def load(tmp_path, table):
    path = tmp_path / "config.json"
    path.write_text(json.dumps(table))
    return Configuration.load(path)


def test_reads_what_is_there(tmp_path):
    config = load(tmp_path, GOOD)
    assert config.heads == ("DRUG",)
    assert config.thresholds.tolist() == [0.25]
    assert config.transitions.shape == (1, 3, 3)


@pytest.mark.parametrize(
    "change",
    [
        {"colour": 1},
        {"heads": ["DRUG", "DOSAGE"]},
        {"overlap": 256},
        {"thresholds": {"GENE": 0.5}},
        {"transitions": "none"},
    ],
)
def test_refuses_what_does_not_fit(tmp_path, change):
    with pytest.raises(ModelCorrupt, match=r"config\.json"):
        load(tmp_path, GOOD | change)


def test_refuses_a_missing_or_broken_file(tmp_path):
    with pytest.raises(ModelCorrupt, match="missing"):
        Configuration.load(tmp_path / "config.json")
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(ModelCorrupt):
        Configuration.load(tmp_path / "config.json")


def test_the_registry_and_the_configuration_agree_on_the_heads():
    registry = Registry.load()
    for language in registry.languages:
        model = registry.of(language)
        config = Configuration.load(model.folder / "config.json")
        assert set(config.heads) >= {*model.entities, *model.phi}
