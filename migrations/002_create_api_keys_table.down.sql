-- Drops the API keys, with their indexes and their sequence.

DROP TABLE api_keys;
