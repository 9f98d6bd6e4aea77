/** In which mode an answer is given, OAuth 2.0 Multiple Response Type Encoding Practices §2.1 and §5. */
import { originOf } from './redirect-uri.ts'
import { RESPONSE_MODES, type ResponseMode } from '../protocol/response.ts'
import type { ResponseType } from './request.ts'

export const hasTokens = (types: readonly ResponseType[]): boolean =>
  types.includes('id_token') || types.includes('token')

const defaultMode = (types: readonly ResponseType[]): ResponseMode =>
  hasTokens(types) ? 'fragment' : 'query'

/** What the parameter names; null when it names none that exists. */
export const knownMode = (sent: string | undefined): ResponseMode | null =>
  RESPONSE_MODES.find((mode) => mode === sent) ?? null

/**
 * The mode that was asked for, or the usual one where that cannot carry the answer: of the refusal of a mode, too.
 * A request without a response type that exists has its answer in the query, where the client of a code looks.
 */
export function responseModeOf(
  types: readonly ResponseType[] | null,
  sent: string | undefined,
  redirectUri: string,
): ResponseMode {
  const known = knownMode(sent)
  const asked = known === 'okta_post_message' && originOf(redirectUri) === null ? null : known
  if (types === null) return asked === null || asked === 'fragment' ? 'query' : asked
  if (asked === null || (asked === 'query' && hasTokens(types))) return defaultMode(types)
  return asked
}
