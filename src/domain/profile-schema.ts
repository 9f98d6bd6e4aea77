/** The schema of user profiles as the management API writes it: Okta's JSON schema with a base and a custom part. */
import * as z from 'zod'
import { limits } from '../platform/limits.ts'
import {
  BASE_ATTRIBUTES,
  baseAttributes,
  type AttributeFormat,
  type ProfileAttribute,
} from './user-profile.ts'

const FORMATS: readonly AttributeFormat[] = ['email', 'uri']

const Choice = z.union([z.string().max(limits.nameCharactersMax), z.number()])
const Choices = z.array(Choice).min(1).max(limits.listMembersMax).nullish()
const Titled = z
  .array(z.object({ const: Choice, title: z.string().max(limits.nameCharactersMax) }))
  .max(limits.listMembersMax)
  .nullish()

const Permission = z.object({
  principal: z.string().max(limits.nameCharactersMax),
  action: z.enum(['HIDE', 'READ_ONLY', 'READ_WRITE']),
})

const length = z.int().min(0).max(limits.profileBytesMax).nullish()

/** What is accepted and shown, but nothing here acts upon; of the permissions only that something is hidden. */
const passedOn = {
  externalName: z.string().max(limits.nameCharactersMax).nullish(),
  externalNamespace: z.string().max(limits.nameCharactersMax).nullish(),
  master: z.object({ type: z.enum(['PROFILE_MASTER', 'OKTA', 'OVERRIDE']) }).nullish(),
  mutability: z.enum(['READ_WRITE', 'READ_ONLY', 'WRITE_ONLY', 'IMMUTABLE']).nullish(),
  permissions: z.array(Permission).max(10).nullish(),
  scope: z.enum(['NONE', 'SELF']).nullish(),
}

/** One custom attribute. It keeps its type for good. */
export const AttributeInput = z
  .object({
    title: z.string().min(1).max(limits.nameCharactersMax),
    description: z.string().max(limits.descriptionCharactersMax).nullish(),
    type: z.enum(['string', 'boolean', 'integer', 'number', 'array']),
    items: z
      .object({ type: z.enum(['string', 'integer', 'number']), enum: Choices, oneOf: Titled })
      .nullish(),
    required: z.boolean().nullish(),
    minLength: length,
    maxLength: length,
    format: z.string().max(limits.nameCharactersMax).nullish(),
    enum: Choices,
    oneOf: Titled,
    unique: z.union([z.boolean(), z.string()]).nullish(),
    default: z.unknown().nullish(),
    pattern: z.string().max(limits.nameCharactersMax).nullish(),
    ...passedOn,
  })
  .superRefine((input, context) => {
    for (const [member, message] of faultsOf(input))
      context.addIssue({ code: 'custom', path: [member], message })
  })
  .transform(({ unique: _, default: __, pattern: ___, ...definition }) => definition)
  .meta({ id: 'UserSchemaAttribute' })

export type AttributeDefinition = z.output<typeof AttributeInput>

type Sent = Pick<
  AttributeDefinition,
  'type' | 'items' | 'enum' | 'oneOf' | 'minLength' | 'maxLength' | 'format'
> & {
  readonly unique?: unknown
  readonly default?: unknown
  readonly pattern?: unknown
}

function* faultsOf(sent: Sent): Generator<readonly [member: string, message: string]> {
  if (sent.unique === true || sent.unique === 'UNIQUE_VALIDATED')
    yield ['unique', 'custom attributes cannot be unique']
  if (sent.default != null) yield ['default', 'default values are not supported']
  if (sent.pattern != null) yield ['pattern', 'patterns are not supported']
  if (sent.format != null && !FORMATS.some((format) => format === sent.format))
    yield ['format', `must be one of ${FORMATS.join(', ')}`]
  if (
    sent.type !== 'string' &&
    (sent.minLength != null || sent.maxLength != null || sent.format != null)
  )
    yield ['type', 'minLength, maxLength and format are for strings only']
  if (sent.minLength != null && sent.maxLength != null && sent.minLength > sent.maxLength)
    yield ['maxLength', 'must not be below minLength']
  if (sent.type === 'array' && sent.items == null) yield ['items', 'The field is missing']
  if (sent.type !== 'array' && sent.items != null) yield ['items', 'is for arrays only']
  if (sent.enum != null && !sent.enum.every((one) => isChoice(one, sent.type)))
    yield ['enum', `must hold values of type ${sent.type}`]
  if (sent.items?.enum != null && !sent.items.enum.every((one) => isChoice(one, sent.items!.type)))
    yield ['items', `enum must hold values of type ${sent.items.type}`]
  if (!agree(sent.enum, sent.oneOf) || !agree(sent.items?.enum, sent.items?.oneOf))
    yield ['oneOf', 'must name the values of enum in their order']
}

