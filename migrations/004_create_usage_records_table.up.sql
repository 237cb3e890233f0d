-- One row for each API call, partitioned by month. Make each month's partition before it begins, e.g.
-- PARTITION OF usage_records FOR VALUES FROM ('2027-01-01 00:00+00') TO ('2027-02-01 00:00+00').

CREATE TABLE usage_records (
    id             BIGSERIAL,
    user_id        BIGINT NOT NULL,
    api_key_id     BIGINT,
    method         TEXT NOT NULL,
    path           TEXT NOT NULL,
    status_code    SMALLINT NOT NULL,
    request_bytes  BIGINT NOT NULL DEFAULT 0,
    response_bytes BIGINT NOT NULL DEFAULT 0,
    duration_us    BIGINT NOT NULL,
    error          TEXT,
    requested_at   TIMESTAMPTZ NOT NULL DEFAULT now(),

    -- The time first, so that it also serves all calls of a period, in order.
    CONSTRAINT usage_records_pkey PRIMARY KEY (requested_at, id),
    CONSTRAINT usage_records_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT usage_records_api_key_id_fkey
        FOREIGN KEY (api_key_id) REFERENCES api_keys (id) ON DELETE SET NULL,
    CONSTRAINT usage_records_method_check
        CHECK (method ~ '^[A-Z]{1,16}$'),
    CONSTRAINT usage_records_path_check
        CHECK (path <> ''),
    CONSTRAINT usage_records_status_code_check
        CHECK (status_code BETWEEN 100 AND 599),
    CONSTRAINT usage_records_request_bytes_check
        CHECK (request_bytes >= 0),
    CONSTRAINT usage_records_response_bytes_check
        CHECK (response_bytes >= 0),
    CONSTRAINT usage_records_duration_us_check
        CHECK (duration_us >= 0)
) PARTITION BY RANGE (requested_at);

-- Takes what no month's partition takes, so that no call is ever refused.
CREATE TABLE usage_records_default PARTITION OF usage_records DEFAULT;

-- The calls of an account in a period, and the cascade from users.
CREATE INDEX usage_records_user_id_requested_at_idx ON usage_records (user_id, requested_at);

-- The calls of a key in a period, and SET NULL from api_keys.
CREATE INDEX usage_records_api_key_id_requested_at_idx ON usage_records (api_key_id, requested_at)
    WHERE api_key_id IS NOT NULL;

COMMENT ON TABLE usage_records IS 'API calls, one row each, partitioned by month (UTC) on requested_at.';
COMMENT ON TABLE usage_records_default IS 'Calls of the months that have no partition of their own.';
COMMENT ON COLUMN usage_records.api_key_id IS 'NULL when the call was made in a session, or when its key has since been deleted.';
COMMENT ON COLUMN usage_records.path IS 'Without the query string, which may hold secrets.';
COMMENT ON COLUMN usage_records.request_bytes IS 'Size of the request''s body.';
COMMENT ON COLUMN usage_records.response_bytes IS 'Size of the response''s body.';
COMMENT ON COLUMN usage_records.duration_us IS 'Microseconds from the request''s arrival to the end of the response.';
COMMENT ON COLUMN usage_records.error IS 'What went wrong. NULL when the call succeeded.';
