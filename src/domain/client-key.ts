/**
 * A public key that a client registers to sign with: RSA, EC or Ed25519, of sufficient strength and never with a
 * private member. What is stored is only the members that belong to the key type.
 */
import type { JWK } from 'jose'
import * as z from 'zod'
import { base64urlDecode } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import type { Status } from './authorization-server.ts'

/** A key as it is stored, with its public members. */
export interface AppKey {
  readonly id: string
  readonly kid: string | null
  readonly status: Status
  readonly jwk: JWK
  readonly created: number
  readonly lastUpdated: number
}

export const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const

/** Curves by the bytes of a coordinate: Okta's EC keys often come without `crv`. */
const EC_CURVES: ReadonlyMap<number, string> = new Map([
  [32, 'P-256'],
  [48, 'P-384'],
  [66, 'P-521'],
])

const ALGORITHMS: ReadonlyMap<string, readonly string[]> = new Map([
  ['RSA', ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']],
  ['P-256', ['ES256']],
  ['P-384', ['ES384']],
  ['P-521', ['ES512']],
  ['Ed25519', ['EdDSA']],
])

const Member = z.string().max(limits.descriptionCharactersMax * 2)

const KeyMembers = z.looseObject({
  kty: z.enum(['RSA', 'EC', 'OKP']),
  kid: z.string().min(1).max(limits.nameCharactersMax).nullish(),
  status: z.enum(['ACTIVE', 'INACTIVE']).nullish(),
  use: z.literal('sig', { error: 'must be sig: keys to encrypt with are not supported' }).nullish(),
  alg: z.string().max(limits.nameCharactersMax).nullish(),
  n: Member.nullish(),
  e: Member.nullish(),
  crv: z.string().max(limits.nameCharactersMax).nullish(),
  x: Member.nullish(),
  y: Member.nullish(),
})

type KeyMembers = z.infer<typeof KeyMembers>

export const ClientKeyInput = KeyMembers.superRefine((key, context) => {
  const fault = (member: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [member], message })
  for (const member of PRIVATE_MEMBERS)
    if (Object.hasOwn(key, member)) fault(member, 'A private or symmetric key must not be sent')
  const shape = shapeFault(key)
  if (shape !== null) fault(...shape)
  else if (key.alg != null && !(ALGORITHMS.get(strength(key)) ?? []).includes(key.alg))
    fault('alg', 'does not fit the type of the key')
}).meta({ id: 'ClientKeyInput' })

export type ClientKeyInput = z.infer<typeof ClientKeyInput>

const byteLength = (text: string | null | undefined): number =>
  text == null ? 0 : (base64urlDecode(text)?.length ?? 0)

/** The curve of an EC or OKP key, `RSA` otherwise. */
const strength = (key: KeyMembers): string =>
  key.kty === 'RSA' ? 'RSA' : (key.crv ?? EC_CURVES.get(byteLength(key.x)) ?? '')

function shapeFault(key: KeyMembers): readonly [member: string, message: string] | null {
  if (key.kty === 'RSA') {
    const bits = modulusBits(key.n)
    if (bits < limits.rsaModulusBitsMin)
      return ['n', `An RSA key has at least ${limits.rsaModulusBitsMin} bits`]
    if (bits > limits.rsaModulusBitsMax)
      return ['n', `An RSA key has at most ${limits.rsaModulusBitsMax} bits`]
    return byteLength(key.e) > 0 ? null : ['e', 'The field is missing']
  }
  const bytes = byteLength(key.x)
  if (key.kty === 'OKP') {
    if (key.crv !== 'Ed25519') return ['crv', 'must be Ed25519']
    return bytes === 32 ? null : ['x', 'is not a public key of Ed25519']
  }
  const curve = EC_CURVES.get(bytes)
  if (key.crv != null && ![...EC_CURVES.values()].includes(key.crv))
    return ['crv', 'must be P-256, P-384 or P-521']
  if (curve === undefined || (key.crv ?? curve) !== curve)
    return ['x', 'is not a coordinate of the curve']
  return byteLength(key.y) === bytes ? null : ['y', 'is not a coordinate of the curve']
}

/** How long the modulus of an RSA key is; 0 for text that is none. */
export function modulusBits(text: string | null | undefined): number {
  const bytes = text == null ? null : base64urlDecode(text)
  const first = bytes?.findIndex((byte) => byte !== 0) ?? -1
  if (bytes == null || first === -1) return 0
  return (bytes.length - first) * 8 - (Math.clz32(bytes[first]!) - 24)
}

/** The members to keep of a key that {@link ClientKeyInput} accepted. */
export function publicJwk(key: ClientKeyInput): JWK {
  const { kty, kid, use, alg, n, e, x, y } = key
  const common = {
    kty,
    ...(alg != null && { alg }),
    ...(kid != null && { kid }),
    ...(use != null && { use }),
  }
  if (kty === 'RSA') return { ...common, e: e ?? '', n: n ?? '' }
  const point = { ...common, crv: strength(key), x: x ?? '' }
  return kty === 'EC' ? { ...point, y: y ?? '' } : point
}

/** Whether the key can be used at all: a point that is not on its curve passes every check of form. */
export async function isImportable(jwk: JWK): Promise<boolean> {
  const { kty, crv, n, e, x, y } = jwk
  const bare = kty === 'RSA' ? { kty, n, e } : kty === 'EC' ? { kty, crv, x, y } : { kty, crv, x }
  const algorithm =
    kty === 'RSA'
      ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
      : kty === 'EC'
        ? { name: 'ECDSA', namedCurve: crv ?? '' }
        : { name: 'Ed25519' }
  try {
    await crypto.subtle.importKey('jwk', bare as JsonWebKey, algorithm, false, ['verify'])
    return true
  } catch {
    return false
  }
}

/** What is wrong with a whole set: one kid twice, or a key without one beside others. Null: nothing. */
export function keySetFault(kids: readonly (string | null)[]): string | null {
  if (kids.length > 1 && kids.includes(null))
    return 'Each key needs a kid when there is more than one'
  return new Set(kids).size === kids.length ? null : 'All keys must have a unique kid'
}
