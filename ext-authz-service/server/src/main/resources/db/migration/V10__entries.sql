-- What a new entry is checked by, and found by, with half of the work: docs/design/ledger.md, "What a pair costs".

-- Sequences are gapless and entries are kept, so an entry follows the last one if the one before it is there: its own place is free, or its primary key says so.
DROP TRIGGER entries_are_gapless;
CREATE TRIGGER entries_are_gapless BEFORE INSERT ON entries
WHEN new.before IS NOT CASE new.sequence WHEN 1 THEN 0 ELSE (SELECT after FROM entries WHERE balance = new.balance AND sequence = new.sequence - 1) END
BEGIN SELECT raise(ABORT, 'an entry does not follow the last one of its balance'); END;

-- One index for both: entries of a receipt, and one charge for each attempt, whatever the code above it does. Every other entry is told apart by its own place.
DROP INDEX entries_of_receipt;
DROP INDEX one_charge_an_attempt;
CREATE UNIQUE INDEX one_charge_an_attempt ON entries (
  receipt, attempt, CASE kind WHEN 'Charge' THEN 0 ELSE sequence END, CASE kind WHEN 'Charge' THEN '' ELSE balance END
) WHERE receipt IS NOT NULL;
