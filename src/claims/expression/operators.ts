/** What operators do with two values. Undefined: the values are not of kinds that the operator takes. */
import type { Operator, Value } from './tree.ts'

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
  (isSo: (order: number) => boolean) =>
  (left: Value, right: Value): boolean | undefined => {
    const found = order(left, right)
    return found === undefined ? undefined : isSo(found)
  }

/** Operators that need both values, whatever the first is. */
export const BINARY: ReadonlyMap<Operator, (left: Value, right: Value) => Value | undefined> =
  new Map<Operator, (left: Value, right: Value) => Value | undefined>([
    ['==', sameValue],
    ['!=', (left, right) => !sameValue(left, right)],
    ['<', ordered((found) => found < 0)],
    ['>', ordered((found) => found > 0)],
    ['<=', ordered((found) => found <= 0)],
    ['>=', ordered((found) => found >= 0)],
    ['+', sum],
  ])
