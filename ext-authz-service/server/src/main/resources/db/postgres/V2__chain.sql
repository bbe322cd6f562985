-- Hash chains: each entry and receipt has a number in the chain of the epoch that wrote it, and a hash over itself and the one before. docs/design/ledger-proof.md.
CREATE TABLE ledger (id text COLLATE "C" NOT NULL);
INSERT INTO ledger SELECT replace(gen_random_uuid()::text, '-', '');

-- One row for each epoch that there ever was. number and hash are those of its last record, NULL while its writer has it: they are in the writer's row then.
-- start is hash(0); follows: the chain whose last hash is in that.
CREATE TABLE chains (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  writer text COLLATE "C" NOT NULL,
  epoch bigint NOT NULL,
  follows integer,
  start bytea NOT NULL,
  number bigint,
  hash bytea,
  UNIQUE (writer, epoch)
);

-- The chain of the epoch and its last record.
ALTER TABLE writers ADD COLUMN chain integer, ADD COLUMN number bigint, ADD COLUMN hash bytea;

-- V2.1 fills them, makes their indexes and takes the defaults away.
ALTER TABLE entries ADD COLUMN chain integer NOT NULL DEFAULT 0, ADD COLUMN number bigint NOT NULL DEFAULT 0, ADD COLUMN hash bytea NOT NULL DEFAULT '';
ALTER TABLE receipts ADD COLUMN chain integer NOT NULL DEFAULT 0, ADD COLUMN number bigint NOT NULL DEFAULT 0, ADD COLUMN hash bytea NOT NULL DEFAULT '';
