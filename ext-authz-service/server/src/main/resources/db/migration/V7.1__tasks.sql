-- What was said of task labels by the API: open or closed, until when, caps. What they spent is in buckets.
CREATE TABLE tasks (
  budget TEXT NOT NULL,
  task TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (budget, task)
) WITHOUT ROWID, STRICT;
