import pytest

from models import lexicon
from models.errors import LanguageUnsupported


def test_reads_a_language_with_or_without_its_region():
    assert lexicon.read("en-GB", "segmentation") == lexicon.read("EN", "segmentation")


def test_names_the_languages_that_there_are():
    with pytest.raises(LanguageUnsupported, match=r"'xx'; there are: .*en"):
        lexicon.read("xx", "segmentation")


@pytest.mark.parametrize("language", ["../en", "", "en/../en"])
def test_reads_nothing_outside_its_folder(language):
    with pytest.raises(LanguageUnsupported):
        lexicon.read(language, "segmentation")


@pytest.mark.parametrize("subject", ["assertion", "segmentation", "phi", "known", "surrogates"])
def test_english_is_complete(subject):
    assert "en" in lexicon.languages(subject)
