-- Endpoints outside that are asked before tokens are made. `secret` is the encrypted value of the header they are
-- authenticated with.
CREATE TABLE inline_hooks (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  version TEXT NOT NULL,
  status TEXT NOT NULL,
  channel TEXT NOT NULL,
  secret TEXT,
  created INTEGER NOT NULL,
  last_updated INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX inline_hooks_type ON inline_hooks (type, id);

-- A hook in use cannot be deleted.
ALTER TABLE policy_rules ADD COLUMN hook_id TEXT REFERENCES inline_hooks (id);
CREATE INDEX policy_rules_hook ON policy_rules (hook_id, server_id) WHERE hook_id IS NOT NULL;

-- Relations between users, such as manager and subordinate: what each side is called.
CREATE TABLE linked_object_definitions (
  primary_name TEXT PRIMARY KEY,
  associated_name TEXT NOT NULL UNIQUE,
  definition TEXT NOT NULL,
  created INTEGER NOT NULL
) WITHOUT ROWID;

-- A user has at most one primary of each relation; a primary has any number of associated users.
CREATE TABLE linked_objects (
  associated_user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  primary_name TEXT NOT NULL REFERENCES linked_object_definitions (primary_name) ON DELETE CASCADE,
  primary_user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created INTEGER NOT NULL,
  PRIMARY KEY (associated_user_id, primary_name)
) WITHOUT ROWID;

CREATE INDEX linked_objects_primary ON linked_objects (primary_user_id, primary_name, associated_user_id);
CREATE INDEX linked_objects_name ON linked_objects (primary_name, associated_user_id);

-- A scope that is deleted takes along that it was skipped.
CREATE INDEX skipped_scopes_scope ON skipped_scopes (server_id, scope);
DROP INDEX skipped_scopes_server;

INSERT INTO schema_version (version) VALUES (4);
