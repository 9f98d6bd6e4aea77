-- The head state of the configuration database (binding DB). Never applied by itself: the numbered migrations under
-- src/store/migrations are, and a test proves that they lead here. Instants are whole seconds, booleans 0/1, JSON text.
-- No triggers and no explicit transactions: a remote migration cannot run them.

CREATE TABLE schema_version (version INTEGER PRIMARY KEY) WITHOUT ROWID;

-- One row for the org once the deployment is seeded; its absence is what "empty" means.
CREATE TABLE meta (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  org_id TEXT NOT NULL,
  seeded INTEGER NOT NULL
);

-- Origins under which issuers are reachable; ORIGIN is the first one.
CREATE TABLE domains (
  id TEXT PRIMARY KEY,
  origin TEXT NOT NULL UNIQUE,
  created INTEGER NOT NULL
) WITHOUT ROWID;

-- `version` counts every write to the server or anything below it. The signing_* columns repeat what the server's
-- KeyRing object last said, so that lists need not ask 200 objects.
CREATE TABLE authorization_servers (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  description TEXT,
  audience TEXT NOT NULL,
  issuer_mode TEXT NOT NULL,
  status TEXT NOT NULL,
  is_default INTEGER NOT NULL,
  rotation_mode TEXT NOT NULL,
  signing_alg TEXT NOT NULL,
  signing_kid TEXT,
  signing_last_rotated INTEGER,
  signing_next_rotation INTEGER,
  version INTEGER NOT NULL,
  created INTEGER NOT NULL,
  last_updated INTEGER NOT NULL
) WITHOUT ROWID;

CREATE UNIQUE INDEX authorization_servers_default ON authorization_servers (is_default) WHERE is_default = 1;

