-- What a balance's money consists of: lots, grants that will start, whether it may be used. Null = older than lots: what is posted is one lot without an end, or debt.
ALTER TABLE accounts ADD COLUMN purse TEXT;
-- How an entry changed the lots, as JSON. Null = not at all, or older than lots.
ALTER TABLE entries ADD COLUMN allocations TEXT;
-- Of a grant: how its value is used. Null = plain, or not a grant.
ALTER TABLE grants ADD COLUMN terms TEXT;
