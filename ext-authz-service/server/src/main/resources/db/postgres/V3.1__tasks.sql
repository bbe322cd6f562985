-- What was said of task labels by the API: open or closed, until when, caps. What they spent is in buckets. The budget's anchor is locked before a row is read or
-- written. ends: 0 = by idle time; closed ones end at 1.
CREATE TABLE tasks (
  budget text COLLATE "C" NOT NULL,
  task text COLLATE "C" NOT NULL,
  ends bigint NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (budget, task)
) WITH (fillfactor = 70);
CREATE INDEX tasks_in_use ON tasks (budget, ends);
