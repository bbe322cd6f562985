-- Corrections of house costs are records of the chain, as entries and receipts are: docs/design/ledger-proof.md. A cost has no place: its receipt says it.
-- V11.1 fills them, forbids edits again and lets no correction in without a place.
DROP TRIGGER house_entries_are_final;
ALTER TABLE house_entries ADD COLUMN chain INTEGER;
ALTER TABLE house_entries ADD COLUMN number INTEGER;
ALTER TABLE house_entries ADD COLUMN hash BLOB;

-- Where the next pruning begins to look: the limit of this one, or when the oldest request came that ran as this one began. NULL = of a version that did not note it.
ALTER TABLE prunings ADD COLUMN next_from INTEGER;
