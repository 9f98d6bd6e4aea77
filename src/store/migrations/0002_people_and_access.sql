-- People with credentials and searchable profiles, groups with counts, assignments of apps, consents, the index of
-- refresh tokens, trusted origins, the org's settings, resource server keys and associated servers.
ALTER TABLE users ADD COLUMN activated INTEGER;
ALTER TABLE users ADD COLUMN status_changed INTEGER;
ALTER TABLE users ADD COLUMN last_login INTEGER;
ALTER TABLE users ADD COLUMN password_changed INTEGER;
ALTER TABLE users ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

UPDATE users SET activated = created, status_changed = created;

CREATE INDEX users_status ON users (status, id);
CREATE INDEX users_created ON users (created, id);
CREATE INDEX users_last_updated ON users (last_updated, id);
CREATE INDEX users_status_changed ON users (status_changed, id);
CREATE INDEX users_activated ON users (activated, id);

CREATE TABLE user_credentials (
  user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  password_hash TEXT,
  recovery_question TEXT,
  recovery_answer_hash TEXT
) WITHOUT ROWID;

CREATE TABLE user_attributes (
  attribute TEXT NOT NULL,
  value COLLATE NOCASE NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  PRIMARY KEY (attribute, value, user_id)
) WITHOUT ROWID;

CREATE INDEX user_attributes_user ON user_attributes (user_id, attribute);

INSERT INTO user_attributes (attribute, value, user_id)
  SELECT DISTINCT p.key, p.value, u.id FROM users u, json_each(u.profile) p WHERE p.atom IS NOT NULL;

CREATE TABLE profile_attributes (
  name TEXT PRIMARY KEY,
  definition TEXT NOT NULL,
  created INTEGER NOT NULL,
  last_updated INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE reserved_logins (
  login TEXT PRIMARY KEY COLLATE NOCASE,
  until INTEGER NOT NULL,
  user_id TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX reserved_logins_until ON reserved_logins (until);

ALTER TABLE groups ADD COLUMN last_membership_updated INTEGER;
ALTER TABLE groups ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

UPDATE groups SET last_membership_updated = created;

CREATE INDEX groups_name ON groups (name COLLATE NOCASE, id);
CREATE INDEX groups_type ON groups (type, id);
CREATE INDEX groups_last_updated ON groups (last_updated, id);
CREATE INDEX groups_last_membership_updated ON groups (last_membership_updated, id);

ALTER TABLE group_members ADD COLUMN created INTEGER;

INSERT INTO group_members (group_id, user_id, created)
  SELECT g.id, u.id, u.created FROM groups g, users u WHERE g.type = 'BUILT_IN'
  ON CONFLICT (group_id, user_id) DO NOTHING;

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

CREATE INDEX apps_status ON apps (status, id);

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

ALTER TABLE api_tokens ADD COLUMN network TEXT;
ALTER TABLE api_tokens ADD COLUMN token_window INTEGER;
ALTER TABLE api_tokens ADD COLUMN expires INTEGER;

CREATE INDEX api_tokens_expires ON api_tokens (expires);

CREATE TABLE org_settings (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  document TEXT NOT NULL,
  last_updated INTEGER NOT NULL
);

ALTER TABLE authorization_servers ADD COLUMN access_token_encryption TEXT;
ALTER TABLE authorization_servers ADD COLUMN jwks_uri TEXT;

CREATE INDEX authorization_servers_name ON authorization_servers (name COLLATE NOCASE, id);
CREATE INDEX authorization_servers_audience ON authorization_servers (audience COLLATE NOCASE, id);

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

CREATE TABLE associated_servers (
  server_id TEXT NOT NULL REFERENCES authorization_servers (id) ON DELETE CASCADE,
  associated_id TEXT NOT NULL REFERENCES authorization_servers (id) ON DELETE CASCADE,
  created INTEGER NOT NULL,
  PRIMARY KEY (server_id, associated_id)
) WITHOUT ROWID;

CREATE INDEX associated_servers_associated ON associated_servers (associated_id, server_id);

INSERT INTO schema_version (version) VALUES (2);
