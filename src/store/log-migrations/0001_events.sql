-- The system log (binding LOG_DB): one row an event, newest found by time. `document` is the event as the API shows it.
CREATE TABLE events (
  id TEXT PRIMARY KEY,
  published INTEGER NOT NULL,
  event_type TEXT NOT NULL,
  outcome TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  document TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX events_published ON events (published);
