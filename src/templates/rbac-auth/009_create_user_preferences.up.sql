-- How an account's owner wants the application to be, one row an account.
-- To adapt: the columns; what is rarely searched for goes into settings.

CREATE TABLE user_preferences (
    user_id             BIGINT NOT NULL,
    language            TEXT NOT NULL DEFAULT 'en',
    timezone            TEXT NOT NULL DEFAULT 'UTC',
    theme               TEXT NOT NULL DEFAULT 'system',
    email_notifications BOOLEAN NOT NULL DEFAULT true,
    settings            JSONB NOT NULL DEFAULT '{}',
    created_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at          TIMESTAMPTZ NOT NULL DEFAULT now(),

    CONSTRAINT user_preferences_pkey PRIMARY KEY (user_id),
    CONSTRAINT user_preferences_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT user_preferences_settings_check
        CHECK (jsonb_typeof(settings) = 'object')
);

COMMENT ON TABLE user_preferences IS 'Preferences, at most one row an account; the defaults are those of a new account.';
COMMENT ON COLUMN user_preferences.language IS 'A BCP 47 tag, such as en or pt-BR.';
COMMENT ON COLUMN user_preferences.timezone IS 'An IANA name, such as Europe/Paris.';
COMMENT ON COLUMN user_preferences.updated_at IS 'Set by the application.';
