/** Tokens, codes, handles and other things that say of themselves that they come of us, and do not. */
import { SignJWT } from 'jose'
import {
  base64url,
  base64urlDecode,
  parseJson,
  utf8,
  utf8Decode,
} from '../../../src/platform/encoding.ts'
import type { Random } from '../random.ts'
import { hostileText, repeatedly, spoiledText } from './texts.ts'
import type { ArtefactName, World } from './world.ts'

type Members = Readonly<Record<string, unknown>>

const NUMBERS = [0, -1, 1e15, 1e308, -1e308, 1.5, Number.MAX_SAFE_INTEGER, 253_402_300_800]
const NAMES = ['iss', 'sub', 'aud', 'exp', 'iat', 'nbf', 'jti', 'cid', 'uid', 'scp', 'nonce', 'sid', 'auth_time', 'alg', 'kid', 'typ', 'crit', 'b64', 'zip', 'enc', 'jku', 'jwk', 'x5u', 'x5c', 'events', 'client_id', 'redirect_uri', 'response_type', 'scope', '__proto__', 'constructor', 'toJSON'] as const // prettier-ignore
const ALGORITHMS = ['none', 'None', 'NONE', '', 'HS256', 'HS512', 'RS256', 'ES256', 'PS256', 'EdDSA', 'ES512', 'RSA-OAEP', 'dir', '__proto__', null, 1, ['RS256'], {}] as const // prettier-ignore

export function anyJson(random: Random, depth: number): unknown {
  return random.weighted<() => unknown>([
    [4, () => hostileText(random)],
    [2, () => random.one(NUMBERS)],
    [1, () => random.one([true, false, null])],
    [depth, () => random.some(4, () => anyJson(random, depth - 1))],
    [depth, () => Object.fromEntries(random.some(3, () => [random.one(NAMES), anyJson(random, depth - 1)]))],
  ])()
} // prettier-ignore

function spoiledMembers(random: Random, members: Members): Members {
  const name = random.one([...Object.keys(members), random.one(NAMES)])
  const { [name]: _, ...others } = members
  return random.one<() => Members>([
    () => others,
    () => ({ ...members, [name]: anyJson(random, 2) }),
    () => ({ ...members, [name]: [members[name], anyJson(random, 1)] }),
    () => ({ ...members, [name]: String(members[name]) }),
    () => ({ ...others, [random.one(NAMES)]: members[name] }),
  ])()
}

const membersOf = (segment: string): Members =>
  (parseJson(utf8Decode(base64urlDecode(segment) ?? new Uint8Array()) ?? '') ?? {}) as Members

const segment = (value: unknown): string => base64url(utf8(JSON.stringify(value) ?? ''))

/** A JWT of ours with another content under its old signature, or under none. */
function rewritten(random: Random, token: string): string {
  const [head = '', payload = '', signature = ''] = token.split('.')
  const header = { ...membersOf(head), ...(random.chance(0.5) && { alg: random.one(ALGORITHMS) }) }
  const claims = repeatedly(random, membersOf(payload), (one) => spoiledMembers(random, one))
  const signed = random.chance(0.3) ? '' : signature
  return `${segment(random.chance(0.3) ? spoiledMembers(random, header) : header)}.${segment(claims)}.${signed}`
}

const deep = (random: Random): string => {
  const depth = random.below(9000)
  const [open, close] = random.one([['[', ']'], ['{"a":', '}']] as const) // prettier-ignore
  return base64url(utf8(open.repeat(depth) + (open === '[' ? '' : '1') + close.repeat(depth)))
}

/** Something like an artefact of ours which we did not make. */
export function forged(random: Random, name: ArtefactName, { artefacts }: World): string {
  const text = artefacts[name]
  const others = Object.values(artefacts)
  const parts = (of: string): readonly string[] => of.split('.')
  const made = random.weighted<() => string>([
    [5, () => repeatedly(random, text, (one) => spoiledText(random, one, others))],
    [2, () => parts(text).map((part) => (random.chance(0.4) ? random.one(parts(random.one(others))) : part)).join('.')],
    [2, () => rewritten(random, random.one([artefacts.accessToken, artefacts.idToken, artefacts.orgAccessToken, artefacts.machineToken]))],
    [1, () => `${segment({ alg: random.one(ALGORITHMS), kid: anyJson(random, 1) })}.${segment(anyJson(random, 3))}.`],
    [0.5, () => `${deep(random)}.${deep(random)}.${deep(random)}`],
    [0.5, () => parts(text).map(() => hostileText(random)).join('.')],
    [0.5, () => hostileText(random)],
  ])() // prettier-ignore
  return others.includes(made.trim()) ? `${text}.` : made
}

/** A JWT that a client signs, with its key or another: near to an assertion or a request object. */
export async function signedByClient(
  random: Random,
  claims: Members,
  { keyed, hmac, web }: World,
): Promise<string> {
  const spoiled = repeatedly(random, claims, (one) => (random.chance(0.8) ? spoiledMembers(random, one) : one)) // prettier-ignore
  const [alg, key, kid] = random.one([
    ['ES256', keyed.privateKey, keyed.kid],
    ['HS256', utf8(hmac.secret), undefined],
    ['HS256', utf8(web.secret), undefined],
    ['HS256', utf8(keyed.kid), keyed.kid],
  ] as const)
  const header = random.chance(0.2) ? spoiledMembers(random, { alg, kid }) : { alg, kid }
  try {
    const token = new SignJWT(spoiled).setProtectedHeader({ ...header, alg })
    return await token.sign(key)
  } catch {
    // jose does not sign every content; then nobody else’s signature is on it.
    return `${segment(header)}.${segment(spoiled)}.AAAA`
  }
}
