/** What operators do with two values. Undefined: they are not of kinds that the operator takes. */
import type { Kind } from './check.ts'
import type { Described } from './described.ts'
import { OPERATORS, type Operator, type Value } from './tree.ts'

const isList = (value: Value): value is readonly Value[] => Array.isArray(value)

/** Numbers, text and truth by value, arrays by their members; values of two kinds are never the same. */
export function sameValue(left: Value, right: Value): boolean {
  if (isList(left) && isList(right))
    return left.length === right.length && left.every((one, at) => sameValue(one, right[at]!))
  return left === right
}

/** A value as text; undefined for one that has members. */
export const textOf = (value: Value): string | undefined =>
  typeof value === 'object' && value !== null ? undefined : String(value)

/** A number and a number are added; where one of the two is text, they become one text. */
function sum(left: Value, right: Value): Value | undefined {
  if (typeof left === 'number' && typeof right === 'number') return left + right
  const isText = typeof left === 'string' || typeof right === 'string'
  const [first, second] = [textOf(left), textOf(right)]
  return isText && first !== undefined && second !== undefined ? first + second : undefined
}

/** Null is before everything else. */
function order(left: Value, right: Value): number | undefined {
  if (left === null || right === null) return Number(left !== null) - Number(right !== null)
  const areNumbers = typeof left === 'number' && typeof right === 'number'
  const areTexts = typeof left === 'string' && typeof right === 'string'
  if (!areNumbers && !areTexts) return undefined
  return left < right ? -1 : Number(left > right)
}

const ordered =
  (isSo: (order: number) => boolean): Calculation =>
  (left, right) => {
    const found = order(left, right)
    return found === undefined ? undefined : isSo(found)
  }

type Calculation = (left: Value, right: Value) => Value | undefined

export interface OperatorRow extends Described {
  /** Another way to write it. */
  readonly spelling?: string
  /** Kinds that it can never take on either side. */
  readonly never: readonly Kind[]
  /** Absent of those whose second value is not looked at when the first decides. */
  readonly call?: Calculation
}

const NO_TRUTH: readonly Kind[] = ['text', 'number', 'list', 'null', 'object']
const NO_ORDER: readonly Kind[] = ['boolean', 'list', 'object']

export const OPERATIONS: Readonly<Record<Operator, OperatorRow>> = {
  or: {
    spelling: '||',
    never: NO_TRUTH,
    says: 'True when one of the two is; the second is not looked at when the first is true.',
    example: ['1 == 2 OR 2 == 2', true],
  },
  and: {
    spelling: '&&',
    never: NO_TRUTH,
    says: 'True when both are; the second is not looked at when the first is false.',
    example: ['1 == 1 AND 1 == 2', false],
  },
  '==': {
    never: [],
    call: sameValue,
    says: 'Whether two values are the same: arrays by their members; of two types they never are.',
    example: ['{1, 2} == {1, 2}', true],
  },
  '!=': {
    never: [],
    call: (left, right) => !sameValue(left, right),
    says: 'Whether two values differ.',
    example: [`1 != '1'`, true],
  },
  '<': {
    never: NO_ORDER,
    call: ordered((found) => found < 0),
    says: 'Whether a number, or text, is before another. Null is before everything.',
    example: ['2 < 10', true],
  },
  '>': {
    never: NO_ORDER,
    call: ordered((found) => found > 0),
    says: 'Whether it is after the other.',
    example: [`'b' > 'a'`, true],
  },
  '<=': {
    never: NO_ORDER,
    call: ordered((found) => found <= 0),
    says: 'Whether it is before the other, or the same.',
    example: ['2 <= 2', true],
  },
  '>=': {
    never: NO_ORDER,
    call: ordered((found) => found >= 0),
    says: 'Whether it is after the other, or the same.',
    example: ['null >= 0', false],
  },
  '+': {
    never: ['list', 'object'],
    call: sum,
    says: 'Adds two numbers. Where one of the two is text, both become one text.',
    example: [`'level ' + (1 + 2)`, 'level 3'],
  },
}

/** Operators by how they are written, in small letters. */
export const OPERATORS_WRITTEN: ReadonlyMap<string, Operator> = new Map(
  OPERATORS.flat().flatMap((operator) => {
    const { spelling = operator } = OPERATIONS[operator]
    return [
      [operator, operator],
      [spelling, operator],
    ]
  }),
)
