/** Tokens with the claims of a good one that the server did not sign so. */
import {
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  sign,
  type JsonWebKey,
} from 'node:crypto'
import type { Json } from '../../json.ts'
import type { Fault } from './domain.ts'

/** Makes a token of nearly as many characters as every consumer takes in a header. */
const PADDING = 5_000

const part = (json: Json): string => Buffer.from(JSON.stringify(json)).toString('base64url')
const read = (text: string): Json => JSON.parse(Buffer.from(text, 'base64url').toString()) as Json

async function keysOf(issuer: string): Promise<readonly JsonWebKey[]> {
  const { keys } = (await (await fetch(`${issuer}/v1/keys`)).json()) as { keys: JsonWebKey[] }
  return keys
}

/** `token` is good at the issuer, `foreign` is of another one. */
export async function forged(issuer: string, token: string, foreign: string) {
  const [head = '', claims = '', signature = ''] = token.split('.')
  const header = read(head)
  const key = (await keysOf(issuer)).find(({ kid }) => kid === header['kid'])!
  const pem = createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
  const symmetric = `${part({ ...header, alg: 'HS256' })}.${claims}`
  const mac = createHmac('sha256', pem).update(symmetric).digest('base64url')
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const signed = (changes: Json, payload = claims): string => {
    const text = `${part({ ...header, ...changes })}.${payload}`
    return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`
  }
  const { kid: foreignKid } = read(foreign.split('.')[0]!)
  return {
    truncated: `${head}.${claims}.${signature.slice(0, -4)}`,
    'with alg none': `${part({ ...header, alg: 'none' })}.${claims}.`,
    'signed with the public key as a secret': `${symmetric}.${mac}`,
    'signed by somebody else': signed({}),
    'signed by a key that is nowhere': signed({ kid: 'nowhere' }),
    'signed by a key of another issuer': signed({ kid: foreignKid }),
    'with a key of its own': signed({ jwk: privateKey.export({ format: 'jwk' }) }),
    long: signed({}, part({ ...read(claims), padding: 'x'.repeat(PADDING) })),
  } satisfies Partial<Record<Fault, string>>
}
