/** The schema of user profiles as the API shows it: JSON Schema draft 4 with a base and a custom part, as Okta's. */
import * as z from 'zod'
import { Link, Timestamp } from '../domain/output.ts'
import { baseDefinitions } from '../domain/profile-schema.ts'
import { USER_SCHEMA_ID, USER_TYPE_ID } from '../domain/user.ts'
import { BASE_ATTRIBUTES } from '../domain/user-profile.ts'
import { timestamp } from '../platform/clock.ts'
import type { CustomAttribute } from '../store/profile-attributes.ts'

export const SCHEMAS_PATH = '/api/v1/meta/schemas/user'
export const TYPES_PATH = '/api/v1/meta/types/user'

const Part = z.object({
  id: z.string(),
  type: z.literal('object'),
  properties: z.record(z.string(), z.record(z.string(), z.unknown())),
  required: z.array(z.string()),
})

/** `$ref` with a place in this document. */
const Reference = z.record(z.string(), z.string())

export const UserSchemaOutput = z
  .object({
    id: z.string(),
    $schema: z.string(),
    name: z.literal('user'),
    title: z.string(),
    description: z.string(),
    lastUpdated: Timestamp,
    created: Timestamp,
    definitions: z.object({ custom: Part, base: Part }),
    type: z.literal('object'),
    properties: z.object({ profile: z.object({ allOf: z.array(Reference) }) }),
    _links: z.object({ self: Link, type: Link }),
  })
  .meta({ id: 'UserSchema' })

const part = (
  name: string,
  properties: Readonly<Record<string, unknown>>,
  required: readonly string[],
) => ({ id: `#${name}`, type: 'object', properties, required })

const presentDefinition = ({ definition }: CustomAttribute): Record<string, unknown> => ({
  ...Object.fromEntries(Object.entries(definition).filter(([, value]) => value != null)),
  mutability: definition.mutability ?? 'READ_WRITE',
  scope: definition.scope ?? 'NONE',
  permissions: definition.permissions ?? [{ principal: 'SELF', action: 'READ_ONLY' }],
  master: definition.master ?? { type: 'PROFILE_MASTER' },
})

const requiredBase = BASE_ATTRIBUTES.filter(({ required }) => required).map(({ name }) => name)

/** `created` is when the org began; attributes that were never changed leave it at that. */
export function presentUserSchema(
  custom: readonly CustomAttribute[],
  created: number,
  origin: string,
): Record<string, unknown> {
  const self = `${origin}${SCHEMAS_PATH}/${USER_SCHEMA_ID}`
  return {
    id: self,
    $schema: 'http://json-schema.org/draft-04/schema#',
    name: 'user',
    title: 'User',
    description: 'The profile of a user',
    lastUpdated: timestamp(Math.max(created, ...custom.map((one) => one.lastUpdated))),
    created: timestamp(created),
    definitions: {
      custom: part(
        'custom',
        Object.fromEntries(custom.map((one) => [one.name, presentDefinition(one)])),
        custom.filter((one) => one.definition.required === true).map((one) => one.name),
      ),
      base: part('base', baseDefinitions, requiredBase),
    },
    type: 'object',
    properties: {
      profile: { allOf: [{ $ref: '#/definitions/custom' }, { $ref: '#/definitions/base' }] },
    },
    _links: {
      self: { href: self },
      type: { href: `${origin}${TYPES_PATH}/${USER_TYPE_ID}` },
    },
  }
}
