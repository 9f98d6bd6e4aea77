/** The client of the token path: apps, app_secrets, app_keys, app_grants and role_assignments, read together. */
import type { JWK } from 'jose'
import { DEFAULT_LEEWAY_SECONDS, type AppDocument } from '../domain/app.ts'
import type { Client, ClientFlows, TokenEndpointAuthMethod } from '../domain/client.ts'
import type { Status } from '../domain/authorization-server.ts'
import type { Envelope } from '../platform/key-encryption.ts'
import { json } from './database.ts'

interface ClientRow {
  id: string
  client_id: string
  label: string
  status: Status
  application_type: string | null
  grant_types: string
  token_endpoint_auth_method: TokenEndpointAuthMethod
  jwks_uri: string | null
  profile: string
  document: string
  tokens_not_before: number
  last_updated: number
}

/** The statements that make a client, by its client_id. {@link clientFromResults} reads their results. */
export const selectClient = (db: D1Database, clientId: string): readonly D1PreparedStatement[] =>
  [
    `SELECT id, client_id, label, status, application_type, grant_types, token_endpoint_auth_method, jwks_uri, profile,
     document, tokens_not_before, last_updated FROM apps WHERE client_id = ?1`,
    `SELECT s.id, s.status, s.mac, s.envelope FROM app_secrets s JOIN apps a ON a.id = s.app_id WHERE a.client_id = ?1`,
    `SELECT k.id, k.kid, k.jwk FROM app_keys k JOIN apps a ON a.id = k.app_id
     WHERE a.client_id = ?1 AND k.status = 'ACTIVE'`,
    `SELECT g.scope FROM app_grants g JOIN apps a ON a.id = g.app_id WHERE a.client_id = ?1`,
    `SELECT role FROM role_assignments WHERE principal_type = 'CLIENT' AND principal_id = ?1`,
  ].map((statement) => db.prepare(statement).bind(clientId))

export const CLIENT_STATEMENTS = 5

function flowsOf(document: AppDocument): ClientFlows {
  const { oauthClient, pkceRequired, implicitAssignment, groupsClaim } = document
  const { refresh_token: refresh } = oauthClient
  return {
    redirectUris: oauthClient.redirect_uris ?? [],
    postLogoutRedirectUris: oauthClient.post_logout_redirect_uris ?? [],
    responseTypes: oauthClient.response_types ?? [],
    pkceRequired,
    consentMethod: oauthClient.consent_method ?? 'TRUSTED',
    refreshRotation: refresh?.rotation_type ?? 'STATIC',
    refreshLeewaySeconds: refresh?.leeway ?? DEFAULT_LEEWAY_SECONDS,
    requestObjectAlgorithm: oauthClient.request_object_signing_alg ?? null,
    userinfoAlgorithm: oauthClient.userinfo_signed_response_alg ?? null,
    groupsClaim: groupsClaim ?? null,
    isImplicitlyAssigned: implicitAssignment,
    clientUri: oauthClient.client_uri ?? null,
    logoUri: oauthClient.logo_uri ?? null,
    tosUri: oauthClient.tos_uri ?? null,
    policyUri: oauthClient.policy_uri ?? null,
  }
}

export function clientFromResults(results: readonly D1Result[]): Client | null {
  const [app, secrets, keys, grants, roles] = results.map((result) => result.results)
  const row = app?.[0] as ClientRow | undefined
  if (row === undefined) return null
  return {
    id: row.id,
    clientId: row.client_id,
    label: row.label,
    status: row.status,
    applicationType: row.application_type,
    grantTypes: json<string[]>(row.grant_types),
    authMethod: row.token_endpoint_auth_method,
    secrets: (secrets as { id: string; status: Status; mac: string; envelope: string }[]).map(
      ({ id, status, mac, envelope }) => ({ id, status, mac, envelope: json<Envelope>(envelope) }),
    ),
    keys: (keys as { id: string; kid: string | null; jwk: string }[]).map(({ id, kid, jwk }) => ({
      id,
      kid,
      jwk: json<JWK>(jwk),
    })),
    jwksUri: row.jwks_uri,
    flows: flowsOf(json<AppDocument>(row.document)),
    profile: json<Record<string, unknown>>(row.profile),
    orgScopes: (grants as { scope: string }[]).map(({ scope }) => scope),
    roles: (roles as { role: string }[]).map(({ role }) => role),
    tokensNotBefore: row.tokens_not_before,
    lastUpdated: row.last_updated,
  }
}
