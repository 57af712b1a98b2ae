-- The index: written once, then read-only. `hash` is normalization.name_hash or code_hash.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE source (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, class TEXT NOT NULL, licence TEXT NOT NULL,
    version TEXT NOT NULL, notice TEXT NOT NULL, concepts INTEGER NOT NULL, names INTEGER NOT NULL
);
-- `codings` is explained in codings.py; `grp` and `source` are numbers.
CREATE TABLE concept (
    id INTEGER PRIMARY KEY, grp INTEGER NOT NULL, source INTEGER NOT NULL, name TEXT NOT NULL,
    codings TEXT NOT NULL
);
-- `position` 0 is the best; `concept` 0 is a meaning without a code; no `term` is the concept's
-- name; `origin` packs kind, decided, language and source (origin.py).
CREATE TABLE name (
    hash INTEGER NOT NULL, position INTEGER NOT NULL, concept INTEGER NOT NULL,
    origin INTEGER NOT NULL, term TEXT, PRIMARY KEY (hash, position)
) WITHOUT ROWID;
CREATE TABLE code (
    hash INTEGER NOT NULL, concept INTEGER NOT NULL, PRIMARY KEY (hash, concept)
) WITHOUT ROWID;
-- Derived from the names (vocabulary.py): the words of a language that start with a letter.
CREATE TABLE word (
    language INTEGER NOT NULL, initial TEXT NOT NULL, words TEXT NOT NULL,
    PRIMARY KEY (language, initial)
) WITHOUT ROWID;
