/** What schemas say of a body, as refusals say it. */
import type * as z from 'zod'
import { limits } from '../platform/limits.ts'

function causeOf({ path, code, message }: z.core.$ZodIssue): string {
  const field = path.map(String).join('.')
  const isMissing = code === 'invalid_type' && message.endsWith('received undefined')
  return `${field === '' ? 'body' : field}: ${isMissing ? 'The field is missing' : message}`
}

/** `{field}: {reason}` for each fault, as far as one refusal tells of them. */
export const causesOf = ({ issues }: z.ZodError): readonly string[] =>
  issues.slice(0, limits.causesMax).map(causeOf)
