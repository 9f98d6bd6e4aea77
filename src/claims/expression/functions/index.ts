/** Every function of the expression language by its name, and those of Okta's that are not there, with the reason. */
import { ARRAY_FUNCTIONS } from './arrays.ts'
import { CONVERT_FUNCTIONS } from './convert.ts'
import { GROUP_FUNCTIONS } from './groups.ts'
import type { FunctionRow } from './row.ts'
import { DEPRECATED_FUNCTIONS, STRING_FUNCTIONS } from './string.ts'
import { TIME_FUNCTIONS } from './time.ts'

/** Functions that belong together, in the order of the reference. */
export interface Family {
  readonly name: string
  readonly says: string
  readonly rows: readonly FunctionRow[]
}

export const FAMILIES: readonly Family[] = [
  {
    name: 'Text',
    says: 'Capital and small letters are told apart. Places are counted from 0.',
    rows: STRING_FUNCTIONS,
  },
  {
    name: 'Arrays',
    says: 'Text with commas is taken for an array, too.',
    rows: ARRAY_FUNCTIONS,
  },
  {
    name: 'Conversions',
    says: 'Text to numbers, and countries from one code of ISO 3166-1 to another; what is none fails.',
    rows: CONVERT_FUNCTIONS,
  },
  {
    name: 'Time',
    says: 'Times are text in ISO 8601, in UTC where nothing else is said.',
    rows: TIME_FUNCTIONS,
  },
  {
    name: 'Groups',
    says: 'Of the groups that the person is in; a client that acts for itself is in none. Names are compared to the letter.',
    rows: GROUP_FUNCTIONS,
  },
  {
    name: 'Older names',
    says: 'Functions without a family, as older expressions have them.',
    rows: DEPRECATED_FUNCTIONS,
  },
]

export const FUNCTIONS: ReadonlyMap<string, FunctionRow> = new Map(
  FAMILIES.flatMap(({ rows }) => rows).map((one) => [one.name, one]),
)

/** Functions of Okta's that are not there, and why. */
export const ABSENT: readonly (readonly [names: readonly string[], reason: string])[] = [
  [
    [
      'getManagerUser',
      'getManagerAppUser',
      'getAssistantUser',
      'getAssistantAppUser',
      'hasDirectoryUser',
      'hasWorkdayUser',
      'findDirectoryUser',
      'findWorkdayUser',
    ],
    'it needs a directory beside this one, and there is none',
  ],
]

/** The sentence that refuses each. */
export const ABSENT_FUNCTIONS: ReadonlyMap<string, string> = new Map(
  ABSENT.flatMap(([names, reason]) =>
    names.map((name) => [name, `"${name}" is not available: ${reason}`]),
  ),
)
