/**
 * The attributes of a user's profile: Okta's base ones, as one table, beside the custom ones that the org defines;
 * and what a profile must be like.
 */
import { utf8 } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'

export type AttributeType = 'string' | 'boolean' | 'integer' | 'number' | 'array'
export type ItemType = 'string' | 'integer' | 'number'
export type AttributeFormat = 'email' | 'uri'

export interface ProfileAttribute {
  readonly name: string
  readonly title: string
  readonly type: AttributeType
  /** Of what an array is. */
  readonly items?: ItemType | undefined
  readonly required?: boolean | undefined
  readonly minLength?: number | undefined
  readonly maxLength?: number | undefined
  readonly format?: AttributeFormat | undefined
  /** The only values, or the only members of an array. */
  readonly values?: readonly (string | number)[] | undefined
}

export type ProfileValue = string | number | boolean | readonly (string | number)[]
export type ProfileValues = Readonly<Record<string, ProfileValue>>

/** What a request says of a profile: null clears an attribute. */
export type SentProfile = Readonly<Record<string, unknown>>

type Bounds = Omit<ProfileAttribute, 'name' | 'title' | 'type'>

const text = (name: string, title: string, bounds: Bounds = {}): ProfileAttribute => ({
  name,
  title,
  type: 'string',
  ...bounds,
})

/** In the order in which they are shown, which is Okta's recorded one as far as there is one. */
export const BASE_ATTRIBUTES: readonly ProfileAttribute[] = [
  text('firstName', 'First name', { required: true, minLength: 1, maxLength: 50 }),
  text('lastName', 'Last name', { required: true, minLength: 1, maxLength: 50 }),
  text('mobilePhone', 'Mobile phone', { maxLength: 100 }),
  text('secondEmail', 'Secondary email', { minLength: 5, maxLength: 100, format: 'email' }),
  text('login', 'Username', {
    required: true,
    minLength: 5,
    maxLength: limits.loginCharactersMax,
    format: 'email',
  }),
  text('email', 'Primary email', {
    required: true,
    minLength: 5,
    maxLength: 100,
    format: 'email',
  }),
  text('middleName', 'Middle name'),
  text('honorificPrefix', 'Honorific prefix'),
  text('honorificSuffix', 'Honorific suffix'),
  text('title', 'Title'),
  text('displayName', 'Display name'),
  text('nickName', 'Nickname'),
  text('profileUrl', 'Profile Url', { format: 'uri' }),
  text('primaryPhone', 'Primary phone', { maxLength: 100 }),
  text('streetAddress', 'Street address', { maxLength: 1024 }),
  text('city', 'City', { maxLength: 128 }),
  text('state', 'State', { maxLength: 128 }),
  text('zipCode', 'Zip code', { maxLength: 50 }),
  text('countryCode', 'Country code', { maxLength: 2 }),
  text('postalAddress', 'Postal Address', { maxLength: 4096 }),
  text('preferredLanguage', 'Preferred language'),
  text('locale', 'Locale'),
  text('timezone', 'Time zone'),
  text('userType', 'User type'),
  text('employeeNumber', 'Employee number'),
  text('costCenter', 'Cost center'),
  text('organization', 'Organization'),
  text('division', 'Division'),
  text('department', 'Department'),
  text('managerId', 'Manager Id'),
  text('manager', 'Manager'),
]

export const baseAttributes: ReadonlyMap<string, ProfileAttribute> = new Map(
  BASE_ATTRIBUTES.map((attribute) => [attribute.name, attribute]),
)

/** Shown as null where nothing is set; all others are left out. */
export const ALWAYS_SHOWN: readonly string[] = ['mobilePhone', 'secondEmail']

