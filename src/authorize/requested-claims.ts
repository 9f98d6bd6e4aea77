/** The `claims` parameter, OpenID Connect Core §5.5. Only the names are kept; its length bounds its depth. */
import type { RequestedClaims } from '../domain/authorization-record.ts'
import { parseJson } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'

const NONE: RequestedClaims = { userinfo: [], idToken: [] }

/** Null: not an object of the form that §5.5 describes, or too large. Members of other names are passed over. */
export function readRequestedClaims(text: string | undefined): RequestedClaims | null {
  if (text === undefined) return NONE
  if (text.length > limits.claimsParameterCharactersMax) return null
  const value = parseJson(text)
  if (!isObject(value)) return null
  const userinfo = namesIn(value['userinfo'])
  const idToken = namesIn(value['id_token'])
  return userinfo === null || idToken === null ? null : { userinfo, idToken }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function namesIn(member: unknown): readonly string[] | null {
  if (member === undefined || member === null) return []
  if (!isObject(member)) return null
  const names = Object.keys(member)
  if (names.length > limits.requestedClaimsMax) return null
  return names.filter((name) => name !== '' && name.length <= limits.nameCharactersMax)
}
