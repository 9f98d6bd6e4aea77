/**
 * The `claims` parameter, OpenID Connect Core §5.5. Names of claims are kept, and values of the two claims for which a
 * value is a condition: `sub` (§3.1.2.2) and `acr` (§5.5.1.1) of the ID token. Its length bounds its depth.
 */
import { MET_ACR_VALUES } from '../domain/acr.ts'
import type { RequestedClaims } from '../domain/authorization-record.ts'
import { isObject, parseJson } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'

/** What the parameter asks for. */
export interface ClaimsParameter {
  readonly names: RequestedClaims
  /** The only user who will do. */
  readonly subject: string | null
  readonly acr: RequestedAcr
}

interface RequestedAcr {
  /** One of these must be met; empty when none must. */
  readonly essential: readonly string[]
  /** Preferences, before and after those of `acr_values`. */
  readonly first: readonly string[]
  readonly last: readonly string[]
}

const NO_ACR: RequestedAcr = { essential: [], first: [], last: [] }

export const NO_CLAIMS: ClaimsParameter = {
  names: { userinfo: [], idToken: [] },
  subject: null,
  acr: NO_ACR,
}

/** Null: not an object of the form that §5.5 describes, or too large. Members of other names are passed over. */
export function readClaimsParameter(text: string | undefined): ClaimsParameter | null {
  if (text === undefined) return NO_CLAIMS
  if (text.length > limits.claimsParameterCharactersMax) return null
  const value = parseJson(text)
  if (!isObject(value)) return null
  const userinfo = namesIn(value['userinfo'])
  const idToken = namesIn(value['id_token'])
  if (userinfo === null || idToken === null) return null
  const inIdToken = new Map(Object.entries(value['id_token'] ?? {}))
  const subject = valueOf(inIdToken.get('sub'))
  if (subject !== null && (typeof subject !== 'string' || !isName(subject))) return null
  const names = { userinfo, idToken: idToken.filter((name) => !CONDITIONS.includes(name)) }
  return { names, subject, acr: acrOf(inIdToken) }
}

/** They come in every ID token, or by their values. */
const CONDITIONS = ['sub', 'acr']

const isName = (text: string): boolean =>
  text !== '' && text.length <= limits.nameCharactersMax && text.isWellFormed()

const valueOf = (asked: unknown): unknown => (isObject(asked) ? (asked['value'] ?? null) : null)

/** Whoever asks for the claim without a value wants whichever level is met. */
function acrOf(idToken: ReadonlyMap<string, unknown>): RequestedAcr {
  if (!idToken.has('acr')) return NO_ACR
  const asked = idToken.get('acr')
  const { value, values, essential } = isObject(asked) ? asked : {}
  const wanted = [value, ...(Array.isArray(values) ? (values as readonly unknown[]) : [])].filter(
    (one): one is string => typeof one === 'string' && isName(one) && !one.includes(' '),
  )
  const first = [...new Set(wanted)].slice(0, limits.preferencesMax)
  if (first.length === 0) return { ...NO_ACR, last: MET_ACR_VALUES }
  return { essential: essential === true ? first : [], first, last: [] }
}

/** The parameter in the shortest form that asks for the same. Preferences of `acr` are told by `acr_values`. */
export function claimsText(
  { userinfo, idToken }: RequestedClaims,
  subject: string | null,
  essentialAcr: readonly string[],
): string {
  const inIdToken = {
    ...Object.fromEntries(idToken.map((name) => [name, 0])),
    ...(subject !== null && { sub: { value: subject } }),
    ...(essentialAcr.length > 0 && { acr: { essential: true, values: essentialAcr } }),
  }
  const inUserinfo = Object.fromEntries(userinfo.map((name) => [name, 0]))
  const members = Object.entries({ userinfo: inUserinfo, id_token: inIdToken }).filter(
    ([, claims]) => Object.keys(claims).length > 0,
  )
  return members.length === 0 ? '' : JSON.stringify(Object.fromEntries(members))
}

function namesIn(member: unknown): readonly string[] | null {
  if (member === undefined || member === null) return []
  if (!isObject(member)) return null
  const names = Object.keys(member)
  if (names.length > limits.requestedClaimsMax) return null
  return names.filter(isName)
}
