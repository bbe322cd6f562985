-- Details of old receipts go, and the proof stays: docs/design/retention.md. One row for each time that they went; times are milliseconds since the epoch.
CREATE TABLE prunings (
  id bigint PRIMARY KEY,
  actor text COLLATE "C" NOT NULL,
  begun bigint NOT NULL,
  -- receipts of requests that came before it
  before bigint NOT NULL,
  state text COLLATE "C" NOT NULL CHECK (state IN ('Running', 'Done', 'BrokenOff')),
  ended bigint,
  receipts bigint NOT NULL,
  -- the last of them
  last_time bigint,
  last_receipt text COLLATE "C",
  -- over what it left
  hash bytea NOT NULL
);
CREATE FUNCTION prunings_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'Running' THEN
    RAISE EXCEPTION 'a pruning that ended is never edited';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER prunings_are_kept BEFORE DELETE OR TRUNCATE ON prunings FOR EACH STATEMENT EXECUTE FUNCTION never();
CREATE TRIGGER prunings_stay BEFORE UPDATE ON prunings FOR EACH ROW EXECUTE FUNCTION prunings_end();

-- digest: SHA-256 of the body that stood there, by which it is in its chain; NULL = it stands there still.
ALTER TABLE receipts ADD COLUMN digest bytea, ADD COLUMN pruning bigint;
CREATE INDEX pruned_receipts ON receipts (pruning, time, id) WHERE pruning IS NOT NULL;

CREATE FUNCTION receipts_lose_details() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.digest IS NOT NULL OR NEW.digest IS DISTINCT FROM sha256(convert_to(OLD.body, 'UTF8'))
    OR NOT EXISTS (SELECT 1 FROM prunings WHERE id = NEW.pruning AND state = 'Running' AND before > OLD.time)
    OR (NEW.id, NEW.time, NEW.api_key, NEW.project, NEW.route, NEW.model, NEW.status, NEW.task, NEW.end_user, NEW.chain, NEW.number, NEW.hash)
      IS DISTINCT FROM (OLD.id, OLD.time, OLD.api_key, OLD.project, OLD.route, OLD.model, OLD.status, OLD.task, OLD.end_user, OLD.chain, OLD.number, OLD.hash) THEN
    RAISE EXCEPTION 'receipts are never edited or deleted';
  END IF;
  RETURN NEW;
END $$;
DROP TRIGGER receipts_stay ON receipts;
CREATE TRIGGER receipts_are_kept BEFORE DELETE OR TRUNCATE ON receipts FOR EACH STATEMENT EXECUTE FUNCTION never();
CREATE TRIGGER receipts_stay BEFORE UPDATE ON receipts FOR EACH ROW EXECUTE FUNCTION receipts_lose_details();
