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
  last_updated INTEGER NOT NULL,
  access_token_encryption TEXT,
  jwks_uri TEXT,
  access_token_profile TEXT NOT NULL DEFAULT 'OKTA'
) WITHOUT ROWID;

CREATE UNIQUE INDEX authorization_servers_default ON authorization_servers (is_default) WHERE is_default = 1;
CREATE INDEX authorization_servers_name ON authorization_servers (name COLLATE NOCASE, id);
CREATE INDEX authorization_servers_audience ON authorization_servers (audience COLLATE NOCASE, id);

-- Public keys of resource servers, to encrypt access tokens to.
CREATE TABLE resource_server_keys (
  id TEXT NOT NULL,
  server_id TEXT NOT NULL REFERENCES authorization_servers (id) ON DELETE CASCADE,
  kid TEXT,
  status TEXT NOT NULL,
  jwk TEXT NOT NULL,
  created INTEGER NOT NULL,
  last_updated INTEGER NOT NULL,
  PRIMARY KEY (server_id, id),
  UNIQUE (server_id, kid)
) WITHOUT ROWID;

CREATE UNIQUE INDEX resource_server_keys_active ON resource_server_keys (server_id) WHERE status = 'ACTIVE';

-- Servers whose tokens a server trusts as subjects of a token exchange.
CREATE TABLE associated_servers (
  server_id TEXT NOT NULL REFERENCES authorization_servers (id) ON DELETE CASCADE,
  associated_id TEXT NOT NULL REFERENCES authorization_servers (id) ON DELETE CASCADE,
  created INTEGER NOT NULL,
  PRIMARY KEY (server_id, associated_id)
) WITHOUT ROWID;

CREATE INDEX associated_servers_associated ON associated_servers (associated_id, server_id);

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
  hook_id TEXT REFERENCES inline_hooks (id),
  PRIMARY KEY (server_id, policy_id, id),
  UNIQUE (server_id, policy_id, name),
  FOREIGN KEY (server_id, policy_id) REFERENCES policies (server_id, id) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE INDEX policy_rules_hook ON policy_rules (hook_id, server_id) WHERE hook_id IS NOT NULL;

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
CREATE INDEX apps_status ON apps (status, id);

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
  last_updated INTEGER NOT NULL,
  activated INTEGER,
  status_changed INTEGER,
  last_login INTEGER,
  password_changed INTEGER,
  version INTEGER NOT NULL DEFAULT 1
) WITHOUT ROWID;

CREATE INDEX users_status ON users (status, id);
CREATE INDEX users_created ON users (created, id);
CREATE INDEX users_last_updated ON users (last_updated, id);
CREATE INDEX users_status_changed ON users (status_changed, id);
CREATE INDEX users_activated ON users (activated, id);

-- What a person proves to be themselves with, hashed; read by the person's own object only.
CREATE TABLE user_credentials (
  user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  password_hash TEXT,
  recovery_question TEXT,
  recovery_answer_hash TEXT
) WITHOUT ROWID;

-- Each profile attribute of each user, by which searches find them; `profile` of the user is what is shown.
CREATE TABLE user_attributes (
  attribute TEXT NOT NULL,
  value COLLATE NOCASE NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  PRIMARY KEY (attribute, value, user_id)
) WITHOUT ROWID;

CREATE INDEX user_attributes_user ON user_attributes (user_id, attribute);

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

-- Custom attributes of the user profile; the base ones are constants of the code.
CREATE TABLE profile_attributes (
  name TEXT PRIMARY KEY,
  definition TEXT NOT NULL,
  created INTEGER NOT NULL,
  last_updated INTEGER NOT NULL
) WITHOUT ROWID;

