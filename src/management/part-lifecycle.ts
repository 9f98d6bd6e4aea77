/** The routes that keys and secrets end with: each is deleted, activated and deactivated below what it belongs to. */
import type * as z from 'zod'
import type { ManagementContext } from './context.ts'
import { route, type Params, type Route } from './route.ts'

type Change<Found> = (found: Found, context: ManagementContext) => Promise<unknown>

export interface PartLifecycle<Found> {
  /** Of one part, with its parameter. */
  readonly path: string
  /** `a client key`. */
  readonly what: string
  readonly scope: string
  readonly output: z.ZodType
  /** Finds the part and makes the attempt, anew as long as others are faster. */
  readonly changing: (
    params: Params,
    context: ManagementContext,
    attempt: Change<Found>,
  ) => Promise<unknown>
  readonly deleted: Change<Found>
  readonly activated: Change<Found>
  readonly deactivated: Change<Found>
}

export function partLifecycleRoutes<Found>(part: PartLifecycle<Found>): readonly Route[] {
  const { path, what, scope, output, changing } = part
  const lifecycle = (verb: 'activate' | 'deactivate', attempt: Change<Found>): Route =>
    route({
      method: 'POST',
      path: `${path}/lifecycle/${verb}`,
      summary: `${verb === 'activate' ? 'Activate' : 'Deactivate'} ${what}`,
      scope,
      output,
      handle: ({ params }, context) => changing(params, context, attempt),
    })
  return [
    route({
      method: 'DELETE',
      path,
      summary: `Delete ${what}`,
      scope,
      status: 204,
      handle: ({ params }, context) => changing(params, context, part.deleted),
    }),
    lifecycle('activate', part.activated),
    lifecycle('deactivate', part.deactivated),
  ]
}
