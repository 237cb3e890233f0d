-- Drops the preferences.

DROP TABLE user_preferences;
