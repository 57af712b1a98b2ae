"""Note in, annotations out: the one object of the models that the service holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from models import phi_patterns, resolution
from models.assertion import assertions
from models.registry import Model, Registry
from models.relation_model import RelationModel
from models.relations import relations
from models.segmentation import sentences
from models.tagger import Mention, Tagger
from models.types import Annotations, Entity, Note, PhiSpan, Span

RESOURCES = Path(__file__).with_name("resources")


class Annotator:
    """Reads notes in the languages of its models; safe to use from several threads.

    `languages` are primary BCP 47 subtags. `version` changes with weights, rules and release.
    """

    def __init__(
        self,
        models: Sequence[Model],
        taggers: Mapping[str, Tagger],
        relation_model: RelationModel | None = None,
    ) -> None:
        self._models = {model.language: model for model in models}
        self._taggers = taggers
        self._relation_model = relation_model
        self._registry = Registry({model.identifier: model for model in models})
        self.languages = self._registry.languages
        self.version = fingerprint(models)

    @classmethod
    def load(
        cls,
        languages: Iterable[str] | None = None,
        registry: Registry | None = None,
        threads: int = 1,
    ) -> Annotator:
        """Load the models of `languages`, or all there are, after checking their files.

        `threads` are those of one run; several notes at once use more.

        Raises:
            LanguageUnsupported: a language has no model.
            ModelCorrupt: a file is missing or is not what the registry describes.
        """
        known = registry or Registry.load()
        wanted = known.languages if languages is None else tuple(dict.fromkeys(languages))
        models = [known.of(language) for language in wanted]
        shared = [] if known.relations is None else [known.relations]
        for model in (*models, *shared):
            model.verify()
        taggers = {
            model.language: Tagger.load(model.folder, threads, {*model.entities, *model.phi})
            for model in models
        }
        relation_model = RelationModel.load(shared[0].folder) if shared else None
        return cls([*models, *shared], taggers, relation_model)

    def annotate(self, note: Note) -> Annotations:
        """Find entities with their assertions, relations and PHI, each in text order.

        Raises:
            LanguageUnsupported: no model reads the language of the note.
        """
        return self.annotate_all([note])[0]

    def annotate_all(self, notes: Sequence[Note]) -> list[Annotations]:
        """Annotate several notes; those of one language share the runs of the model."""
        models = [self._registry.of(note.language) for note in notes]
        done: dict[int, Annotations] = {}
        for language in sorted({model.language for model in models}):
            places = [i for i, model in enumerate(models) if model.language == language]
            tagged = self._taggers[language].tag_all([notes[place].text for place in places])
            for place, mentions in zip(places, tagged, strict=True):
                done[place] = self._annotations(notes[place], mentions, models[place])
        return [done[place] for place in range(len(notes))]

    def _annotations(self, note: Note, mentions: Sequence[Mention], model: Model) -> Annotations:
        clinical, personal = resolution.eponyms(
            resolution.entities(
                [each for each in mentions if each.label in model.entities], model.language
            ),
            [each for each in mentions if each.label in model.phi],
        )
        entities = _entities(note, clinical, model.language)
        bounds = sentences(note.text, model.language)
        return Annotations(
            entities=entities,
            relations=relations(entities, bounds, note.text, self._relation_model),
            phi=_phi(note, personal, model.language),
        )


def fingerprint(models: Sequence[Model]) -> str:
    """Sixteen hex digits over the weights, the rule files and the release."""
    digest = hashlib.sha256(_release().encode())
    for model in sorted(models, key=lambda each: each.identifier):
        digest.update(repr((model.identifier, model.version, sorted(model.files.items()))).encode())
    for path in sorted(RESOURCES.rglob("*.toml")):
        digest.update(path.relative_to(RESOURCES).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _release() -> str:
    try:
        return version("chartloom")
    except PackageNotFoundError:
        return "source"


def _entities(note: Note, mentions: Sequence[Mention], language: str) -> tuple[Entity, ...]:
    bare = [
        Entity(Span.of(note.text, each.start, each.end), each.label, each.score)
        for each in mentions
    ]
    claims = assertions(note.text, bare, language)
    return tuple(
        Entity(each.span, each.label, each.score, claim)
        for each, claim in zip(bare, claims, strict=True)
    )


def _phi(note: Note, mentions: Sequence[Mention], language: str) -> tuple[PhiSpan, ...]:
    read = [
        PhiSpan(Span.of(note.text, each.start, each.end), each.label, each.score, "model")
        for each in mentions
    ]
    return resolution.phi([*read, *phi_patterns.find(note.text, language)])
