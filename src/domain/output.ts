/**
 * What answers of the management API have in common. The schemas of answers describe: OpenAPI is made of them, and
 * tests hold every answer to them. At run time nothing is parsed with them.
 */
import * as z from 'zod'

/** UTC with milliseconds, as everywhere in the API. */
export const Timestamp = z.iso.datetime({ precision: 3 }).meta({ id: 'Timestamp' })

export const Link = z
  .object({
    name: z.string().optional(),
    title: z.string().optional(),
    href: z.url(),
    hints: z
      .object({ allow: z.array(z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])) })
      .optional(),
  })
  .meta({ id: 'Link' })

export const SelfLinks = z.object({ self: Link }).meta({ id: 'SelfLinks' })

/** Of the two the one that would change something. */
export const lifecycleLinks = { activate: Link.optional(), deactivate: Link.optional() }

export const StatusOutput = z.enum(['ACTIVE', 'INACTIVE'])

/** The answer of operations that only say that they are done. */
export const Nothing = z.object({}).meta({ id: 'Nothing' })
