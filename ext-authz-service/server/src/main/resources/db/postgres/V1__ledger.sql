-- The ledger that replicas share. Amounts are nano-units, times milliseconds since the epoch, text is compared byte by byte (as on SQLite).
-- Entries and receipts are never edited: triggers refuse it. `body` is the record as JSON, beside the columns that SQL needs of it.

-- One row for each name that a replica ever had. Who has the epoch writes; batch is the last one that was committed.
CREATE TABLE writers (
  id text COLLATE "C" PRIMARY KEY,
  epoch bigint NOT NULL CHECK (epoch > 0),
  batch bigint NOT NULL CHECK (batch >= 0),
  time bigint NOT NULL,
  plan text COLLATE "C"
) WITH (fillfactor = 50);

-- Rows that are locked in place of rows that may not exist yet: an API key for its idempotency keys, a budget for its buckets. `running` counts the requests of a key.
CREATE TABLE anchors (
  name text COLLATE "C" PRIMARY KEY,
  running bigint NOT NULL DEFAULT 0 CHECK (running >= 0)
) WITH (fillfactor = 50);

-- `due`: when time alone changes it next, a grant that starts or ends; NULL = never.
CREATE TABLE accounts (
  name text COLLATE "C" PRIMARY KEY,
  unit text NOT NULL,
  posted bigint NOT NULL,
  held bigint NOT NULL CHECK (held >= 0),
  sequence bigint NOT NULL CHECK (sequence >= 0),
  due bigint,
  body text NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX due_accounts ON accounts (due) WHERE due IS NOT NULL;

CREATE TABLE entries (
  balance text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL CHECK (sequence > 0),
  time bigint NOT NULL,
  kind text COLLATE "C" NOT NULL,
  amount bigint NOT NULL,
  before bigint NOT NULL,
  after bigint NOT NULL CHECK (after = before + amount),
  receipt text COLLATE "C",
  attempt integer,
  actor text,
  reason text,
  body text NOT NULL,
  PRIMARY KEY (balance, sequence)
);
CREATE INDEX entries_of_receipt ON entries (receipt) WHERE receipt IS NOT NULL;
-- One charge for each attempt, whatever the code above it does.
CREATE UNIQUE INDEX one_charge_an_attempt ON entries (receipt, attempt) WHERE kind = 'Charge';

CREATE TABLE holds (
  request text COLLATE "C" NOT NULL,
  attempt integer NOT NULL,
  state text COLLATE "C" NOT NULL,
  balance text COLLATE "C",
  plan text COLLATE "C" NOT NULL,
  writer text COLLATE "C" NOT NULL,
  held_at bigint NOT NULL,
  lease_until bigint NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (request, attempt)
) WITH (fillfactor = 70);
CREATE INDEX active_leases ON holds (lease_until) WHERE state = 'ACTIVE';
-- What keeps a policy: late evidence is priced by it.
CREATE INDEX holds_of_plan ON holds (plan, lease_until) WHERE state IN ('ACTIVE', 'ESTIMATED', 'LEASE_VOIDED', 'EXPIRED');
-- Counted for metrics: ended holds that better evidence would still correct.
CREATE INDEX uncertain_holds ON holds (state) WHERE state IN ('ESTIMATED', 'EXPIRED', 'LEASE_VOIDED');

CREATE TABLE requests (
  id text COLLATE "C" PRIMARY KEY,
  phase text COLLATE "C" NOT NULL,
  since bigint NOT NULL,
  plan text COLLATE "C" NOT NULL,
  writer text COLLATE "C" NOT NULL,
  body text NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX requests_moving_on ON requests (since) WHERE phase = 'MOVING_ON';
CREATE INDEX requests_of_plan ON requests (plan);

CREATE TABLE buckets (
  budget text COLLATE "C" NOT NULL,
  value text COLLATE "C" NOT NULL,
  unit text COLLATE "C" NOT NULL,
  window_start bigint NOT NULL,
  window_end bigint NOT NULL,
  spent bigint NOT NULL,
  held bigint NOT NULL CHECK (held >= 0),
  last_used bigint NOT NULL,
  PRIMARY KEY (budget, value, unit, window_start)
) WITH (fillfactor = 50);
CREATE INDEX buckets_in_use ON buckets (budget, last_used);
CREATE INDEX buckets_holding ON buckets (budget) WHERE held > 0;
CREATE INDEX buckets_by_fullness ON buckets (budget, unit, window_start);

-- Request ids are UUIDv7: ordered by id is ordered by time.
CREATE TABLE receipts (
  id text COLLATE "C" PRIMARY KEY,
  time bigint NOT NULL,
  api_key text COLLATE "C" NOT NULL,
  project text COLLATE "C" NOT NULL,
  route text COLLATE "C",
  model text COLLATE "C",
  status text COLLATE "C" NOT NULL,
  task text COLLATE "C",
  end_user text COLLATE "C",
  body text NOT NULL
);
CREATE INDEX receipts_of_project ON receipts (project, id);
CREATE INDEX receipts_of_task ON receipts (task, id) WHERE task IS NOT NULL;

-- Reports read receipts by the time of their request.
CREATE INDEX receipts_by_time ON receipts (time, id);

-- Refusals above the receipts that a key gets from a writer in a second: counted. `second` is its beginning in ledger time.
CREATE TABLE refusals (
  second bigint NOT NULL,
  api_key text COLLATE "C" NOT NULL,
  code text COLLATE "C" NOT NULL,
  writer text COLLATE "C" NOT NULL,
  count bigint NOT NULL CHECK (count > 0),
  PRIMARY KEY (second, api_key, code, writer)
) WITH (fillfactor = 70);

CREATE TABLE idempotency (
  api_key text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  request text NOT NULL,
  until bigint NOT NULL,
  PRIMARY KEY (api_key, key)
);
CREATE INDEX idempotency_until ON idempotency (until);

CREATE TABLE grants (
  key text COLLATE "C" PRIMARY KEY,
  content text NOT NULL,
  balance text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL,
  before bigint NOT NULL,
  after bigint NOT NULL,
  terms text
);

-- `used`: when a replica last had it as the one that decides new requests.
CREATE TABLE policies (digest text COLLATE "C" PRIMARY KEY, canonical bytea NOT NULL, activated bigint NOT NULL, used bigint NOT NULL);

CREATE TABLE journal (
  writer text COLLATE "C" NOT NULL,
  file text COLLATE "C" NOT NULL,
  inode bigint NOT NULL,
  generation bigint NOT NULL,
  position bigint NOT NULL,
  PRIMARY KEY (writer, file)
) WITH (fillfactor = 50);

CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% are never edited or deleted', tg_table_name;
END $$;
CREATE TRIGGER entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON entries FOR EACH STATEMENT EXECUTE FUNCTION never();
CREATE TRIGGER receipts_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON receipts FOR EACH STATEMENT EXECUTE FUNCTION never();

-- One look for each statement: every new entry has the one before it, in the table or in the same statement.
CREATE FUNCTION entries_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM added a LEFT JOIN entries p ON p.balance = a.balance AND p.sequence = a.sequence - 1
    WHERE CASE WHEN p.sequence IS NULL THEN a.sequence <> 1 OR a.before <> 0 ELSE p.after <> a.before END
  ) THEN
    RAISE EXCEPTION 'an entry does not follow the last one of its balance';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER entries_are_gapless AFTER INSERT ON entries REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION entries_follow();
