/**
 * One function of the expression language: its name, what it takes, what it gives, and what the reference says of it.
 * What a function is given has the types of its row; it answers undefined where it has no result.
 */
import { zoneExists } from '../time/zone.ts'
import { LETTERS, readFormat } from '../time/format.ts'
import type { Described } from '../described.ts'
import { textOf } from '../operators.ts'
import type { Matcher } from '../pattern/matcher.ts'
import type { Evaluable } from '../run.ts'
import type { GroupOfPerson } from '../../../domain/person.ts'
import { CRITERIA, type Criterion, type CriteriaOperator, type Value } from '../tree.ts'

/** What arguments are, once they were read. */
interface Types {
  readonly text: string
  readonly whole: number
  /** An array, or text with commas; null is an empty one. */
  readonly list: readonly Value[]
  readonly any: Value
  /** The name of a time zone. */
  readonly zone: string
  /** A pattern of Joda-Time. */
  readonly format: string
  /** A regular expression that stands in the expression. */
  readonly pattern: Matcher
  /** An expression about a group that stands in the expression, in quotes. */
  readonly ofGroup: Evaluable
  /** What is asked of groups: of each criterion, any of the texts. */
  readonly criteria: Criteria
}

export interface Criteria {
  readonly operator: CriteriaOperator
  readonly entries: readonly (readonly [criterion: Criterion, texts: readonly Value[]])[]
}

/** What a function may ask beside its arguments. */
export interface Running {
  readonly nowMillis: number
  /** Of the user; null: the client acts for itself. */
  readonly groups: readonly GroupOfPerson[] | null
  /** The tokens come of a code, which is not limited in how much it brings. */
  readonly isCodeFlow: boolean
  /** Pays for looking at so many characters. Does not return when there were too many. */
  charge(steps: number): void
  /** Whether a pattern matches the whole text, which is paid for in the same way. */
  matches(matcher: Matcher, text: string): boolean
  ofGroup(evaluable: Evaluable, group: GroupOfPerson): Value
}

export type ParameterType = keyof Types
export type ResultType = 'text' | 'number' | 'boolean' | 'list' | 'any'

type Arguments<Parameters extends readonly ParameterType[]> = {
  readonly [At in keyof Parameters]: Types[Parameters[At]]
}

interface Definition<
  Parameters extends readonly ParameterType[],
  More extends readonly ParameterType[],
> extends Described {
  readonly name: string
  readonly parameters: Parameters
  /** Any number of groups of these may follow, as in a list of pairs. */
  readonly repeated?: More
  /** Some of these may follow. */
  readonly optional?: More
  readonly result: ResultType
  /** It looks for the others in the first, which at worst takes the product of their lengths. */
  readonly searches?: true
  /** When a text or a number that it needs is null; null unless it is said. */
  readonly whenNull?: Value
  readonly call: (
    args: Arguments<Parameters>,
    more: readonly Types[More[number]][],
    run: Running,
  ) => Value | undefined
}

export type FunctionRow = Definition<readonly ParameterType[], readonly ParameterType[]>

/** A row whose function is checked against its parameters. */
export const row = <
  const Parameters extends readonly ParameterType[],
  const More extends readonly ParameterType[] = readonly [],
>(
  definition: Definition<Parameters, More>,
): FunctionRow => definition as unknown as FunctionRow

const csv = (text: string): readonly Value[] => (text === '' ? [] : text.split(','))

const checked =
  (isGood: (text: string) => boolean) =>
  (value: Value): string | undefined =>
    typeof value === 'string' && isGood(value) ? value : undefined

/** What stands in the expression is not read from a value. */
const never = (): undefined => undefined

interface Parameter<Type extends ParameterType> {
  /** In a signature. */
  readonly name: string
  /** In a refusal. */
  readonly called: string
  /** A sentence of the reference. */
  readonly says: string
  /** Undefined: the value is none. */
  readonly read: (value: Value) => Types[Type] | undefined
}

/** What each type is called, and how a value is read as one. */
export const PARAMETERS: { readonly [Type in ParameterType]: Parameter<Type> } = {
  text: {
    name: 'text',
    called: 'text',
    says: 'Text. Of an attribute a number, true and false are taken as they are written.',
    read: textOf,
  },
  whole: {
    name: 'whole number',
    called: 'a whole number',
    says: 'A number without a fraction.',
    read: (value) => (Number.isSafeInteger(value) ? (value as number) : undefined),
  },
  list: {
    name: 'array',
    called: 'an array or text with commas',
    says: 'An array, or text with commas between what would be its members. Null is an empty one.',
    read: (value) =>
      value === null
        ? []
        : typeof value === 'string'
          ? csv(value)
          : Array.isArray(value)
            ? (value as readonly Value[])
            : undefined,
  },
  any: {
    name: 'value',
    called: 'a value',
    says: 'Any value, null included.',
    read: (value) => value,
  },
  zone: {
    name: 'time zone',
    called: 'the name of a time zone',
    says: 'The name of a time zone, such as `Europe/Vienna` or `EST`.',
    read: checked(zoneExists),
  },
  format: {
    name: 'time pattern',
    called: 'a pattern of dates and times',
    says: `How a time is written, as Joda-Time says it, with the letters \`${[...LETTERS].join(' ')}\`.`,
    read: checked((text) => readFormat(text) !== null),
  },
  pattern: {
    name: 'pattern',
    called: 'a pattern in quotes',
    says: 'A regular expression in quotes, which may stand after a slash or between two.',
    read: never,
  },
  ofGroup: {
    name: 'group expression',
    called: 'an expression about a group, in quotes',
    says: 'An expression in quotes that is evaluated for each group, and can read `group`.',
    read: never,
  },
  criteria: {
    name: 'criteria',
    called: 'criteria such as {"group.id": "00g…"}',
    says: `In braces what is asked of a group: ${CRITERIA.map((one) => `\`"${one}"\``).join(', ')}, each with a text or an array of texts. With \`"operator": "EXACT"\` names are compared as a whole, otherwise by how they begin.`,
    read: never,
  },
}

/** Whether null is read like any other value; otherwise the function has no say about it. */
export const takesNull = (type: ParameterType): boolean => type === 'list' || type === 'any'

/** How many arguments a function takes, in words; null: it takes that many. */
export function arityRefusal(
  { name, parameters, optional, repeated }: FunctionRow,
  count: number,
): string | null {
  const least = parameters.length
  const more = count - least
  if (more === 0 || (more > 0 && more <= (optional?.length ?? 0))) return null
  if (repeated !== undefined && more > 0 && more % repeated.length === 0) return null
  const most =
    repeated !== undefined
      ? `${least} or more arguments${repeated.length > 1 ? `, in groups of ${repeated.length}` : ''}`
      : optional !== undefined
        ? `${least} to ${least + optional.length} arguments`
        : least === 1
          ? '1 argument'
          : `${least} arguments`
  return `"${name}" takes ${most}, found ${count}`
}

/** The type of an argument by its place. */
export const parameterAt = (
  { parameters, optional, repeated }: FunctionRow,
  at: number,
): ParameterType => {
  const more = repeated ?? optional ?? []
  return parameters[at] ?? more[(at - parameters.length) % Math.max(1, more.length)] ?? 'any'
}