-- Logins that nobody but the user who had them may take yet, because tokens which are still alive name them.
CREATE TABLE reserved_logins (
  login TEXT PRIMARY KEY COLLATE NOCASE,
  until INTEGER NOT NULL,
  user_id TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX reserved_logins_until ON reserved_logins (until);

CREATE TABLE groups (
  id TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  name TEXT NOT NULL UNIQUE,
  description TEXT,
  created INTEGER NOT NULL,
  last_updated INTEGER NOT NULL,
  last_membership_updated INTEGER,
  version INTEGER NOT NULL DEFAULT 1
) WITHOUT ROWID;

CREATE INDEX groups_name ON groups (name COLLATE NOCASE, id);
CREATE INDEX groups_type ON groups (type, id);
CREATE INDEX groups_last_updated ON groups (last_updated, id);
CREATE INDEX groups_last_membership_updated ON groups (last_membership_updated, id);

-- Everybody is a member of the built-in group, by a row like any other.
CREATE TABLE group_members (
  group_id TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created INTEGER,
  PRIMARY KEY (group_id, user_id)
) WITHOUT ROWID;

CREATE INDEX group_members_user ON group_members (user_id);

-- Users whom an app is assigned to one by one. Who has it through a group is found through app_groups.
CREATE TABLE app_users (
  app_id TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  user_name TEXT,
  profile TEXT NOT NULL,
  created INTEGER NOT NULL,
  last_updated INTEGER NOT NULL,
  PRIMARY KEY (app_id, user_id)
) WITHOUT ROWID;

CREATE INDEX app_users_user ON app_users (user_id, app_id);

CREATE TABLE app_groups (
  app_id TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  group_id TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  priority INTEGER NOT NULL,
  profile TEXT NOT NULL,
  created INTEGER NOT NULL,
  last_updated INTEGER NOT NULL,
  PRIMARY KEY (app_id, group_id)
) WITHOUT ROWID;

CREATE INDEX app_groups_group ON app_groups (group_id, app_id);

-- Scopes that a person consented to, for one client at one server.
CREATE TABLE consents (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  client_id TEXT NOT NULL,
  server_id TEXT NOT NULL,
  scope TEXT NOT NULL,
  created INTEGER NOT NULL,
  last_updated INTEGER NOT NULL,
  UNIQUE (user_id, client_id, server_id, scope)
) WITHOUT ROWID;

CREATE INDEX consents_user ON consents (user_id, id);
CREATE INDEX consents_client ON consents (client_id, id);
CREATE INDEX consents_scope ON consents (server_id, scope, id);

-- Optional scopes that people chose not to give: they are not asked about them again.
CREATE TABLE skipped_scopes (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  client_id TEXT NOT NULL REFERENCES apps (client_id) ON DELETE CASCADE,
  server_id TEXT NOT NULL REFERENCES authorization_servers (id) ON DELETE CASCADE,
  scope TEXT NOT NULL,
  PRIMARY KEY (user_id, client_id, server_id, scope)
) WITHOUT ROWID;

CREATE INDEX skipped_scopes_client ON skipped_scopes (client_id);
CREATE INDEX skipped_scopes_scope ON skipped_scopes (server_id, scope);

-- One row a refresh token family, for lists; whether a family is alive is known to the person's object alone.
CREATE TABLE refresh_tokens (
  id TEXT PRIMARY KEY,
  server_id TEXT NOT NULL,
  client_id TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  scopes TEXT NOT NULL,
  created INTEGER NOT NULL,
  last_updated INTEGER NOT NULL,
  expires INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX refresh_tokens_server ON refresh_tokens (server_id, client_id, id);
CREATE INDEX refresh_tokens_client ON refresh_tokens (client_id, id);
CREATE INDEX refresh_tokens_user ON refresh_tokens (user_id, client_id, id);
CREATE INDEX refresh_tokens_expires ON refresh_tokens (expires);

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

-- API tokens act with their creator's rights; only a MAC of the value is stored. A token that was not used for
-- `token_window` seconds expires; one without a window does not.
CREATE TABLE api_tokens (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  mac TEXT NOT NULL UNIQUE,
  created INTEGER NOT NULL,
  last_updated INTEGER NOT NULL,
  network TEXT,
  token_window INTEGER,
  expires INTEGER
) WITHOUT ROWID;

CREATE INDEX api_tokens_user ON api_tokens (user_id);
CREATE INDEX api_tokens_expires ON api_tokens (expires);

-- Origins of pages that may use a person's session, be redirected to, or embed this org's pages.
CREATE TABLE trusted_origins (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  origin TEXT NOT NULL UNIQUE,
  scopes TEXT NOT NULL,
  status TEXT NOT NULL,
  created INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  last_updated INTEGER NOT NULL,
  last_updated_by TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX trusted_origins_status ON trusted_origins (status, id);

-- What the org says of itself; without a row it says nothing.
CREATE TABLE org_settings (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  document TEXT NOT NULL,
  last_updated INTEGER NOT NULL
);

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
