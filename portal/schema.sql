CREATE TABLE IF NOT EXISTS account (
    name TEXT PRIMARY KEY,
    organisations TEXT NOT NULL,        -- codes, separated by blanks
    roles TEXT NOT NULL,                -- separated by blanks
    password_hash TEXT,                 -- argon2id; null: signs in through the proxy only
    password_is_first INTEGER NOT NULL, -- made by the officer: good for one sign-in
    password_ends_at REAL,              -- until when a first password can be used
    is_disabled INTEGER NOT NULL DEFAULT 0,
    wrong_tries INTEGER NOT NULL DEFAULT 0,
    locked_until REAL,
    created_at REAL NOT NULL,
    last_sign_in_at REAL
) STRICT;
CREATE TABLE IF NOT EXISTS session (
    key_hash TEXT PRIMARY KEY,          -- SHA-256 of what the cookie holds
    account TEXT NOT NULL REFERENCES account (name),
    way TEXT NOT NULL,
    created_at REAL NOT NULL,
    seen_at REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS secret (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
