/** Bodies of the Classic authentication API. */
import type * as z from 'zod'
import { parseJson } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { ApiError, invalid } from '../protocol/api-errors.ts'
import { causesOf } from '../protocol/causes.ts'
import { boundedText } from '../protocol/form.ts'

const JSON_TYPE = /^application\/json\s*(;|$)/i

/**
 * The object that a request brings. Throws ApiError for anything else. Of another type a page of anybody could send it
 * without asking first (Fetch §4.8), and make the browsers of others try passwords.
 */
export async function jsonObject(request: Request): Promise<object> {
  if (!JSON_TYPE.test(request.headers.get('content-type') ?? '')) throw new ApiError('E0000021')
  const tooLarge = (): ApiError => invalid('body', 'body: is too large')
  const body = parseJson((await boundedText(request, limits.authnBytesMax, tooLarge)) ?? '')
  if (typeof body !== 'object' || body === null) throw new ApiError('E0000003')
  return body
}

/** What an object has to be; `subject` is what error summaries call it. Throws ApiError with every fault. */
export function parsed<Schema extends z.ZodType>(
  schema: Schema,
  body: object,
  subject: string,
): z.output<Schema> {
  const read = schema.safeParse(body)
  if (read.success) return read.data
  throw invalid(subject, ...causesOf(read.error))
}