function isChoice(value: string | number, type: string): boolean {
  if (type === 'string') return typeof value === 'string'
  return type === 'integer'
    ? Number.isSafeInteger(value)
    : type === 'number' && typeof value === 'number'
}

const agree = (
  values: readonly (string | number)[] | null | undefined,
  titled: readonly { readonly const: string | number }[] | null | undefined,
): boolean =>
  titled == null || JSON.stringify(titled.map((one) => one.const)) === JSON.stringify(values)

/** A definition as profiles are checked by it. */
export const customAttribute = (
  name: string,
  definition: AttributeDefinition,
): ProfileAttribute => ({
  name,
  title: definition.title,
  type: definition.type,
  items: definition.items?.type,
  required: definition.required ?? false,
  minLength: definition.minLength ?? undefined,
  maxLength: definition.maxLength ?? undefined,
  format: (definition.format ?? undefined) as AttributeFormat | undefined,
  values: definition.enum ?? definition.items?.enum ?? undefined,
})

/** Whether people may not see what their own profile says. */
export const isHiddenFromSelf = ({ permissions }: AttributeDefinition): boolean =>
  permissions?.some(({ principal, action }) => principal === 'SELF' && action === 'HIDE') === true

/** All attributes that profiles have now. */
export const allAttributes = (
  custom: readonly { readonly name: string; readonly definition: AttributeDefinition }[],
): ReadonlyMap<string, ProfileAttribute> =>
  new Map([
    ...baseAttributes,
    ...custom.map(({ name, definition }) => [name, customAttribute(name, definition)] as const),
  ])

const NAME = /^[A-Za-z]\w{0,254}$/

const taken = new Set(
  [...baseAttributes.keys(), 'id', 'status', 'type', 'constructor'].map((name) =>
    name.toLowerCase(),
  ),
)

/** What is wrong with the name of a new custom attribute; names that differ by case only are the same. */
export function nameFault(name: string, custom: readonly string[]): string | null {
  if (!NAME.test(name)) return 'must be letters, digits and underscores, beginning with a letter'
  const lower = name.toLowerCase()
  const isTaken =
    taken.has(lower) || custom.some((one) => one !== name && one.toLowerCase() === lower)
  return isTaken ? 'is the name of another attribute' : null
}

/** A base attribute as the schema shows it. */
const presentBase = (attribute: ProfileAttribute): Record<string, unknown> => ({
  title: attribute.title,
  type: attribute.type,
  ...(attribute.required === true && { required: true }),
  ...(attribute.format !== undefined && { format: attribute.format }),
  mutability: 'READ_WRITE',
  scope: 'NONE',
  ...(attribute.minLength !== undefined && { minLength: attribute.minLength }),
  ...(attribute.maxLength !== undefined && { maxLength: attribute.maxLength }),
  permissions: [
    { principal: 'SELF', action: attribute.name === 'login' ? 'READ_ONLY' : 'READ_WRITE' },
  ],
  master: { type: 'PROFILE_MASTER' },
})

export const baseDefinitions: Readonly<Record<string, unknown>> = Object.fromEntries(
  [...BASE_ATTRIBUTES]
    .toSorted((left, right) => schemaPlace(left.name) - schemaPlace(right.name))
    .map((attribute) => [attribute.name, presentBase(attribute)]),
)

/** The schema begins with the login, profiles do not. */
function schemaPlace(name: string): number {
  return name === 'login' ? -1 : BASE_ATTRIBUTES.findIndex((attribute) => attribute.name === name)
}
