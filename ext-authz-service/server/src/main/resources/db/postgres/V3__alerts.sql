-- Crossings of marks, and what became of telling them: written with what they are about, so none is lost and none told of what was rolled back.
-- next_attempt: when to try (again), milliseconds since the epoch; NULL = told, or given up. writer: who tells it first.
CREATE TABLE alerts (
  id text COLLATE "C" PRIMARY KEY,
  time bigint NOT NULL,
  writer text COLLATE "C" NOT NULL,
  body text NOT NULL,
  attempts bigint NOT NULL DEFAULT 0,
  next_attempt bigint,
  delivered_at bigint,
  error text
);
CREATE INDEX alerts_by_time ON alerts (time, id);
CREATE INDEX alerts_waiting ON alerts (next_attempt) WHERE next_attempt IS NOT NULL;

-- Percent of the limit that was told last, and of which limit.
ALTER TABLE buckets ADD COLUMN alerted integer NOT NULL DEFAULT 0, ADD COLUMN alerted_limit bigint NOT NULL DEFAULT 0;
