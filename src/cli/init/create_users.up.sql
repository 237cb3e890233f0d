-- An example, to be edited before it runs anywhere that matters. What has run is not edited any more:
-- the next change goes into a new pair of files.

CREATE TABLE users (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email      TEXT NOT NULL UNIQUE,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
