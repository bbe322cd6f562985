-- A policy's bytes apart from what changes: SQLite writes a whole row for one changed column, and a gateway of thousands of routes has megabytes of them.
-- base: the bytes are the pieces that differ from this policy's, which is stored whole. NULL = they are whole.
CREATE TABLE policy_bytes (digest TEXT NOT NULL UNIQUE, base TEXT, bytes BLOB NOT NULL) STRICT;
INSERT INTO policy_bytes SELECT digest, NULL, canonical FROM policies;

CREATE TABLE policies_5 (digest TEXT PRIMARY KEY, activated INTEGER NOT NULL, active INTEGER NOT NULL) WITHOUT ROWID, STRICT;
INSERT INTO policies_5 SELECT digest, activated, active FROM policies;
DROP TABLE policies;
ALTER TABLE policies_5 RENAME TO policies;
