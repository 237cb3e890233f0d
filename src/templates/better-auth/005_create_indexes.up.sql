-- Indexes beside those of the primary keys and the unique columns.
-- On tables that are in use already: CREATE INDEX CONCURRENTLY, each in a migration of its own.

-- The sessions of an account, and the cascade from users.
CREATE INDEX sessions_user_id_idx ON sessions (user_id);

-- Clearing away what has expired.
CREATE INDEX sessions_expires_at_idx ON sessions (expires_at);

-- Who has one of these, or all of them.
CREATE INDEX software_background_preferred_languages_idx
    ON software_background USING GIN (preferred_languages);
CREATE INDEX software_background_preferred_frameworks_idx
    ON software_background USING GIN (preferred_frameworks);
CREATE INDEX hardware_background_preferred_platforms_idx
    ON hardware_background USING GIN (preferred_platforms);
CREATE INDEX hardware_background_device_types_idx
    ON hardware_background USING GIN (device_types);
