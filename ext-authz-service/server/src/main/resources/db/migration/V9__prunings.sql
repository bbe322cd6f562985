-- Details of old receipts go, and the proof stays: docs/design/retention.md. One row for each time that they went; times are milliseconds since the epoch.
CREATE TABLE prunings (
  id INTEGER PRIMARY KEY,
  actor TEXT NOT NULL,
  begun INTEGER NOT NULL,
  -- receipts of requests that came before it
  before INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('Running', 'Done', 'BrokenOff')),
  ended INTEGER,
  receipts INTEGER NOT NULL,
  -- the last of them
  last_time INTEGER,
  last_receipt TEXT,
  -- over what it left
  hash BLOB NOT NULL
) STRICT;
CREATE TRIGGER prunings_are_kept BEFORE DELETE ON prunings BEGIN SELECT raise(ABORT, 'prunings are never deleted'); END;
CREATE TRIGGER prunings_stay BEFORE UPDATE ON prunings WHEN old.state <> 'Running' BEGIN SELECT raise(ABORT, 'a pruning that ended is never edited'); END;

-- digest: SHA-256 of the body that stood there, by which it is in its chain; NULL = it stands there still.
ALTER TABLE receipts ADD COLUMN digest BLOB;
ALTER TABLE receipts ADD COLUMN pruning INTEGER;
CREATE INDEX pruned_receipts ON receipts (pruning, time, id) WHERE pruning IS NOT NULL;

DROP TRIGGER receipts_stay;
CREATE TRIGGER receipts_stay BEFORE UPDATE ON receipts
WHEN old.digest IS NOT NULL OR new.digest IS NULL OR length(new.digest) <> 32 OR new.pruning IS NULL
  OR NOT EXISTS (SELECT 1 FROM prunings WHERE id = new.pruning AND state = 'Running' AND before > old.time)
  OR new.id IS NOT old.id OR new.time IS NOT old.time OR new.api_key IS NOT old.api_key OR new.project IS NOT old.project OR new.route IS NOT old.route
  OR new.model IS NOT old.model OR new.status IS NOT old.status OR new.task IS NOT old.task OR new.end_user IS NOT old.end_user
  OR new.chain IS NOT old.chain OR new.number IS NOT old.number OR new.hash IS NOT old.hash
BEGIN SELECT raise(ABORT, 'receipts are never edited'); END;
