-- Hash chains: each entry and receipt has a number in the chain of who wrote it, and a hash over itself and the one before. docs/design/ledger-proof.md.
CREATE TABLE ledger (id TEXT NOT NULL) STRICT;
INSERT INTO ledger SELECT lower(hex(randomblob(16)));

-- One row for each writer that there ever was; number and hash are those of its last record, start is hash(0). follows: the chain whose last hash is in that.
CREATE TABLE chains (
  id INTEGER PRIMARY KEY,
  writer TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  follows INTEGER,
  start BLOB NOT NULL,
  number INTEGER NOT NULL,
  hash BLOB NOT NULL,
  UNIQUE (writer, epoch)
) STRICT;

-- V6.1 fills them and makes their indexes; a row without a place of its own cannot be inserted then.
ALTER TABLE entries ADD COLUMN chain INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entries ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entries ADD COLUMN hash BLOB NOT NULL DEFAULT x'';
ALTER TABLE receipts ADD COLUMN chain INTEGER NOT NULL DEFAULT 0;
ALTER TABLE receipts ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE receipts ADD COLUMN hash BLOB NOT NULL DEFAULT x'';