-- System scopes and claims are constants of the code; a row with system = 1 overrides one of them.
CREATE TABLE scopes (
  id TEXT NOT NULL,
  server_id TEXT NOT NULL REFERENCES authorization_servers (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  display_name TEXT,
  description TEXT,
  consent TEXT NOT NULL,
  optional INTEGER NOT NULL,
  is_default INTEGER NOT NULL,
  metadata_publish TEXT NOT NULL,
  system INTEGER NOT NULL,
  PRIMARY KEY (server_id, id),
  UNIQUE (server_id, name)
) WITHOUT ROWID;

CREATE TABLE claims (
  id TEXT NOT NULL,
  server_id TEXT NOT NULL REFERENCES authorization_servers (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  status TEXT NOT NULL,
  claim_type TEXT NOT NULL,
  value_type TEXT NOT NULL,
  value TEXT,
  scopes TEXT NOT NULL,
  always_include INTEGER NOT NULL,
  group_filter_type TEXT,
  system INTEGER NOT NULL,
  PRIMARY KEY (server_id, id),
  UNIQUE (server_id, claim_type, name)
) WITHOUT ROWID;

CREATE TABLE policies (
  id TEXT NOT NULL,
  server_id TEXT NOT NULL REFERENCES authorization_servers (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  priority INTEGER NOT NULL,
  status TEXT NOT NULL,
  system INTEGER NOT NULL,
  clients TEXT NOT NULL,
  created INTEGER NOT NULL,
  last_updated INTEGER NOT NULL,
  PRIMARY KEY (server_id, id),
  UNIQUE (server_id, name)
) WITHOUT ROWID;

CREATE TABLE policy_rules (
  id TEXT NOT NULL,
  server_id TEXT NOT NULL,
  policy_id TEXT NOT NULL,
  name TEXT NOT NULL,
  priority INTEGER NOT NULL,
  status TEXT NOT NULL,
  system INTEGER NOT NULL,
  conditions TEXT NOT NULL,
  actions TEXT NOT NULL,
  created INTEGER NOT NULL,
  last_updated INTEGER NOT NULL,
  PRIMARY KEY (server_id, policy_id, id),
  UNIQUE (server_id, policy_id, name),
  FOREIGN KEY (server_id, policy_id) REFERENCES policies (server_id, id) ON DELETE CASCADE
) WITHOUT ROWID;

-- Apps are the registered clients. `document` holds the members that only the management API reads.
-- Access tokens issued before `tokens_not_before` are dead for good.
CREATE TABLE apps (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL UNIQUE,
  label TEXT NOT NULL,
  status TEXT NOT NULL,
  application_type TEXT,
  grant_types TEXT NOT NULL,
  token_endpoint_auth_method TEXT NOT NULL,
  jwks_uri TEXT,
  profile TEXT NOT NULL,
  document TEXT NOT NULL,
  tokens_not_before INTEGER NOT NULL,
  version INTEGER NOT NULL,
  created INTEGER NOT NULL,
  last_updated INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX apps_label ON apps (label COLLATE NOCASE);

-- Client ids of deleted apps, with the second of the deletion: a new app of that client_id begins after it.
CREATE TABLE deleted_clients (
  client_id TEXT PRIMARY KEY,
  deleted INTEGER NOT NULL
) WITHOUT ROWID;

-- A secret is stored twice: a MAC to compare with, and an envelope for what needs its value.
CREATE TABLE app_secrets (
  id TEXT NOT NULL,
  app_id TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  status TEXT NOT NULL,
  mac TEXT NOT NULL,
  envelope TEXT NOT NULL,
  secret_hash TEXT NOT NULL,
  created INTEGER NOT NULL,
  last_updated INTEGER NOT NULL,
  PRIMARY KEY (app_id, id)
) WITHOUT ROWID;

CREATE TABLE app_keys (
  id TEXT NOT NULL,
  app_id TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  kid TEXT,
  status TEXT NOT NULL,
  jwk TEXT NOT NULL,
  created INTEGER NOT NULL,
  last_updated INTEGER NOT NULL,
  PRIMARY KEY (app_id, id),
  UNIQUE (app_id, kid)
) WITHOUT ROWID;

-- okta.* scopes that an administrator granted to an app.
CREATE TABLE app_grants (
  id TEXT NOT NULL,
  app_id TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  scope TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created INTEGER NOT NULL,
  last_updated INTEGER NOT NULL,
  PRIMARY KEY (app_id, id),
  UNIQUE (app_id, scope)
) WITHOUT ROWID;

CREATE TABLE users (
  id TEXT PRIMARY KEY,
  login TEXT NOT NULL UNIQUE COLLATE NOCASE,
  status TEXT NOT NULL,
  profile TEXT NOT NULL,
  created INTEGER NOT NULL,
  last_updated INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE groups (
  id TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  name TEXT NOT NULL UNIQUE,
  description TEXT,
  created INTEGER NOT NULL,
  last_updated INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE group_members (
  group_id TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  PRIMARY KEY (group_id, user_id)
) WITHOUT ROWID;

CREATE INDEX group_members_user ON group_members (user_id);

-- Administrator roles of users and of service apps (principal_type USER or CLIENT).
CREATE TABLE role_assignments (
  id TEXT NOT NULL,
  principal_type TEXT NOT NULL,
  principal_id TEXT NOT NULL,
  role TEXT NOT NULL,
  created INTEGER NOT NULL,
  last_updated INTEGER NOT NULL,
  PRIMARY KEY (principal_type, principal_id, id),
  UNIQUE (principal_type, principal_id, role)
) WITHOUT ROWID;

-- API tokens act with their creator's rights; only a MAC of the value is stored.
CREATE TABLE api_tokens (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  mac TEXT NOT NULL UNIQUE,
  created INTEGER NOT NULL,
  last_updated INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX api_tokens_user ON api_tokens (user_id);

-- What a committed write still has to tell others: a key ring, the edge cache. Written in the batch of the write,
-- removed once done, retried by the cron trigger; every kind is safe to repeat.
CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  payload TEXT NOT NULL,
  created INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX outbox_kind ON outbox (kind, created);
