"""Note in, annotations out: the one object of the models that the service holds."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from models import resolution
from models.assertion import assertions
from models.composition import composed, moved_back
from models.mention import Mention
from models.phi import patterns as phi_patterns
from models.phi.checks import is_fraction
from models.phi.clinical_senses import without_senses
from models.registry import EVERY, Model, Registry
from models.relating.model import RelationModel
from models.relating.relations import relations
from models.segmentation import sentences
from models.tagging.tagger import Tagger
from models.types import Annotations, Entity, Note, PhiSpan, Span

RESOURCES = Path(__file__).with_name("resources")


class Annotator:
    """Reads notes in the languages of its models; safe to use from several threads.

    `languages` are primary BCP 47 subtags. `version` changes with weights, rules and release.
    Relation models are given by id; where two decide the same, the later one of `models` does.
    """

    def __init__(
        self,
        models: Sequence[Model],
        taggers: Mapping[str, Tagger],
        relation_models: Mapping[str, RelationModel] | None = None,
    ) -> None:
        self._taggers = taggers
        self._registry = Registry({model.identifier: model for model in models})
        self.languages = self._registry.languages
        self._relation_models = {
            language: _relating(models, language, relation_models or {})
            for language in self.languages
        }
        self.version = fingerprint(models)

    @classmethod
    def load(
        cls,
        languages: Iterable[str] | None = None,
        registry: Registry | None = None,
        threads: int = 1,
        opt_in: Collection[str] = (),
    ) -> Annotator:
        """Load the models of `languages`, or all there are, after checking their files.

        `threads` are those of one run; several notes at once use more. `opt_in` are ids of models
        that are used beside the default ones.

        Raises:
            ModelNotFound: no opt-in model has that id.
            LanguageUnsupported: a language has no model.
            ModelCorrupt: a file is missing or is not what the registry describes.
        """
        known = registry or Registry.load()
        wanted = known.languages if languages is None else tuple(dict.fromkeys(languages))
        models = [known.of(language) for language in wanted]
        relating = [*known.relations, *known.opted(opt_in)]
        for model in (*models, *relating):
            model.verify()
        taggers = {
            model.language: Tagger.load(model.folder, threads, {*model.entities, *model.phi})
            for model in models
        }
        relation_models = {each.identifier: RelationModel.load(each.folder) for each in relating}
        return cls([*models, *relating], taggers, relation_models)

    def annotate(self, note: Note) -> Annotations:
        """Find entities with their assertions, relations and PHI, each in text order.

        Raises:
            LanguageUnsupported: no model reads the language of the note.
        """
        return self.annotate_all([note])[0]

    def annotate_all(self, notes: Sequence[Note]) -> list[Annotations]:
        """Annotate several notes; those of one language share the runs of the model."""
        read = [composed(note) for note in notes]
        found = self._annotate_all([note for note, _ in read])
        return [
            each if origin is None else moved_back(each, note.text, origin)
            for each, note, (_, origin) in zip(found, notes, read, strict=True)
        ]

    def _annotate_all(self, notes: Sequence[Note]) -> list[Annotations]:
        models = [self._registry.of(note.language) for note in notes]
        done: dict[int, Annotations] = {}
        for language in sorted({model.language for model in models}):
            places = [i for i, model in enumerate(models) if model.language == language]
            tagged = self._taggers[language].tag_all([notes[place].text for place in places])
            for place, mentions in zip(places, tagged, strict=True):
                done[place] = self._annotations(notes[place], mentions, models[place])
        return [done[place] for place in range(len(notes))]

    def _annotations(self, note: Note, mentions: Sequence[Mention], model: Model) -> Annotations:
        shaped = phi_patterns.find(note.text, model.language)
        clinical, personal = resolution.eponyms(
            resolution.entities(
                resolution.telling(
                    (each for each in mentions if each.label in model.entities), note.text
                ),
                model.language,
            ),
            [each for each in mentions if each.label in model.phi],
            [
                Mention(one.span.start, one.span.end, one.category, one.score)
                for one in shaped
                if one.score >= resolution.SURE
            ],
        )
        bounds = sentences(note.text, model.language)
        entities = _entities(note, clinical, model.language, bounds)
        return Annotations(
            entities=entities,
            relations=relations(
                entities,
                bounds,
                note.text,
                *self._relation_models[model.language],
                language=model.language,
            ),
            phi=resolution.phi(
                without_senses(
                    [*_phi(note, personal), *resolution.guesses(shaped, clinical)],
                    note.text,
                    model.language,
                )
            ),
        )


def _relating(
    models: Sequence[Model], language: str, given: Mapping[str, RelationModel]
) -> tuple[RelationModel, ...]:
    """The relation models of a language, each with only what it shows and no later one decides."""
    found = [
        given[model.identifier]
        for model in models
        if model.identifier in given and model.language in (EVERY, language)
    ]
    return tuple(model.without(found[place + 1 :]).shown() for place, model in enumerate(found))


def fingerprint(models: Sequence[Model]) -> str:
    """Sixteen hex digits over the weights, the rule files and the release."""
    digest = hashlib.sha256(_release().encode())
    for model in sorted(models, key=lambda each: each.identifier):
        digest.update(repr((model.identifier, model.version, sorted(model.files.items()))).encode())
    for path in sorted([*RESOURCES.rglob("*.toml"), *RESOURCES.rglob("*.txt")]):
        digest.update(path.relative_to(RESOURCES).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _release() -> str:
    try:
        return version("chartloom")
    except PackageNotFoundError:
        return "source"


def _entities(
    note: Note, mentions: Sequence[Mention], language: str, cut: Sequence[tuple[int, int]]
) -> tuple[Entity, ...]:
    bare = [
        Entity(Span.of(note.text, each.start, each.end), each.label, each.score)
        for each in mentions
    ]
    claims = assertions(note.text, bare, language, cut)
    return tuple(
        Entity(each.span, each.label, each.score, claim)
        for each, claim in zip(bare, claims, strict=True)
    )


def _phi(note: Note, mentions: Sequence[Mention]) -> Iterator[PhiSpan]:
    for each in mentions:
        span = Span.of(note.text, each.start, each.end)
        if each.label != "DATE" or not is_fraction(span.text):
            yield PhiSpan(span, each.label, each.score, "model")
