-- Optional scopes that people chose not to give: they are not asked about them again.
CREATE TABLE skipped_scopes (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  client_id TEXT NOT NULL REFERENCES apps (client_id) ON DELETE CASCADE,
  server_id TEXT NOT NULL REFERENCES authorization_servers (id) ON DELETE CASCADE,
  scope TEXT NOT NULL,
  PRIMARY KEY (user_id, client_id, server_id, scope)
) WITHOUT ROWID;

CREATE INDEX skipped_scopes_client ON skipped_scopes (client_id);
CREATE INDEX skipped_scopes_server ON skipped_scopes (server_id);

INSERT INTO schema_version (version) VALUES (3);
