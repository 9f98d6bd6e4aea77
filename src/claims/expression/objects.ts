/** The objects that an expression can read, and what is said of those of Okta's that are not there. */
import type { Described } from './described.ts'

export interface ObjectRow extends Described {
  readonly name: string
  /** `any`: each attribute below it can be read, whether something has it or not; `one`: it is one. */
  readonly attribute?: 'one' | 'any'
  /** As a whole it can be compared, because there may be none. */
  readonly isCompared?: true
}

export const OBJECTS: readonly ObjectRow[] = [
  {
    name: 'user',
    attribute: 'any',
    isCompared: true,
    says: 'The profile of the person, attributes of your own included; `user` is null when the client acts for itself.',
    example: ['user.email', 'ada@example.com'],
  },
  {
    name: 'appuser',
    isCompared: true,
    says: 'Whether the app has a user here: null when the client acts for itself.',
    example: ['appuser == null ? "a service" : "a person"', 'a person'],
  },
  {
    name: 'appuser.userName',
    attribute: 'one',
    says: 'What the app calls the person.',
    example: ['appuser.userName', 'ada'],
  },
  {
    name: 'app.id',
    attribute: 'one',
    says: 'The id of the app.',
    example: ['app.id', '0oa1'],
  },
  {
    name: 'app.clientId',
    attribute: 'one',
    says: 'The `client_id` of the app.',
    example: ['app.clientId', 'client-1'],
  },
  {
    name: 'app.label',
    attribute: 'one',
    says: 'The name of the app.',
    example: ['app.label', 'Billing'],
  },
  {
    name: 'app.profile',
    attribute: 'any',
    says: 'What you keep in the `profile` of the app, members of members included.',
    example: ['app.profile.region', 'eu'],
  },
  {
    name: 'access.scope',
    attribute: 'one',
    says: 'An array of the scopes that are granted.',
    example: ['access.scope', ['read', 'write']],
  },
  {
    name: 'org.subDomain',
    attribute: 'one',
    says: 'The first part of the host name of the org.',
    example: ['org.subDomain', 'acme'],
  },
]

const named = (is: (row: ObjectRow) => boolean): ReadonlySet<string> =>
  new Set(OBJECTS.filter(is).map(({ name }) => name))

const ATTRIBUTES = named(({ attribute }) => attribute === 'one')
const OPEN = [...named(({ attribute }) => attribute === 'any')].map((name) => name.split('.'))
const COMPARED = named(({ isCompared }) => isCompared === true)

/** Why there is nothing to read of an object of Okta's, or not all of it. */
export const ABSENT_OBJECTS: ReadonlyMap<string, string> = new Map([
  ['org', 'of the org, org.subDomain can be read'],
  ['session', 'sessions can be read in SAML only'],
  ['appuser', 'of the user of an app, appuser.userName can be read'],
  ['idpuser', 'there are no identity providers outside'],
  ['group', 'expressions cannot ask for groups'],
])

const READ = OBJECTS.flatMap(({ name, attribute }) =>
  attribute === undefined ? [] : [attribute === 'any' ? `${name}.*` : name],
)

const EXPECTED = `expected a literal, a function, user.getInternalProperty("id"), ${READ.slice(0, -1).join(', ')} or ${READ.at(-1)}`

export const isAttribute = (path: readonly string[]): boolean =>
  ATTRIBUTES.has(path.join('.')) ||
  OPEN.some(
    (object) => path.length > object.length && object.every((name, at) => path[at] === name),
  )

/** Whether a path names a whole object. */
export const isObject = (path: readonly string[]): boolean =>
  path.length === 1 && COMPARED.has(path[0]!)

/** The sentence that refuses a path. */
export function absence(path: readonly string[]): string {
  const reason = isObject(path)
    ? 'as a whole it can only be compared'
    : (ABSENT_OBJECTS.get(path[0]!) ?? EXPECTED)
  return `"${path.join('.')}" is not available; ${reason}`
}
