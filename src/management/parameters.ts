/** Switches in the query of a route. */
import * as z from 'zod'
import { invalid } from '../protocol/api-errors.ts'

/** How a switch is described. */
export const switchParameter = (what: string, otherwise: boolean) =>
  z.boolean().default(otherwise).describe(what)

/** A switch in the query. Throws E0000001 for anything but true and false. */
export function readSwitch(query: URLSearchParams, name: string, otherwise: boolean): boolean {
  const text = query.get(name) ?? String(otherwise)
  if (text !== 'true' && text !== 'false') throw invalid(name, `${name}: must be true or false`)
  return text === 'true'
}
