/** Creating and replacing an authorization server, with what it encrypts its access tokens with. */
import type {
  AuthorizationServer,
  AuthorizationServerInput,
} from '../domain/authorization-server.ts'
import {
  activeKey,
  isEncryptable,
  NO_ENCRYPTION,
  rsaPublicKey,
  serverKeySetFault,
  strengthFault,
  type ResourceServerKey,
  type TokenEncryption,
} from '../domain/resource-server-key.ts'
import { isFetchable } from '../platform/guarded-fetch.ts'
import { randomId } from '../platform/random.ts'
import { invalid } from '../protocol/api-errors.ts'
import {
  findServer,
  insertServer,
  updateServerAt,
  type StoredServer,
} from '../store/authorization-servers.ts'
import { insertServerKeyAt, replaceServerKeysAt } from '../store/resource-server-keys.ts'
import { outboxEntry, type ManagementContext } from './context.ts'
import { presentServer } from './server-presentation.ts'
import { commitAt, serverChange } from './server-resource.ts'

const ALGORITHM = 'accessTokenEncryptedResponseAlgorithm'

/** What a server has after a write: keys that are not named stay, unless a URI takes their place. */
function plannedEncryption(
  input: AuthorizationServerInput,
  existing: TokenEncryption,
  now: number,
): TokenEncryption {
  const jwksUri = input.jwks_uri ?? null
  const algorithm = input[ALGORITHM] ?? null
  const sent = input.jwks?.keys
  if (sent === undefined) return { algorithm, jwksUri, keys: jwksUri === null ? existing.keys : [] }
  const keys = sent.map((one): ResourceServerKey => {
    const kid = one.kid ?? null
    const jwk = rsaPublicKey(one)
    const before = existing.keys.find((key) => key.kid === kid)
    const status = one.status ?? before?.status ?? 'ACTIVE'
    const same = before?.status === status && before.jwk.n === jwk.n && before.jwk.e === jwk.e
    return {
      id: before?.id ?? randomId('apk'),
      kid,
      status,
      jwk,
      created: before?.created ?? now,
      lastUpdated: same ? before.lastUpdated : now,
    }
  })
  return { algorithm, jwksUri, keys }
}

/** Throws E0000001 for what nothing could be encrypted with, or what could not be told apart. */
async function checkEncryption(
  { algorithm, jwksUri, keys }: TokenEncryption,
  sent: boolean,
  { ports }: ManagementContext,
): Promise<void> {
  const faults: string[] = []
  const setFault = serverKeySetFault(keys)
  if (setFault !== null) faults.push(`jwks.keys.${setFault}`)
  for (const [index, { jwk }] of (sent ? keys : []).entries()) {
    const fault = strengthFault(jwk)
    if (fault !== null) faults.push(`jwks.keys.${index}.${fault}`)
    else if (!(await isEncryptable(jwk)))
      faults.push(`jwks.keys.${index}.n: is not a valid public key`)
  }
  if (jwksUri !== null && keys.length > 0)
    faults.push("jwks_uri: 'jwks' and 'jwks_uri' exclude each other")
  if (jwksUri !== null && !isFetchable(jwksUri, ports.settings.outboundAllowedOrigins))
    faults.push('jwks_uri: must be an https URL with a public host name')
  if (algorithm !== null && jwksUri === null && activeKey(keys) === null)
    faults.push(`${ALGORITHM}: needs an active key in 'jwks', or 'jwks_uri'`)
  if (faults.length > 0) throw invalid('authorizationServer', ...faults)
}

export async function createServer(
  input: AuthorizationServerInput,
  context: ManagementContext,
): Promise<unknown> {
  const { db, nowSeconds } = context
  const tokenEncryption = plannedEncryption(input, NO_ENCRYPTION, nowSeconds)
  await checkEncryption(tokenEncryption, true, context)
  const server: AuthorizationServer = {
    id: randomId('aus'),
    kind: 'custom',
    name: input.name,
    description: input.description ?? null,
    audience: input.audiences[0] ?? '',
    issuerMode: input.issuerMode,
    status: 'ACTIVE',
    isDefault: false,
    // Okta creates every server with AUTO, whatever the body says; a PUT changes it.
    rotationMode: 'AUTO',
    signingAlgorithm: input.credentials?.signing?.alg ?? 'RS256',
    signingKid: null,
    lastRotated: null,
    nextRotation: null,
    accessTokenProfile: input.accessTokenProfile ?? 'OKTA',
    tokenEncryption,
    created: nowSeconds,
    lastUpdated: nowSeconds,
  }
  const at = { id: server.id, version: 1 }
  const keys = tokenEncryption.keys.map((key) => insertServerKeyAt(db, at, key))
  await context.commit([insertServer(db, server), ...keys], {
    ...serverChange(server, 'oauth2.as.created', 'Authorization server is created'),
    outbox: [outboxEntry('key-ring.configure', server.id)],
  })
  return presentServer((await findServer(db, server.id)) ?? server, context.origin)
}

export async function replaceServer(
  server: StoredServer,
  input: AuthorizationServerInput,
  context: ManagementContext,
): Promise<unknown> {
  const { db, nowSeconds } = context
  const { rotationMode, alg } = input.credentials?.signing ?? {}
  const tokenEncryption = plannedEncryption(input, server.tokenEncryption, nowSeconds)
  const sent = input.jwks?.keys !== undefined
  await checkEncryption(tokenEncryption, sent, context)
  const changed: StoredServer = {
    ...server,
    name: input.name,
    description: input.description ?? null,
    audience: input.audiences[0] ?? '',
    issuerMode: input.issuerMode,
    rotationMode: rotationMode ?? server.rotationMode,
    signingAlgorithm: alg ?? server.signingAlgorithm,
    accessTokenProfile: input.accessTokenProfile ?? server.accessTokenProfile,
    tokenEncryption,
  }
  const keys =
    tokenEncryption.keys === server.tokenEncryption.keys
      ? []
      : replaceServerKeysAt(db, server, tokenEncryption.keys)
  const change = {
    ...serverChange(changed, 'oauth2.as.updated', 'Authorization server is updated'),
    outbox: [outboxEntry('key-ring.configure', server.id)],
  }
  await commitAt(server, [...keys, updateServerAt(db, changed, nowSeconds)], change, context, [])
  return presentServer((await findServer(db, server.id)) ?? changed, context.origin)
}
