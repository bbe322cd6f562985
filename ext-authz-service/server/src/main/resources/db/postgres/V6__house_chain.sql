-- Corrections of house costs are records of the chains, as on SQLite. V6.1 fills the columns and lets no correction in without a place.
ALTER TABLE house_entries ADD COLUMN chain integer, ADD COLUMN number bigint, ADD COLUMN hash bytea;

-- Where the next pruning begins to look, as on SQLite.
ALTER TABLE prunings ADD COLUMN next_from bigint;
