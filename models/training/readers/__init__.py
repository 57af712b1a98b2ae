"""Annotated corpora in the formats that people have, read as stand-off documents.

A document is a dict: `id`, `lang`, `text`, `entities` (`id`, `start`, `end`, `label`, and `parts`
where an entity is discontinuous), `relations` (`label`, `head`, `tail`), `meta`. Offsets are
half-open code points. A discontinuous entity spans from the first of its parts to the last, because
the models find nothing else.
"""
