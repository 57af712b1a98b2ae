-- What the releases of one form say, before it is merged; a file beside the new index, and gone
-- with it. `posting` and `renamed` gather over all forms what becomes of the names.
CREATE TABLE concept (
    system TEXT NOT NULL, code TEXT NOT NULL, release INTEGER NOT NULL, grp TEXT,
    home INTEGER, found INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (system, code)
) WITHOUT ROWID;
-- `kind` is a place in source.NAME_KINDS, `place` orders names of one kind, the best first.
CREATE TABLE name (
    system TEXT NOT NULL, code TEXT NOT NULL, language TEXT NOT NULL, kind INTEGER NOT NULL,
    place INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (system, code, language, kind, place, text)
) WITHOUT ROWID;
-- `same`: both codes mean one thing. `strength`: 2 replaces the index's own, 1 fills a gap,
-- 0 is for the lookup only.
CREATE TABLE map (
    system TEXT NOT NULL, code TEXT NOT NULL, strength INTEGER NOT NULL, place INTEGER NOT NULL,
    target_system TEXT NOT NULL, target TEXT NOT NULL, same INTEGER NOT NULL,
    PRIMARY KEY (system, code, strength DESC, place, target_system, target)
) WITHOUT ROWID;
CREATE TABLE retired (
    system TEXT NOT NULL, code TEXT NOT NULL, PRIMARY KEY (system, code)
) WITHOUT ROWID;
-- The codes that concepts of the index have, with what stands beside them; `stands`: the concept
-- is what the code means, and not one of several things that a classification puts together.
CREATE TABLE held (
    system TEXT NOT NULL, code TEXT NOT NULL, family TEXT NOT NULL, concept INTEGER NOT NULL,
    mark TEXT NOT NULL, display TEXT NOT NULL, stands INTEGER NOT NULL, PRIMARY KEY (system, code, family, concept)
) WITHOUT ROWID;
CREATE TABLE posting (
    hash INTEGER NOT NULL, concept INTEGER NOT NULL, undecided INTEGER NOT NULL,
    kind INTEGER NOT NULL, late INTEGER NOT NULL, place INTEGER NOT NULL,
    origin INTEGER NOT NULL, term TEXT NOT NULL, PRIMARY KEY (hash, concept)
) WITHOUT ROWID;
