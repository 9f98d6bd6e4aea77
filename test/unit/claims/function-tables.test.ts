/**
 * What holds for every function because its row says so: how many arguments it takes, of which types, and what null
 * gives. Each case is the example of the row with one argument put in the place of another.
 */
import { describe, expect, it } from 'vitest'
import { FUNCTIONS } from '../../../src/claims/expression/functions/index.ts'
import {
  parameterAt,
  PARAMETERS,
  takesNull,
  type FunctionRow,
  type ParameterType,
} from '../../../src/claims/expression/functions/row.ts'
import type { Expression } from '../../../src/claims/expression/tree.ts'
import { errorOf, PERSON, resultOf, tree } from '../support/expressions.ts'
import { printedArgument } from '../support/printed.ts'

function callIn(part: unknown, name: string): Extract<Expression, { kind: 'call' }> | undefined {
  if (typeof part !== 'object' || part === null) return undefined
  const node = part as Extract<Expression, { kind: 'call' }>
  if (node.kind === 'call' && node.name === name) return node
  return Object.values(part)
    .map((inner) => callIn(inner, name))
    .find((found) => found !== undefined)
}

/** The arguments of the example as they are written, all that may be there. */
function argumentsOf({ name, example, parameters, optional, repeated }: FunctionRow): string[] {
  const args = callIn(tree(example[0]), name)!.args.map(printedArgument)
  const most = parameters.length + (optional ?? repeated ?? []).length
  while (args.length < most) args.push(args.at(-1)!)
  return args
}

/** An example with another argument, and where that begins. */
function withArgument(row: FunctionRow, place: number, argument: string): [string, number] {
  const args = argumentsOf(row)
  const before = `${row.name}(${args.slice(0, place).map((one) => `${one}, `).join('')}`
  return [`${before}${[argument, ...args.slice(place + 1)].join(', ')})`, before.length]
} // prettier-ignore

type Case = readonly [name: string, place: number, row: FunctionRow, type: ParameterType]

/** Every parameter of every function. */
const CASES: readonly Case[] = [...FUNCTIONS.values()].flatMap((row) =>
  argumentsOf(row).map((_, place): Case => [row.name, place, row, parameterAt(row, place)]),
)

/** Types whose arguments stand in the expression and are no values. */
const isWritten = (type: ParameterType): boolean =>
  ['pattern', 'ofGroup', 'criteria'].includes(type)

/** Constants that are not of a type. */
const WRONG: Readonly<Record<ParameterType, readonly string[]>> = {
  text: ['5', 'true', '{}', 'user'],
  whole: ['"1"', '1.5', 'true', '{1}', 'user'],
  list: ['5', 'true', 'user'],
  any: ['user', 'appuser'],
  zone: ['5', '"Nowhere/At_All"', '{}', 'user'],
  format: ['5', `"what's"`, '{}', 'user'],
  pattern: ['5', '"("', 'null', 'user.login', '"a" + "b"', 'user'],
  ofGroup: ['5', '"("', 'null', 'user.login', '"user"', 'user'],
  criteria: ['5', 'null', '{}', '{"group.id"}', '{"group.name": "a"}', 'user.login', 'user'],
}

/** Attributes whose value is not of a type. */
const WRONG_ATTRIBUTES: Readonly<Record<ParameterType, readonly string[]>> = {
  text: ['user.tags', 'app.profile.deep'],
  whole: ['user.login', 'user.tags', 'app.profile.active', 'app.profile.deep'],
  list: ['app.profile.level', 'app.profile.active', 'app.profile.deep'],
  any: [],
  zone: ['user.login', 'app.profile.level', 'user.tags'],
  format: ['app.profile.level', 'user.tags', 'appuser.costCenter'],
  pattern: [],
  ofGroup: [],
  criteria: [],
}

it('every parameter is looked at, and every type', () => {
  expect(CASES.length).toBeGreaterThan(FUNCTIONS.size)
  expect(new Set(CASES.map(([, , , type]) => type))).toEqual(new Set(Object.keys(PARAMETERS)))
})

