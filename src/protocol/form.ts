/**
 * Form bodies of the protocol door, RFC 6749 §3.2 and appendix B.
 * A parameter appears once (a repetition is invalid_request) and an empty value counts as omitted. The lookup is a
 * Map, so a parameter named like a property of Object is just an unknown parameter.
 */
import { limits } from '../platform/limits.ts'
import { streamText, utf8Decode } from '../platform/encoding.ts'
import { OAuthError } from './errors.ts'

export type Form = ReadonlyMap<string, string>

/** The body as text, refused before it is read when it announces itself as too long. */
export async function boundedText(
  request: Request,
  bytesMax: number,
  tooLarge: () => Error,
): Promise<string | null> {
  const announced = request.headers.get('content-length')
  if (announced !== null && Number(announced) > bytesMax) throw tooLarge()
  // A body of announced length cannot be longer than it says, so it can be read in one go. Not with text(): for a form
  // that leaves a warning in the log of every deployment that is traced.
  if (announced !== null) return utf8Decode(await request.arrayBuffer())
  if (request.body === null) return ''
  const text = await streamText(request.body, bytesMax)
  if (typeof text === 'object' && text !== null) throw tooLarge()
  return text
}

/** Whether a body says that it is a form. */
export const isFormContentType = (value: string | null): boolean =>
  value !== null && /^application\/x-www-form-urlencoded\s*(;|$)/i.test(value)

/** The text of a request's form. Throws OAuthError for anything that is not one. */
export async function formText(request: Request): Promise<string> {
  if (!isFormContentType(request.headers.get('content-type')))
    throw new OAuthError('invalid_content_type')
  const text = await boundedText(
    request,
    limits.formBytesMax,
    () => new OAuthError('body_too_large'),
  )
  if (text === null) throw new OAuthError('malformed_form')
  return text
}

/** Reads a request's form. Throws OAuthError for anything that is not one. */
export const readForm = async (request: Request): Promise<Form> =>
  parseForm(await formText(request))

/** Parses the text of a form. */
export function parseForm(text: string): Form {
  const form = new Map<string, string>()
  let hasEmpty = false
  for (const pair of text.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = decode(equals === -1 ? pair : pair.slice(0, equals))
    const value = equals === -1 ? '' : decode(pair.slice(equals + 1))
    if (form.has(name)) throw new OAuthError('duplicate_parameter')
    form.set(name, value)
    if (form.size > limits.formParametersMax) throw new OAuthError('invalid_request')
    hasEmpty ||= value === ''
  }
  // Empty ones stay until all are read, because a repetition is refused even of an empty parameter.
  if (hasEmpty) for (const [name, value] of form) if (value === '') form.delete(name)
  return form
}

/** application/x-www-form-urlencoded text, strictly: broken escapes, broken UTF-8 and NUL are refused. */
export function formDecode(text: string): string | null {
  if (!text.includes('%') && !text.includes('+')) return text.includes('\0') ? null : text
  try {
    const decoded = decodeURIComponent(text.replaceAll('+', ' '))
    return decoded.includes('\0') ? null : decoded
  } catch {
    return null
  }
}

function decode(text: string): string {
  const decoded = formDecode(text)
  if (decoded === null) throw new OAuthError('malformed_form')
  return decoded
}
