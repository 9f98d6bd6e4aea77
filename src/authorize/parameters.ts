/**
 * The parameters of an authorization request, each as its own type. Readers are total: null means that the text is not
 * one of what the parameter takes, and checks.ts says what follows from that.
 */
import { utf8 } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { OAuthError } from '../protocol/errors.ts'
import { formDecode, parseForm, type Form } from '../protocol/form.ts'
import { parseScope } from '../protocol/scope.ts'
import { AuthorizeRefused } from './refused.ts'
import { PROMPTS, type Prompt } from '../protocol/prompt.ts'
import { RESPONSE_TYPES, type ResponseType } from './request.ts'

/** Reads the text of a query or a form. What cannot be read has its answer on a page: no redirect URI is known yet. */
export function parseAuthorizeParameters(text: string): Form {
  try {
    if (text.length > limits.formBytesMax) throw new OAuthError('body_too_large')
    return parseForm(text)
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    throw new AuthorizeRefused(error, repeatedIn(text.slice(0, limits.formBytesMax)), null)
  }
}

/** The first parameter that is there twice. */
function repeatedIn(text: string): string | null {
  const seen = new Set<string>()
  for (const pair of text.split('&', limits.formParametersMax + 1)) {
    const name = formDecode(pair.replace(/=.*$/s, ''))
    if (name === null || name === '') continue
    if (seen.has(name)) return name
    seen.add(name)
  }
  return null
}

const words = (text: string): readonly string[] => text.split(' ').filter((word) => word !== '')

/** Words of a table, each once and in the order of the table. Null when there are others, or none. */
function readWords<Word extends string>(
  text: string | undefined,
  known: readonly Word[],
): readonly Word[] | null {
  const given: readonly string[] = words(text ?? '')
  if (given.length === 0 || given.some((word) => !known.includes(word as Word))) return null
  return known.filter((word) => given.includes(word))
}

export const readResponseTypes = (text: string | undefined): readonly ResponseType[] | null =>
  readWords(text, RESPONSE_TYPES)

export const readPrompts = (text: string | undefined): readonly Prompt[] | null =>
  text === undefined ? [] : readWords(text, PROMPTS)

const MAX_AGE_MAX = 2 ** 31 - 1

/** OpenID Connect Core §3.1.2.1: seconds. */
export function readMaxAge(text: string | undefined): number | null {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return null
  const seconds = Number(text)
  return seconds <= MAX_AGE_MAX ? seconds : null
}

/** RFC 7636 §4.2: the base64url of a SHA-256. */
export const isChallenge = (text: string): boolean => /^[A-Za-z0-9_-]{43}$/.test(text)

/** Text that comes back byte-equal: no half of a surrogate pair, which no encoding can carry. */
export const isState = (text: string): boolean =>
  text.isWellFormed() && utf8(text).length <= limits.stateBytesMax

export const isNonce = (text: string): boolean =>
  text.isWellFormed() && text.length <= limits.nonceCharactersMax

/** A list of preferences: whatever is not usable in it is passed over. */
export const readPreferences = (text: string | undefined): readonly string[] =>
  [...new Set(words((text ?? '').slice(0, limits.preferencesCharactersMax)))]
    .filter((word) => word.length <= limits.nameCharactersMax)
    .slice(0, limits.preferencesMax)

/** A text that only helps; one that is too long does not. */
export const readHint = (text: string | undefined, charactersMax: number): string | null =>
  text === undefined || text.length > charactersMax ? null : text

/** Whether the request is one of OpenID Connect; what cannot be read might be. */
export const isOpenid = (parameters: Form): boolean =>
  parseScope(parameters.get('scope') ?? '')?.includes('openid') ?? true
