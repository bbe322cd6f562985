-- The embedded ledger. Amounts are nano-units, times milliseconds since the epoch. Entries and receipts are never edited: triggers refuse it.

CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID, STRICT;
INSERT INTO meta (name, value) VALUES ('time', 0);

CREATE TABLE accounts (
  name TEXT PRIMARY KEY,
  unit TEXT NOT NULL,
  posted INTEGER NOT NULL,
  held INTEGER NOT NULL CHECK (held >= 0),
  sequence INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE entries (
  balance TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  time INTEGER NOT NULL,
  kind TEXT NOT NULL,
  amount INTEGER NOT NULL,
  before INTEGER NOT NULL,
  after INTEGER NOT NULL CHECK (after = before + amount),
  receipt TEXT,
  attempt INTEGER,
  actor TEXT,
  reason TEXT,
  PRIMARY KEY (balance, sequence)
) WITHOUT ROWID, STRICT;
CREATE INDEX entries_of_receipt ON entries (receipt) WHERE receipt IS NOT NULL;
-- One charge for each attempt, whatever the code above it does.
CREATE UNIQUE INDEX one_charge_an_attempt ON entries (receipt, attempt) WHERE kind = 'Charge';

CREATE TRIGGER entries_are_gapless BEFORE INSERT ON entries
WHEN new.sequence <> 1 + coalesce((SELECT max(sequence) FROM entries WHERE balance = new.balance), 0)
  OR new.before <> coalesce((SELECT after FROM entries WHERE balance = new.balance ORDER BY sequence DESC LIMIT 1), 0)
BEGIN SELECT raise(ABORT, 'an entry does not follow the last one of its balance'); END;
CREATE TRIGGER entries_stay BEFORE UPDATE ON entries BEGIN SELECT raise(ABORT, 'entries are never edited'); END;
CREATE TRIGGER entries_are_kept BEFORE DELETE ON entries BEGIN SELECT raise(ABORT, 'entries are never deleted'); END;

CREATE TABLE holds (
  request TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  state TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (request, attempt)
) WITHOUT ROWID, STRICT;
CREATE INDEX active_holds ON holds (request) WHERE state = 'ACTIVE';

CREATE TABLE requests (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID, STRICT;

CREATE TABLE buckets (
  budget TEXT NOT NULL,
  value TEXT NOT NULL,
  unit TEXT NOT NULL,
  window_start INTEGER NOT NULL,
  window_end INTEGER NOT NULL,
  spent INTEGER NOT NULL,
  held INTEGER NOT NULL CHECK (held >= 0),
  last_used INTEGER NOT NULL,
  PRIMARY KEY (budget, value, unit, window_start)
) WITHOUT ROWID, STRICT;

-- Request ids are UUIDv7: ordered by id is ordered by time.
CREATE TABLE receipts (
  id TEXT PRIMARY KEY,
  time INTEGER NOT NULL,
  api_key TEXT NOT NULL,
  project TEXT NOT NULL,
  route TEXT,
  model TEXT,
  status TEXT NOT NULL,
  task TEXT,
  end_user TEXT,
  body TEXT NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX receipts_of_project ON receipts (project, id);
CREATE INDEX receipts_of_task ON receipts (task, id) WHERE task IS NOT NULL;
CREATE TRIGGER receipts_stay BEFORE UPDATE ON receipts BEGIN SELECT raise(ABORT, 'receipts are never edited'); END;
CREATE TRIGGER receipts_are_kept BEFORE DELETE ON receipts BEGIN SELECT raise(ABORT, 'receipts are never deleted'); END;

CREATE TABLE idempotency (
  api_key TEXT NOT NULL,
  key TEXT NOT NULL,
  request TEXT NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (api_key, key)
) WITHOUT ROWID, STRICT;

CREATE TABLE grants (
  key TEXT PRIMARY KEY,
  content TEXT NOT NULL,
  balance TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  before INTEGER NOT NULL,
  after INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE policies (digest TEXT PRIMARY KEY, canonical BLOB NOT NULL, activated INTEGER NOT NULL, active INTEGER NOT NULL) WITHOUT ROWID, STRICT;

CREATE TABLE journal (file TEXT PRIMARY KEY, inode INTEGER NOT NULL, generation INTEGER NOT NULL, offset INTEGER NOT NULL) WITHOUT ROWID, STRICT;
