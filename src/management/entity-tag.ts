/** Entity tags of single resources (RFC 9110 §8.8.3): the version of the row, compared weakly, as Okta's are. */
import { limits } from '../platform/limits.ts'
import { ApiError } from '../protocol/api-errors.ts'
import { ResourceAnswer } from './route.ts'

interface Versioned {
  readonly version: number
}

export const entityTag = ({ version }: Versioned): string => `W/"${version}"`

export const tagged = (resource: unknown, of: Versioned): ResourceAnswer =>
  new ResourceAnswer(resource, { etag: entityTag(of) })

const TAG = /(?:W\/)?("[\x21\x23-\x7e]*")/g
const LIST = /^(?:W\/)?"[\x21\x23-\x7e]*"(?:\s*,\s*(?:W\/)?"[\x21\x23-\x7e]*")*$/

/** Throws E0000231 when the resource is another one than If-Match says, E0000242 when that says nothing readable. */
export function checkIfMatch(headers: Headers, of: Versioned): void {
  const text = headers.get('if-match')?.trim() ?? '*'
  if (text === '*') return
  if (text.length > limits.queryCharactersMax || !LIST.test(text)) throw new ApiError('E0000242')
  const known = [...text.matchAll(TAG)].some(([, opaque]) => opaque === `"${of.version}"`)
  if (!known) throw new ApiError('E0000231')
}