describe('null', () => {
  it.each(CASES.filter(([, , , type]) => !takesNull(type) && !isWritten(type)))(
    'for %s in place %i is null, or what the row says',
    (_, place, row) => {
      const [source] = withArgument(row, place, 'null')
      const expected = { outcome: 'value', value: row.whenNull ?? null }
      expect(resultOf(source)).toEqual(expected)
      expect(resultOf(source.replace('null', 'user.never'))).toEqual(expected)
    },
  )

  it.each(CASES.filter(([, , , type]) => type === 'list'))(
    'for %s in place %i is an empty array',
    (_, place, row) => {
      const [source] = withArgument(row, place, 'null')
      const [empty] = withArgument(row, place, '{}')
      expect(resultOf(source)).toEqual(resultOf(empty))
    },
  )

  it.each(CASES.filter(([, , , type]) => type === 'any'))(
    'for %s in place %i is a value as an attribute gives it, too',
    (_, place, row) => {
      const [source] = withArgument(row, place, 'null')
      const [never] = withArgument(row, place, 'user.never')
      expect(resultOf(source)).toEqual(resultOf(never))
      expect(resultOf(source).outcome).toBe('value')
    },
  )
})

describe('what is of another type', () => {
  const constants = CASES.flatMap(([name, place, row, type]) =>
    WRONG[type].map((wrong) => [name, place, wrong, row, type] as const),
  )

  it.each(constants)('to %s in place %i, %s: is refused when it is saved, at its beginning', (_, place, wrong, row, type) => {
    const [source, at] = withArgument(row, place, wrong)
    const error = errorOf(source)
    expect(error?.at).toBeGreaterThanOrEqual(at)
    expect(error?.at).toBeLessThan(at + wrong.length)
    if (!isWritten(type) && !wrong.startsWith('user') && wrong !== 'appuser')
      expect(error).toEqual({
        at,
        message: `expected ${PARAMETERS[type].called} as argument ${place + 1} of "${row.name}"`,
      })
  }) // prettier-ignore

  const attributes = CASES.flatMap(([name, place, row, type]) =>
    WRONG_ATTRIBUTES[type].map((wrong) => [name, place, wrong, row] as const),
  )

  it.each(attributes)('to %s in place %i, %s: has no value', (_, place, wrong, row) => {
    const [source] = withArgument(row, place, wrong)
    expect(errorOf(source)).toBeNull()
    expect(resultOf(source, PERSON)).toEqual({ outcome: 'failed' })
  })
})

describe('what has members that are named as methods', () => {
  const odd = { toString: 1, valueOf: 'x', toJSON: true, length: 'y', constructor: null }
  const scope = { ...PERSON, user: { odd, list: [odd, [odd], null] } }

  it.each(CASES.filter(([, , , type]) => !isWritten(type)))(
    'is to %s in place %i a value as any other',
    (_, place, row) => {
      for (const attribute of ['user.odd', 'user.list'])
        expect(['value', 'failed']).toContain(
          resultOf(withArgument(row, place, attribute)[0], scope).outcome,
        )
    },
  )
})

describe('how many arguments', () => {
  const refused = (row: FunctionRow, args: readonly string[]): void => {
    const source = `  ${row.name}(${args.join(', ')})`
    const error = errorOf(source)
    expect([error?.at, error?.message.startsWith(`"${row.name}" takes `)]).toEqual([2, true])
    expect(error?.message).toMatch(new RegExp(`, found ${args.length}$`))
  }

  it.each([...FUNCTIONS.values()].filter(({ parameters }) => parameters.length > 0))(
    '$name takes no fewer than it needs',
    (row) => {
      const needed = argumentsOf(row).slice(0, row.parameters.length)
      expect(errorOf(`${row.name}(${needed.join(', ')})`)).toBeNull()
      for (let count = 0; count < needed.length; count++) refused(row, needed.slice(0, count))
    },
  )

  it.each([...FUNCTIONS.values()].filter(({ repeated }) => repeated?.length !== 1))(
    '$name takes no more than it has a place for',
    (row) => {
      const args = argumentsOf(row)
      expect(errorOf(`${row.name}(${args.join(', ')})`)).toBeNull()
      refused(row, [...args, 'null'])
    },
  )

  it.each([...FUNCTIONS.values()].filter(({ repeated }) => repeated !== undefined))(
    '$name takes any number of its last ones',
    (row) => {
      const args = argumentsOf(row)
      const last = args.slice(row.parameters.length)
      const many = [...args, ...Array.from({ length: 6 }, () => last).flat()]
      expect(errorOf(`${row.name}(${many.join(', ')})`)).toBeNull()
    },
  )
})
