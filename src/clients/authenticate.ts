/**
 * The one place where a client proves who it is. The method presented must be the one registered. Methods are a
 * table; an assertion's one-time id is not spent here but when everything else about the request is good.
 */
import type { Client, TokenEndpointAuthMethod } from '../domain/client.ts'
import { onceHere, type Eventual } from '../platform/eventual.ts'
import type { KeyEncryption } from '../platform/key-encryption.ts'
import { OAuthError } from '../protocol/errors.ts'
import { verifySecretAssertion, verifySignedAssertion, type AssertionUse } from './assertion.ts'
import type { ClientJwtContext } from './client-jwt.ts'
import type { Presented } from './presented.ts'

export interface AuthenticationContext extends ClientJwtContext {
  /** Values of `aud` that mean this endpoint of this server. */
  readonly audiences: readonly string[]
}

export interface Authenticated {
  readonly client: Client
  /** What must be spent before the request takes effect; null when nothing is one-time. */
  readonly assertion: AssertionUse | null
}

type Method = (
  presented: Presented,
  client: Client,
  context: AuthenticationContext,
) => Eventual<AssertionUse | null>

const methods: ReadonlyMap<
  TokenEndpointAuthMethod,
  { readonly by: Presented['by']; readonly verify: Method }
> = new Map([
  ['client_secret_basic', { by: 'basic', verify: verifySecret }],
  ['client_secret_post', { by: 'post', verify: verifySecret }],
  ['client_secret_jwt', { by: 'assertion', verify: ifAssertion(verifySecretAssertion) }],
  ['private_key_jwt', { by: 'assertion', verify: ifAssertion(verifySignedAssertion) }],
  ['none', { by: 'none', verify: () => null }],
])

/** The methods a server can offer, in the order in which metadata lists them. */
export const authenticationMethods: readonly TokenEndpointAuthMethod[] = [...methods.keys()]

/**
 * Throws OAuthError, or rejects with it, unless the client is known, active and proves itself by its registered method.
 * At once where nothing must be computed.
 */
export function authenticateClient(
  presented: Presented,
  client: Client | null,
  context: AuthenticationContext,
): Eventual<Authenticated> {
  if (client === null) throw new OAuthError('unknown_client')
  if (client.status !== 'ACTIVE') throw new OAuthError('inactive_client')
  const method = methods.get(client.authMethod)
  if (method === undefined || method.by !== presented.by)
    throw new OAuthError('wrong_authentication_method')
  return onceHere(method.verify(presented, client, context), (assertion) => ({ client, assertion }))
}

function verifySecret(
  presented: Presented,
  client: Client,
  { keyEncryption }: AuthenticationContext,
): Eventual<null> {
  const secret = presented.by === 'basic' || presented.by === 'post' ? presented.secret : ''
  const active = client.secrets.filter(({ status }) => status === 'ACTIVE')
  return active.some((stored) => keyEncryption.isProvenSecret(secret, stored))
    ? null
    : verifyUnproven(secret, active, keyEncryption)
}

async function verifyUnproven(
  secret: string,
  active: Client['secrets'],
  keyEncryption: KeyEncryption,
): Promise<null> {
  let fault: unknown
  for (const stored of active) {
    try {
      if (await keyEncryption.isClientSecret(secret, stored)) return null
    } catch (cause) {
      // One that cannot be compared does not stand before one that can, but a secret is wrong only for all of them.
      fault ??= cause
    }
  }
  throw fault ?? new OAuthError('wrong_secret')
}

function ifAssertion(
  verify: (
    assertion: string,
    client: Client,
    context: AuthenticationContext,
  ) => Promise<AssertionUse | null>,
): Method {
  return async (presented, client, context) => {
    if (presented.by !== 'assertion') throw new OAuthError('wrong_authentication_method')
    return verify(presented.assertion, client, context)
  }
}
