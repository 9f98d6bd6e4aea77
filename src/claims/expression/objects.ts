/** The objects that an expression can read, and what is said of those of Okta's that are not there. */
import type { Described } from './described.ts'

export interface ObjectRow extends Described {
  readonly name: string
  /** `any`: each attribute below it can be read, whether something has it or not; `one`: it is one. */
  readonly attribute?: 'one' | 'any'
  /** As a whole it can be compared, because there may be none. */
  readonly isCompared?: true
  /** It is there only in an expression about a group. */
  readonly isOfGroup?: true
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
    attribute: 'any',
    isCompared: true,
    says: 'What the app is told of the person: the profile of the assignment; `appuser` is null when the client acts for itself.',
    example: ['appuser.costCenter', 'R-17'],
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
    name: 'session',
    isCompared: true,
    says: 'Whether a person signed in: null when the client acts for itself.',
    example: ['session != null', true],
  },
  {
    name: 'session.amr',
    attribute: 'one',
    says: 'An array of the ways in which the person proved to be themselves, RFC 8176.',
    example: ['session.amr', ['pwd']],
  },
  {
    name: 'org.name',
    attribute: 'one',
    says: 'The company name in the settings of the org.',
    example: ['org.name', 'Acme'],
  },
  {
    name: 'org.subDomain',
    attribute: 'one',
    says: 'The first part of the host name of the org.',
    example: ['org.subDomain', 'acme'],
  },
  ...(
    [
      ['id', 'The id of the group.', '00g1it'],
      ['name', 'The name of the group.', 'IT Admins'],
      ['description', 'What is said of the group; null when nothing is.', 'Who may do anything'],
      ['type', '`OKTA_GROUP`, or `BUILT_IN` for the group of everybody.', 'OKTA_GROUP'],
      ['objectClass', 'Always `okta:user_group`, in an array.', ['okta:user_group']],
    ] as const
  ).map(([attribute, says, found]): ObjectRow => ({
    name: `group.${attribute}`,
    attribute: 'one',
    isOfGroup: true,
    says,
    example: [`getFilteredGroups({"00g1it"}, "group.${attribute}", 10)`, [found]],
  })),
  {
    name: 'group.profile',
    attribute: 'any',
    isOfGroup: true,
    says: 'Name and description once more, as the management API has them.',
    example: ['getFilteredGroups({"00g1it"}, "group.profile.name", 10)', ['IT Admins']],
  },
]

const named = (is: (row: ObjectRow) => boolean): ReadonlySet<string> =>
  new Set(OBJECTS.filter(is).map(({ name }) => name))

/** What can be read where. */
function readable(isIn: (row: ObjectRow) => boolean): (path: readonly string[]) => boolean {
  const one = named((row) => isIn(row) && row.attribute === 'one')
  const any = [...named((row) => isIn(row) && row.attribute === 'any')].map((name) =>
    name.split('.'),
  )
  return (path) =>
    one.has(path.join('.')) ||
    any.some(
      (object) => path.length > object.length && object.every((name, at) => path[at] === name),
    )
}

const readAnywhere = readable(({ isOfGroup }) => isOfGroup !== true)
const readOfGroup = readable(() => true)
const COMPARED = named(({ isCompared }) => isCompared === true)

/** Why there is nothing to read of an object of Okta's, or not all of it. */
export const ABSENT_OBJECTS: ReadonlyMap<string, string> = new Map([
  ['org', 'of the org, org.name and org.subDomain can be read'],
  ['session', 'of the session, session.amr can be read'],
  ['idpuser', 'there are no identity providers outside'],
  ['group', 'groups can be read in the second argument of getFilteredGroups only'],
])

const READ = OBJECTS.flatMap(({ name, attribute, isOfGroup }) =>
  attribute === undefined || isOfGroup === true ? [] : [attribute === 'any' ? `${name}.*` : name],
)

const EXPECTED = `expected a literal, a function, user.getInternalProperty("id"), ${READ.slice(0, -1).join(', ')} or ${READ.at(-1)}`

/** `isOfGroup`: in an expression about a group. */
export const isAttribute = (path: readonly string[], isOfGroup: boolean): boolean =>
  isOfGroup ? readOfGroup(path) : readAnywhere(path)

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
