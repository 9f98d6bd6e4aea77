/** Every function of the expression language by its name, and those of Okta's that are not there, with the reason. */
import { ARRAY_FUNCTIONS } from './arrays.ts'
import { CONVERT_FUNCTIONS } from './convert.ts'
import type { FunctionRow } from './row.ts'
import { DEPRECATED_FUNCTIONS, STRING_FUNCTIONS } from './string.ts'
import { TIME_FUNCTIONS } from './time.ts'

export const FUNCTIONS: ReadonlyMap<string, FunctionRow> = new Map(
  [
    ...STRING_FUNCTIONS,
    ...DEPRECATED_FUNCTIONS,
    ...ARRAY_FUNCTIONS,
    ...CONVERT_FUNCTIONS,
    ...TIME_FUNCTIONS,
  ].map((one) => [one.name, one]),
)

const OF_GROUPS =
  'isMemberOfGroup isMemberOfAnyGroup isMemberOfGroupName isMemberOfGroupNameStartsWith ' +
  'isMemberOfGroupNameContains isMemberOfGroupNameRegex getFilteredGroups Groups.contains ' +
  'Groups.startsWith Groups.endsWith user.getGroups user.isMemberOf'

const OF_DIRECTORIES =
  'user.getLinkedObject getManagerUser getManagerAppUser getAssistantUser getAssistantAppUser ' +
  'hasDirectoryUser hasWorkdayUser findDirectoryUser findWorkdayUser'

const because = (names: string, reason: string): readonly (readonly [string, string])[] =>
  names.split(' ').map((name) => [name, `"${name}" is not available: ${reason}`] as const)

/** The sentence that refuses each. */
export const ABSENT_FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ...because(OF_GROUPS, 'expressions cannot ask for groups'),
  ...because(OF_DIRECTORIES, 'it needs a directory beside this one, and there is none'),
])
