-- Drops the profiles.

DROP TABLE user_profiles;