/** One `@` between texts without spaces, quotes and what separates addresses; a domain without empty labels. */
const ADDRESS =
  /^[^\s@<>()[\]",:;\\\p{C}]+@[^\s@<>()[\]",:;\\\p{C}.]+(\.[^\s@<>()[\]",:;\\\p{C}.]+)*$/u

const formats: Readonly<
  Record<AttributeFormat, { readonly sentence: string; readonly holds: (value: string) => boolean }>
> = {
  email: {
    sentence: 'must be in the form of an email address',
    holds: (value) => ADDRESS.test(value),
  },
  uri: { sentence: 'must be a URL', holds: (value) => URL.canParse(value) },
}

const isOf: Readonly<Record<ItemType | 'boolean', (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: (value) => Number.isSafeInteger(value),
  number: (value) => typeof value === 'number' && Number.isFinite(value),
}

/** What is wrong with a value of an attribute; null for nothing. */
function faultOf(attribute: ProfileAttribute, value: unknown): string | null {
  if (attribute.type !== 'array') return scalarFault(attribute, attribute.type, value)
  if (!Array.isArray(value)) return 'must be an array'
  if (value.length > limits.profileListMembersMax)
    return `must have at most ${limits.profileListMembersMax} members`
  const { items = 'string' } = attribute
  return value.map((one) => scalarFault(attribute, items, one)).find((one) => one !== null) ?? null
}

function scalarFault(
  { minLength = 0, maxLength = Infinity, format, values }: ProfileAttribute,
  type: ItemType | 'boolean',
  value: unknown,
): string | null {
  if (!isOf[type](value)) return `must be of type ${type}`
  if (values !== undefined && !values.includes(value as string))
    return 'must be one of the values that the attribute lists'
  if (typeof value !== 'string') return null
  if (!value.isWellFormed()) return 'must be text without broken characters'
  const characters = [...value].length
  if (characters < minLength) return `must have at least ${minLength} characters`
  if (characters > maxLength) return `must have at most ${maxLength} characters`
  if (format !== undefined && value !== '' && !formats[format].holds(value))
    return formats[format].sentence
  return null
}

/** Whether the API would let anybody be called so. */
export const couldBeLogin = (typed: string): boolean =>
  faultOf(baseAttributes.get('login')!, typed) === null

const BLANK = 'The field cannot be left blank'

const isBlank = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (Array.isArray(value) && value.length === 0)

const isSame = (left: unknown, right: unknown): boolean =>
  JSON.stringify(left) === JSON.stringify(right)

export interface CheckedProfile {
  readonly profile: ProfileValues
  /** Sentences that begin with the name of the attribute. */
  readonly faults: readonly string[]
  /** Names that are no attribute. */
  readonly undefinedNames: readonly string[]
}

/**
 * The profile that a request makes of the present one, with everything that is wrong with it. What it leaves as it is
 * need not satisfy rules that came later. An empty list is the same as none, and values of attributes that are no
 * longer defined are dropped.
 */
export function checkProfile(
  sent: SentProfile,
  present: ProfileValues,
  attributes: ReadonlyMap<string, ProfileAttribute>,
  way: 'partial' | 'full',
): CheckedProfile {
  const base = way === 'full' ? {} : present
  const wanted = new Map<string, unknown>(
    Object.entries(base).filter(([name]) => attributes.has(name)),
  )
  for (const [name, value] of Object.entries(sent)) wanted.set(name, value)
  const faults: string[] = []
  const profile: Record<string, ProfileValue> = {}
  for (const attribute of attributes.values()) {
    const { name, required = false } = attribute
    const value = wanted.get(name)
    const isUnchanged = Object.hasOwn(present, name) && isSame(value, present[name])
    if (isBlank(value) && required) faults.push(`${name}: ${BLANK}`)
    if (isBlank(value)) continue
    const fault = isUnchanged ? null : faultOf(attribute, value)
    if (fault !== null) faults.push(`${name}: ${fault}`)
    profile[name] = value as ProfileValue
  }
  if (utf8(JSON.stringify(profile)).length > limits.profileBytesMax)
    faults.push(`profile: must have at most ${limits.profileBytesMax} bytes`)
  const undefinedNames = Object.keys(sent).filter((name) => !attributes.has(name))
  return { profile, faults, undefinedNames }
}

/** Of what type values are, `array:string` for a list of texts; it stays as it is while the attribute is there. */
export type AttributeKind = `${AttributeType}:${ItemType | ''}`

/** The names of a profile's custom attributes with their kinds, which must still be so when it is written. */
export function customKinds(
  profile: ProfileValues,
  attributes: ReadonlyMap<string, ProfileAttribute>,
): Readonly<Record<string, AttributeKind>> {
  const kindOf = ({ type, items }: ProfileAttribute): AttributeKind => `${type}:${items ?? ''}`
  return Object.fromEntries(
    Object.keys(profile)
      .filter((name) => !baseAttributes.has(name))
      .map((name) => [name, kindOf(attributes.get(name)!)]),
  )
}
