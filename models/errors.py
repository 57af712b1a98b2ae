"""What can go wrong in the models. server/errors.py draws the whole tree.

ModelsError
├── ModelNotFound        no such model in the registry
├── ModelCorrupt         a file is missing, broken or not what the registry says
├── LanguageUnsupported  the note's language has no model
├── CorpusMalformed      annotated data that cannot be read; file and line are named
├── RecipeInvalid        a recipe is wrong, or a run does not fit it
└── KeyMissing           surrogates and date shifts need the site's secret key
"""


class ModelsError(Exception):
    """The root; a message never holds text of a note."""


class ModelNotFound(ModelsError):
    """The registry has no such model; the message names those that it has."""


class ModelCorrupt(ModelsError):
    """A model file is missing, not what the registry or the session expects, or broken.

    The message names it.
    """


class LanguageUnsupported(ModelsError):
    """No model reads this language; the message names those that are read."""


class KeyMissing(ModelsError):
    """Surrogates and date shifts need the site's secret key; none, or a short one, was given."""


class CorpusMalformed(ModelsError):
    """Annotated data, or a map of its labels, cannot be read; the message names file and line."""


class RecipeInvalid(ModelsError):
    """A recipe is wrong, or the runs that are to be gone on from or averaged do not fit."""
