-- What providers bill the house. Amounts are nano-units of `unit`, which no balance needs to have; times are milliseconds since the epoch. Never edited: triggers refuse it.
CREATE TABLE house_entries (
  receipt TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('Cost', 'Correction')),
  stripe TEXT NOT NULL,
  provider TEXT NOT NULL,
  unit TEXT NOT NULL,
  time INTEGER NOT NULL,
  amount INTEGER NOT NULL CHECK (amount <> 0),
  sheet TEXT NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (receipt, attempt, kind)
) WITHOUT ROWID, STRICT;
CREATE INDEX house_corrections ON house_entries (receipt) WHERE kind = 'Correction';
CREATE TRIGGER house_entries_are_kept BEFORE DELETE ON house_entries BEGIN SELECT RAISE(ABORT, 'house entries are never deleted'); END;
CREATE TRIGGER house_entries_are_final BEFORE UPDATE ON house_entries BEGIN SELECT RAISE(ABORT, 'house entries are never edited'); END;

-- What they sum to. A stripe is one writer. units * 10^9 + nanos is the sum in nano-units: it does not end at what one integer can count.
CREATE TABLE house_accounts (
  stripe TEXT NOT NULL,
  provider TEXT NOT NULL,
  unit TEXT NOT NULL,
  units INTEGER NOT NULL,
  nanos INTEGER NOT NULL CHECK (nanos >= 0 AND nanos < 1000000000),
  entries INTEGER NOT NULL CHECK (entries > 0),
  PRIMARY KEY (stripe, provider, unit)
) WITHOUT ROWID, STRICT;
