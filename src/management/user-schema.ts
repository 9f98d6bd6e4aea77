/**
 * The schema of user profiles: custom attributes are added, changed and taken away. What a request does not name stays
 * as it is, so that two writers of different attributes are both heard.
 */
import * as z from 'zod'
import {
  AttributeInput,
  baseDefinitions,
  nameFault,
  type AttributeDefinition,
} from '../domain/profile-schema.ts'
import { USER_SCHEMA_ID } from '../domain/user.ts'
import { limits } from '../platform/limits.ts'
import { randomId } from '../platform/random.ts'
import { ApiError, invalid, notFound } from '../protocol/api-errors.ts'
import { enqueueAudience, type Audience } from '../store/audience.ts'
import { readOrg } from '../store/org-settings.ts'
import {
  customAttributes,
  deleteAttribute,
  forgetValues,
  saveAttributes,
  type CustomAttribute,
} from '../store/profile-attributes.ts'
import type { Change, ManagementContext } from './context.ts'
import { idParam, route, type Params, type Route } from './route.ts'
import { presentUserSchema, SCHEMAS_PATH, UserSchemaOutput } from './user-schema-presentation.ts'

const PATH = `${SCHEMAS_PATH}/:schemaId`
const TYPE = 'UserSchema'

const Attributes = z
  .record(z.string().max(limits.nameCharactersMax), AttributeInput.nullable())
  .refine(
    (attributes) => Object.keys(attributes).length <= limits.profileAttributesMax,
    `may name at most ${limits.profileAttributesMax} attributes`,
  )

const UserSchemaInput = z
  .object({
    definitions: z
      .object({
        custom: z.object({ properties: Attributes.nullish() }).nullish(),
        base: z.object({ properties: z.record(z.string(), z.unknown()).nullish() }).nullish(),
      })
      .nullish(),
  })
  .meta({ id: 'UserSchemaInput' })

type UserSchemaInput = z.output<typeof UserSchemaInput>

function checkSchemaId(params: Params): void {
  const id = idParam(params, 'schemaId', TYPE)
  if (id !== 'default' && id !== USER_SCHEMA_ID) throw notFound(id, TYPE)
}

const change = (message: string, names: readonly string[]): Change => ({
  eventType: 'directory.user_profile.update',
  displayMessage: message,
  target: [
    { id: USER_SCHEMA_ID, type: TYPE, alternateId: null, displayName: 'User' },
    ...names.map((name) => ({
      id: name,
      type: 'ProfileAttribute',
      alternateId: null,
      displayName: name,
    })),
  ],
})

/** Clients send back the base part that they read; it may say nothing else. */
const baseFaults = (base: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.entries(base)
    .filter(
      ([name, definition]) =>
        !Object.hasOwn(baseDefinitions, name) || !says(baseDefinitions[name], definition),
    )
    .map(([name]) => `definitions.base.properties.${name}: base attributes cannot be changed`)

/** Whether everything that a part says is so in the whole; what is null says nothing. */
function says(whole: unknown, part: unknown): boolean {
  if (part === null || part === undefined) return true
  if (typeof part !== 'object' || typeof whole !== 'object' || whole === null) return whole === part
  return Object.entries(part).every(([name, member]) =>
    says(Object.hasOwn(whole, name) ? (whole as Record<string, unknown>)[name] : null, member),
  )
}

/** Types of values that are out there cannot change under them. */
const typeFault = (present: AttributeDefinition, wanted: AttributeDefinition): string | null =>
  present.type === wanted.type && present.items?.type === wanted.items?.type
    ? null
    : 'the type of an attribute cannot be changed'

interface Planned {
  readonly saved: Readonly<Record<string, AttributeDefinition>>
  readonly removed: readonly string[]
}

/** Throws E0000001 with everything that is wrong. */
function planned({ definitions }: UserSchemaInput, present: readonly CustomAttribute[]): Planned {
  const sent = Object.entries(definitions?.custom?.properties ?? {})
  const known = new Map(present.map((one) => [one.name, one.definition]))
  const removed = sent.filter(([, definition]) => definition === null).map(([name]) => name)
  const saved = sent.flatMap(([name, definition]) =>
    definition === null ? [] : [[name, definition] as const],
  )
  const others = [...known.keys(), ...saved.map(([name]) => name)]
  const faults = saved.flatMap(([name, definition]) => {
    const before = known.get(name)
    const fault = before === undefined ? nameFault(name, others) : typeFault(before, definition)
    return fault === null ? [] : [`${name}: ${fault}`]
  })
  const all = [...baseFaults(definitions?.base?.properties ?? {}), ...faults]
  if (all.length > 0) throw invalid('schema', ...all.slice(0, limits.causesMax))
  return {
    saved: Object.fromEntries(saved),
    removed: removed.filter((name) => known.has(name)),
  }
}

const holdersOf = (name: string): Audience => ({
  relation: 'attribute',
  values: [name],
  tells: 'stale',
})

const isDefined = async (name: string, { db }: ManagementContext): Promise<boolean> =>
  (await customAttributes(db)).some((one) => one.name === name)

/** Values first, some users at a time; those users' objects hear of it from the outbox. */
async function remove(names: readonly string[], context: ManagementContext): Promise<void> {
  const { db, nowSeconds } = context
  let batches = limits.attributeRemovalBatchesMax
  for (const name of names) {
    const gone = change('Custom attribute is removed from the user profile', [name])
    while (!(await context.commit([deleteAttribute(db, name)], gone))) {
      const took = await context.commit(
        [
          enqueueAudience(db, randomId('obx'), holdersOf(name), nowSeconds),
          ...forgetValues(db, name, nowSeconds),
        ],
        change('Values of a custom attribute are removed from users', [name]),
      )
      // Somebody else was faster with the values; with the attribute, too?
      if (!took && !(await isDefined(name, context))) break
      if (--batches === 0)
        throw new ApiError('E0000195', `many users have had values of ${name}: send this again`)
    }
  }
}

async function written(input: UserSchemaInput, context: ManagementContext): Promise<void> {
  const { db, nowSeconds } = context
  const { saved, removed } = planned(input, await customAttributes(db))
  await remove(removed, context)
  const names = Object.keys(saved)
  if (names.length === 0) return
  await context.commitOr(
    invalid(
      'schema',
      `schema: There are at most ${limits.profileAttributesMax} custom attributes, each with one type and a name of its own`,
    ),
    [saveAttributes(db, saved, nowSeconds)],
    change('Custom attributes of the user profile are set', names),
  )
}

async function presented({ db, origin }: ManagementContext): Promise<unknown> {
  const { created } = await readOrg(db)
  return presentUserSchema(await customAttributes(db), created, origin)
}

export const userSchemaRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    summary: 'Retrieve the schema of user profiles',
    scope: 'okta.schemas.read',
    output: UserSchemaOutput,
    async handle({ params }, context) {
      checkSchemaId(params)
      return presented(context)
    },
  }),
  route({
    method: 'POST',
    path: PATH,
    summary: 'Add, change and remove custom attributes of user profiles',
    scope: 'okta.schemas.manage',
    body: UserSchemaInput,
    subject: 'schema',
    output: UserSchemaOutput,
    async handle({ params, body }, context) {
      checkSchemaId(params)
      await written(body, context)
      return presented(context)
    },
  }),
]
