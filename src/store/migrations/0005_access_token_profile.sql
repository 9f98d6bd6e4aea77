-- How the access tokens of a server look: in Okta's form (OKTA), or within the profile of RFC 9068 (RFC9068).
ALTER TABLE authorization_servers ADD COLUMN access_token_profile TEXT NOT NULL DEFAULT 'OKTA';

INSERT INTO schema_version (version) VALUES (5);
