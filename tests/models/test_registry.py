"""Records, and files that are not what the record says."""

import hashlib

import pytest

from models.errors import LanguageUnsupported, ModelCorrupt, ModelNotFound
from models.registry import Registry

RECORD = """
[tiny-en]
language = "en"
version = "1"
licence = "Apache-2.0"
entities = ["DISEASE"]
phi = []
[tiny-en.files]
"model.onnx" = "{digest}"
[tiny-en.metrics]
"""


@pytest.fixture
def folder(tmp_path):
    weights = tmp_path / "weights" / "tiny-en"
    weights.mkdir(parents=True)
    (weights / "model.onnx").write_bytes(b"graph")
    digest = hashlib.sha256(b"graph").hexdigest()
    (tmp_path / "registry.toml").write_text(RECORD.format(digest=digest))
    return tmp_path


def test_finds_a_model_by_id_and_language(folder):
    registry = Registry.load(folder / "registry.toml")
    assert registry.languages == ("en",)
    assert registry.get("tiny-en") is registry.of("en-GB")
    registry.of("en").verify()


def test_a_miss_names_what_there_is(folder):
    registry = Registry.load(folder / "registry.toml")
    with pytest.raises(ModelNotFound, match="tiny-en"):
        registry.get("other")
    with pytest.raises(LanguageUnsupported, match="'fr'; there are: en"):
        registry.of("fr-CA")


def test_a_changed_file_is_named(folder):
    (folder / "weights" / "tiny-en" / "model.onnx").write_bytes(b"other")
    with pytest.raises(ModelCorrupt, match=r"model\.onnx"):
        Registry.load(folder / "registry.toml").of("en").verify()


def test_a_missing_file_is_named(folder):
    (folder / "weights" / "tiny-en" / "model.onnx").unlink()
    with pytest.raises(ModelCorrupt, match=r"model\.onnx is missing"):
        Registry.load(folder / "registry.toml").of("en").verify()


def test_a_file_that_is_read_but_not_in_the_record_is_named(folder):
    (folder / "weights" / "tiny-en" / "card.md").write_text("# Tiny")
    model = Registry.load(folder / "registry.toml").of("en")
    model.verify()
    (folder / "weights" / "tiny-en" / "dictionary.npz").write_bytes(b"names")
    with pytest.raises(ModelCorrupt, match=r"dictionary\.npz is not in the record"):
        model.verify()


@pytest.mark.parametrize("change", ['colour = "blue"\n', 'language = ["en"\n'])
def test_an_unknown_key_or_broken_file_is_an_error(folder, change):
    path = folder / "registry.toml"
    path.write_text("[tiny-en]\n" + change + path.read_text().replace("[tiny-en]\n", "", 1))
    with pytest.raises(ModelCorrupt):
        Registry.load(path)


def test_an_opt_in_model_is_found_only_when_asked_for(folder):
    path = folder / "registry.toml"
    path.write_text(path.read_text().replace("phi = []", "phi = []\nopt_in = true"))
    registry = Registry.load(path)
    (model,) = registry.opted(["tiny-en", "tiny-en"])
    assert (model.identifier, model.licence, model.opt_in) == ("tiny-en", "Apache-2.0", True)
    assert registry.opted([]) == registry.defaults == registry.languages == ()
    with pytest.raises(LanguageUnsupported, match="there are: none"):
        registry.of("en")


def test_only_an_opt_in_model_can_be_opted_for(folder):
    registry = Registry.load(folder / "registry.toml")
    with pytest.raises(ModelNotFound, match="no opt-in model 'tiny-en'; there are: none"):
        registry.opted(["tiny-en"])
    assert [model.identifier for model in registry.defaults] == ["tiny-en"]


def test_no_default_model_has_a_non_commercial_licence():
    registry = Registry.load()
    assert {model.licence for model in registry.defaults} == {"Apache-2.0"}
    assert all(model.opt_in for model in registry.models.values() if "NC" in model.licence)


def test_a_missing_registry_is_named(tmp_path):
    with pytest.raises(ModelCorrupt, match=r"registry\.toml"):
        Registry.load(tmp_path / "registry.toml")


def test_the_shipped_files_are_those_of_the_registry():
    registry = Registry.load()
    for model in registry.models.values():
        model.verify()
        assert (model.folder / "card.md").is_file()
