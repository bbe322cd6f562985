-- Refusals above the receipts that a key gets in a second: counted. A second is its beginning in ledger time, milliseconds since the epoch.
CREATE TABLE refusals (
  second INTEGER NOT NULL,
  api_key TEXT NOT NULL,
  code TEXT NOT NULL,
  count INTEGER NOT NULL CHECK (count > 0),
  PRIMARY KEY (second, api_key, code)
) WITHOUT ROWID, STRICT;

-- Reports read receipts by the time of their request.
CREATE INDEX receipts_by_time ON receipts (time);

-- Counted for metrics: ended holds that better evidence would still correct.
CREATE INDEX uncertain_holds ON holds (state) WHERE state IN ('ESTIMATED', 'EXPIRED', 'LEASE_VOIDED');
