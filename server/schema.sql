-- Chartloom's own tables; procrastinate keeps the queue in its own.

-- One row a piece of work: this version of this document under this pipeline.
CREATE TABLE IF NOT EXISTS chartloom_job (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reference   text NOT NULL,            -- DocumentReference/x
    version     text NOT NULL,            -- server.job.version_of; empty: whatever there is
    pipeline    text NOT NULL,            -- version of the pipeline that reads it
    state       text NOT NULL DEFAULT 'queued'
                CHECK (state IN ('queued', 'running', 'retrying', 'done', 'skipped', 'parked')),
    reason      text,                     -- why it was retried, skipped or parked; no patient text
    attempt     integer NOT NULL DEFAULT 0,
    failures    integer NOT NULL DEFAULT 0, -- attempts that ended in an error of ours or a crash
    summary     jsonb,                    -- language, counts and milliseconds of the last run
    queued_at   timestamptz NOT NULL DEFAULT now(),
    started_at  timestamptz,
    finished_at timestamptz,
    UNIQUE (reference, version, pipeline)
);
-- Submitted while it ran: at its end it is queued once more.
ALTER TABLE chartloom_job ADD COLUMN IF NOT EXISTS again boolean NOT NULL DEFAULT false;
CREATE INDEX IF NOT EXISTS chartloom_job_state ON chartloom_job (state, id);

-- What the service must remember between starts: the reconciler's cursor, our Subscription,
-- the secret that notifications carry.
CREATE TABLE IF NOT EXISTS chartloom_memory (
    key   text PRIMARY KEY,
    value jsonb NOT NULL
);
