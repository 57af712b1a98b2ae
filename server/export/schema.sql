-- Exports. What belongs to one goes with its row: at its expiry, or when the client deletes it.

CREATE TABLE IF NOT EXISTS chartloom_export (
    id          text PRIMARY KEY,             -- part of its URLs; cannot be guessed
    client      text NOT NULL,                -- digest of the client that ordered it
    request     text NOT NULL,                -- URL of the kick-off
    level       text NOT NULL CHECK (level IN ('system', 'patient', 'group')),
    cohort      text,                         -- id of the Group
    wishes      jsonb NOT NULL,               -- server.export.order.Wishes
    separate    boolean NOT NULL DEFAULT false, -- Prefer: separate-export-status
    secret      bytea,                        -- key of this export; NULL with a site key, and at its end
    instant     timestamptz NOT NULL,         -- transactionTime
    state       text NOT NULL DEFAULT 'queued'
                CHECK (state IN ('queued', 'running', 'done', 'failed')),
    run         uuid,                         -- turn of the worker that may write
    listed      boolean NOT NULL DEFAULT false, -- whether all its patients are in chartloom_export_item
    failures    integer NOT NULL DEFAULT 0,   -- turns in a row that ended without a batch done
    tally       jsonb NOT NULL DEFAULT '{}',  -- server.export.tally.Tally of the batches done
    unsearched  text[] NOT NULL DEFAULT '{}', -- types that the store refuses to search
    poll_after  timestamptz,                  -- when the client may ask for the status again
    manifest    json,
    report      json,
    dictionary  json,
    failure     json,                         -- OperationOutcome; no patient text
    status      integer,                      -- HTTP status of the failure
    finished_at timestamptz,
    expires_at  timestamptz
);
CREATE INDEX IF NOT EXISTS chartloom_export_client ON chartloom_export (client, state);

-- What is exported batch by batch: the patients, then what their resources refer to.
CREATE TABLE IF NOT EXISTS chartloom_export_item (
    order_id text NOT NULL REFERENCES chartloom_export (id) ON DELETE CASCADE,
    kind     text NOT NULL,
    id       text NOT NULL,
    batch    integer,                         -- NULL until all of them are known
    done     boolean NOT NULL DEFAULT false,
    PRIMARY KEY (order_id, kind, id)
);
CREATE INDEX IF NOT EXISTS chartloom_export_item_batch
    ON chartloom_export_item (order_id, batch) WHERE NOT done;

-- Pieces of the files: NDJSON in deflate (RFC 1951), each ended by a full flush, so that the
-- pieces of a file one after the other are the body of one gzip member.
CREATE TABLE IF NOT EXISTS chartloom_export_part (
    order_id text NOT NULL REFERENCES chartloom_export (id) ON DELETE CASCADE,
    kind     text NOT NULL,                   -- resource type of its lines
    batch    integer NOT NULL,
    number   integer NOT NULL,
    count    integer NOT NULL,                -- lines
    size     bigint NOT NULL,                 -- bytes before deflate
    content  bytea NOT NULL,
    PRIMARY KEY (order_id, kind, batch, number)
);
ALTER TABLE chartloom_export_part ALTER COLUMN content SET STORAGE EXTERNAL;
