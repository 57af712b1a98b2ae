-- The trial store. Everything is created only if missing, so that it can run at each start.
CREATE SCHEMA IF NOT EXISTS trial;

-- Every version of every resource. `body` is what the caller sent, without the id, versionId and
-- lastUpdated, which are the columns; it is NULL where the version is a deletion.
CREATE TABLE IF NOT EXISTS trial.resource (
    type    text        NOT NULL,
    id      text        NOT NULL,
    version bigint      NOT NULL CHECK (version > 0),
    updated timestamptz NOT NULL,
    method  text        NOT NULL CHECK (method IN ('POST', 'PUT', 'DELETE')),
    current boolean     NOT NULL,
    body    jsonb       CHECK ((body IS NULL) = (method = 'DELETE')),
    PRIMARY KEY (type, id, version)
);
CREATE UNIQUE INDEX IF NOT EXISTS resource_current
    ON trial.resource (type, id) WHERE current;
CREATE INDEX IF NOT EXISTS resource_searched
    ON trial.resource (type, updated, id) WHERE current AND body IS NOT NULL;
CREATE INDEX IF NOT EXISTS resource_history
    ON trial.resource (type, updated, id, version);

-- What the current versions can be found by; one row for each value of a search parameter.
-- Tokens: system ('' none, '*' implied by the element) and value. References: system is the type
-- and value the id, or '' and the whole URL. Strings: value, folded. Dates: [low, high).
CREATE TABLE IF NOT EXISTS trial.search_value (
    type   text NOT NULL,
    id     text NOT NULL,
    param  text NOT NULL,
    system text NOT NULL DEFAULT '',
    value  text NOT NULL DEFAULT '',
    low    timestamptz,
    high   timestamptz
);
-- The id first: an index that begins with the type is tempting for every search before the first
-- ANALYZE, and useless.
CREATE INDEX IF NOT EXISTS search_value_resource ON trial.search_value (id, type);
CREATE INDEX IF NOT EXISTS search_value_text
    ON trial.search_value (type, param, value text_pattern_ops, system) WHERE low IS NULL;
CREATE INDEX IF NOT EXISTS search_value_date
    ON trial.search_value (type, param, low, high) WHERE low IS NOT NULL;

-- What the store knows about a Subscription beside the resource. Writers only touch `events`;
-- the rest belongs to the process that holds the lease.
CREATE TABLE IF NOT EXISTS trial.subscription (
    id          text        PRIMARY KEY,
    status      text        NOT NULL,
    events      bigint      NOT NULL DEFAULT 0,
    delivered   bigint      NOT NULL DEFAULT 0,
    failures    integer     NOT NULL DEFAULT 0,
    due         timestamptz NOT NULL DEFAULT now(),
    heartbeat   timestamptz,
    lease       uuid,
    lease_until timestamptz
);

-- The outbox: written in the transaction that writes the resource, numbered without gaps.
CREATE TABLE IF NOT EXISTS trial.subscription_event (
    subscription text        NOT NULL REFERENCES trial.subscription (id) ON DELETE CASCADE,
    number       bigint      NOT NULL,
    type         text        NOT NULL,
    id           text        NOT NULL,
    version      bigint      NOT NULL,
    PRIMARY KEY (subscription, number)
);
