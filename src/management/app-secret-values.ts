/**
 * Values of client secrets: made, sealed, opened again for those who may see them, and planned for the creation or
 * replacement of an app. In the database a value is only ever a MAC and an envelope.
 */
import { secretText } from '../clients/assertion.ts'
import { usesSecret } from '../domain/app.ts'
import type { Status } from '../domain/authorization-server.ts'
import type { TokenEndpointAuthMethod } from '../domain/client.ts'
import { base64url, utf8 } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { randomAlphanumeric, randomId } from '../platform/random.ts'
import { invalid, type ApiError } from '../protocol/api-errors.ts'
import {
  deleteSecretAt,
  insertSecretAt,
  setSecretStatusAt,
  type AppSecret,
} from '../store/app-credentials.ts'
import type { AtVersion } from '../store/apps.ts'
import type { ManagementContext } from './context.ts'

export const generatedSecret = (): string => randomAlphanumeric(64)

/** A new secret of an app, sealed. */
export async function sealedSecret(
  appId: string,
  value: string,
  status: Status,
  { ports, nowSeconds }: ManagementContext,
): Promise<AppSecret> {
  const { keyEncryption } = ports.settings
  const id = randomId('ocs')
  const mac = await keyEncryption.mac(value, 'client-secret-mac')
  // Of the MAC, not of the value: a short secret must not be guessable from what only identifies it.
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(mac)))
  return {
    id,
    status,
    mac,
    envelope: await keyEncryption.seal(utf8(value), 'client-secret', [appId, id]),
    hash: base64url(digest.slice(0, 16)),
    created: nowSeconds,
    lastUpdated: nowSeconds,
  }
}

export async function openedSecret(
  appId: string,
  { id, envelope }: AppSecret,
  { ports }: ManagementContext,
): Promise<string> {
  const bytes = await ports.settings.keyEncryption.open(envelope, 'client-secret', [appId, id])
  return secretText(bytes)
}

/** Refuses a value that the client could not authenticate with. `field` is where the request names it. */
export function secretFault(
  value: string,
  method: TokenEndpointAuthMethod,
  field: string,
): ApiError | null {
  if (!usesSecret(method))
    return invalid(
      'client_secret',
      `${field}: 'client_secret' can't be used when 'token_endpoint_auth_method' is '${method}'`,
    )
  return method === 'client_secret_jwt' && value.length < limits.clientSecretJwtCharactersMin
    ? invalid(
        'client_secret',
        `${field}: must have at least ${limits.clientSecretJwtCharactersMin} characters for client_secret_jwt`,
      )
    : null
}

export interface SecretPlan {
  readonly statements: readonly D1PreparedStatement[]
  /** What the answer shows; null when the client does not authenticate by secret. */
  readonly value: string | null
}

const FIELD = 'credentials.oauthClient.client_secret'

/**
 * The secrets of an app that is created or replaced. A given value that the app does not have yet takes the place of
 * its newest active secret; without one the app keeps what it has, or gets a generated one.
 */
export async function planSecrets(
  app: AtVersion,
  method: TokenEndpointAuthMethod,
  given: string | null,
  existing: readonly AppSecret[],
  context: ManagementContext,
): Promise<SecretPlan> {
  const fault = given === null ? null : secretFault(given, method, FIELD)
  if (fault !== null) throw fault
  // Secrets of a client that stops using them stay, visible and deletable; the token path does not look at them.
  if (!usesSecret(method)) return { statements: [], value: null }
  const known = given === null ? undefined : await knownSecret(given, existing, context)
  const active = existing.filter(({ status }) => status === 'ACTIVE')
  const replaced = given !== null && known === undefined ? active.at(-1) : undefined
  for (const secret of active.filter((one) => one !== replaced)) {
    const short = secretFault(await openedSecret(app.id, secret, context), method, FIELD)
    if (short !== null) throw short
  }
  const { db, nowSeconds } = context
  if (given !== null && known !== undefined)
    return {
      statements:
        known.status === 'ACTIVE'
          ? []
          : [setSecretStatusAt(db, app, known.id, 'ACTIVE', nowSeconds)],
      value: given,
    }
  const newest = active.at(-1)
  if (given === null && newest !== undefined)
    return { statements: [], value: await openedSecret(app.id, newest, context) }
  if (replaced === undefined && existing.length >= limits.secretsPerAppMax)
    throw invalid(
      'client_secret',
      `${FIELD}: The client has ${limits.secretsPerAppMax} inactive secrets; activate or delete one of them`,
    )
  const value = given ?? generatedSecret()
  const secret = await sealedSecret(app.id, value, 'ACTIVE', context)
  return {
    statements: [
      ...(replaced === undefined ? [] : [deleteSecretAt(db, app, replaced.id)]),
      insertSecretAt(db, app, secret),
    ],
    value,
  }
}

async function knownSecret(
  value: string,
  existing: readonly AppSecret[],
  { ports }: ManagementContext,
): Promise<AppSecret | undefined> {
  const { keyEncryption } = ports.settings
  for (const secret of existing)
    if (await keyEncryption.isClientSecret(value, secret)) return secret
  return undefined
}
