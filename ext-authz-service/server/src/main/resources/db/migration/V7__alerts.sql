-- Crossings of marks, and what became of telling them: written with what they are about, so none is lost and none told of what was rolled back.
-- next_attempt: when to try (again), milliseconds since the epoch; NULL = told, or given up.
CREATE TABLE alerts (
  id TEXT PRIMARY KEY,
  time INTEGER NOT NULL,
  body TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_attempt INTEGER,
  delivered_at INTEGER,
  error TEXT
) WITHOUT ROWID, STRICT;
CREATE INDEX alerts_by_time ON alerts (time, id);
CREATE INDEX alerts_waiting ON alerts (next_attempt) WHERE next_attempt IS NOT NULL;

-- Percent of the limit that was told last, and of which limit.
ALTER TABLE buckets ADD COLUMN alerted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE buckets ADD COLUMN alerted_limit INTEGER NOT NULL DEFAULT 0;
