/** JSON bodies of the management door: bounded in bytes and depth, parsed by a schema, every fault a named cause. */
import type * as z from 'zod'
import { parseJson } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { boundedText } from '../protocol/form.ts'
import { ApiError, invalid } from '../protocol/api-errors.ts'
import { causesOf } from '../protocol/causes.ts'

/** The body as JSON; an empty body counts as `{}`. */
export async function readJson(request: Request): Promise<unknown> {
  const text = await boundedText(
    request,
    limits.jsonBytesMax,
    () => new ApiError('E0000003', '', ['The request body is too large.']),
  )
  if (text === null) throw new ApiError('E0000003')
  if (text.trim() === '') return {}
  const type = request.headers.get('content-type') ?? ''
  if (!/^application\/([\w.+-]+\+)?json\s*(;|$)/i.test(type)) throw new ApiError('E0000021')
  const value = parseJson(text)
  if (value === undefined || !isWellFormed(value, limits.jsonDepthMax))
    throw new ApiError('E0000003')
  return value
}

/**
 * Bounded depth, no NUL in any text, since storage and logs would treat it as an end, and no number beyond what numbers
 * hold, which would be stored as null.
 */
function isWellFormed(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return !value.includes('\0')
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return true
  if (depth === 0) return false
  return Object.entries(value).every(
    ([name, member]) => !name.includes('\0') && isWellFormed(member, depth - 1),
  )
}

/** Where a text, or the name of a member, is not Unicode; the database would keep another one. Null: nowhere. */
function brokenAt(value: unknown, path: string): string | null {
  if (typeof value === 'string') return value.isWellFormed() ? null : path
  if (typeof value !== 'object' || value === null) return null
  for (const [name, member] of Object.entries(value)) {
    const inner = path === '' ? name : `${path}.${name}`
    const broken = name.isWellFormed() ? brokenAt(member, inner) : path
    if (broken !== null) return broken
  }
  return null
}

/** Parses with a schema; E0000001 with one cause a fault. `subject` is what Okta's summary names. */
export function parseBody<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  subject: string,
): z.output<Schema> {
  const broken = brokenAt(value, '')
  if (broken !== null)
    throw invalid(subject, `${broken || 'body'}: must be text without broken characters`)
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const first = parsed.error.issues[0]?.path[0]
  throw invalid(first === undefined ? subject : String(first), ...causesOf(parsed.error))
}
