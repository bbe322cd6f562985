-- What providers bill the house, as on SQLite. A stripe is one writer: replicas lock no row of each other's.
CREATE TABLE house_entries (
  receipt text COLLATE "C" NOT NULL,
  attempt integer NOT NULL,
  kind text COLLATE "C" NOT NULL CHECK (kind IN ('Cost', 'Correction')),
  stripe text COLLATE "C" NOT NULL,
  provider text COLLATE "C" NOT NULL,
  unit text COLLATE "C" NOT NULL,
  time bigint NOT NULL,
  amount bigint NOT NULL CHECK (amount <> 0),
  sheet text COLLATE "C" NOT NULL,
  digest text COLLATE "C" NOT NULL,
  PRIMARY KEY (receipt, attempt, kind)
);
CREATE INDEX house_corrections ON house_entries (receipt) WHERE kind = 'Correction';

CREATE TRIGGER house_entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON house_entries FOR EACH STATEMENT EXECUTE FUNCTION never();

CREATE TABLE house_accounts (
  stripe text COLLATE "C" NOT NULL,
  provider text COLLATE "C" NOT NULL,
  unit text COLLATE "C" NOT NULL,
  units bigint NOT NULL,
  nanos bigint NOT NULL CHECK (nanos >= 0 AND nanos < 1000000000),
  entries bigint NOT NULL CHECK (entries > 0),
  PRIMARY KEY (stripe, provider, unit)
) WITH (fillfactor = 50);
