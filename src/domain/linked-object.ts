/**
 * Relations between users, such as manager and subordinate. A definition says what each side is called; a link makes
 * one user the primary of another, who has no other primary of that relation.
 */
import * as z from 'zod'
import { limits } from '../platform/limits.ts'
import { SelfLinks } from './output.ts'

const NAME = /^(?!__proto__$)[A-Za-z_]\w*$/

/** One side of a relation. Everybody in one is a user, of whatever type. */
const Side = z.object({
  name: z
    .string()
    .max(limits.nameCharactersMax)
    .regex(NAME, 'must be letters, digits and underscores, not beginning with a digit'),
  title: z.string().min(1).max(limits.nameCharactersMax),
  description: z.string().max(limits.descriptionCharactersMax).nullish(),
  type: z.literal('USER'),
})

export const LinkedObjectInput = z
  .object({ primary: Side, associated: Side })
  .refine(({ primary, associated }) => primary.name !== associated.name, {
    path: ['associated', 'name'],
    error: 'must not be the name of the primary, too',
  })
  .meta({ id: 'LinkedObjectInput' })

export type LinkedObjectDefinition = z.output<typeof LinkedObjectInput>

const SideOutput = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string().optional(),
  type: z.literal('USER'),
})

export const LinkedObjectOutput = z
  .object({ primary: SideOutput, associated: SideOutput, _links: SelfLinks })
  .meta({ id: 'LinkedObject' })

/** A user at the other end of a link. */
export const LinkedUserOutput = z.object({ _links: SelfLinks }).meta({ id: 'LinkedUser' })
