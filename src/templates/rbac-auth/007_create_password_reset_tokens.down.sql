-- Drops the password resets, with their sequence: links in mails are void.

DROP TABLE password_reset_tokens;
