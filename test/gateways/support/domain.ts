/**
 * A security domain that a gateway guards: a custom authorization server with an audience, a token of it that is good,
 * and tokens that must be refused, each for one reason.
 */
import type { Json } from '../../json.ts'

export const AUDIENCE = 'api://orders'
export const SCOPE = 'orders:read'

/** What is wrong with the tokens that every consumer must refuse. */
export const FAULTS = [
  'expired',
  'of another issuer',
  'of another audience',
  'of the org server',
  'an ID token',
  'a logout token',
  'a refresh token',
  'truncated',
  'with alg none',
  'signed with the public key as a secret',
  'signed by somebody else',
  'signed by a key that is nowhere',
  'signed by a key of another issuer',
  'with a key of its own',
  'long',
] as const
export type Fault = (typeof FAULTS)[number]

/** A confidential client. */
export interface Machine {
  readonly clientId: string
  readonly secret: string
}

export interface Domain {
  readonly issuer: string
  /** Of the authorization server. */
  readonly id: string
  readonly machine: Machine
  /** The one that the ID token and the refresh token are for. */
  readonly app: Machine
  readonly good: string
  readonly refused: Readonly<Record<Fault, string>>
}

const basic = ({ clientId, secret }: Machine): string =>
  `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`

/** Posts a form as a client. */
export async function post(
  url: string,
  client: Machine,
  form: Readonly<Record<string, string>>,
): Promise<Json> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: basic(client) },
    body: new URLSearchParams(form),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text}`)
  return text === '' ? {} : (JSON.parse(text) as Json)
}

export async function mint(issuer: string, client: Machine, scope = SCOPE): Promise<string> {
  const form = { grant_type: 'client_credentials', scope }
  return (await post(`${issuer}/v1/token`, client, form))['access_token']
}

/** By the client that has it. */
export const revoke = ({ issuer, machine }: Domain, token: string): Promise<Json> =>
  post(`${issuer}/v1/revoke`, machine, { token })
