/**
 * Arguments that are no values: a pattern or an expression in quotes, and criteria of groups. They are read when the
 * expression is, so that nothing is parsed or compiled while a token waits.
 */
import type { Cursor } from './cursor.ts'
import { ExpressionRefused } from './cursor.ts'
import type { Patterns } from './pattern/compile.ts'
import {
  CRITERIA,
  CRITERIA_OPERATORS,
  type Argument,
  type Criterion,
  type CriteriaOperator,
  type Expression,
} from './tree.ts'

/** As Okta writes patterns of names: after a slash, or between two. */
export const unslashed = (source: string): string => /^\/(.*?)\/?$/s.exec(source)?.[1] ?? source

/** Throws ExpressionRefused. */
export function patternArgument(source: string, at: number, patterns: Patterns): Argument {
  const compiled = patterns.compile(unslashed(source))
  if (compiled.outcome === 'refused') throw new ExpressionRefused(at, compiled.message)
  return { kind: 'pattern', source, program: compiled.program }
}

const criterionOf = (name: string): Criterion | undefined => CRITERIA.find((one) => one === name)

const operatorOf = (name: string): CriteriaOperator | undefined =>
  CRITERIA_OPERATORS.find((one) => one === name)

/** Reads `{"group.id": value, "operator": "EXACT"}`. Throws ExpressionRefused. */
export function criteriaArgument(cursor: Cursor, value: () => Expression): Argument {
  let operator: CriteriaOperator = 'STARTS_WITH'
  const entries: (readonly [Criterion, Expression])[] = []
  cursor.expectSign('{')
  do {
    const { kind, text, at } = cursor.take()
    const criterion = kind === 'text' ? criterionOf(text) : undefined
    const isOperator = kind === 'text' && text === 'operator'
    if (criterion === undefined && !isOperator)
      throw new ExpressionRefused(at, `expected one of ${quoted([...CRITERIA, 'operator'])}`)
    cursor.expectSign(':')
    if (criterion === undefined) operator = expectOperator(cursor)
    else entries.push([criterion, value()])
  } while (cursor.takeSign(','))
  const { at } = cursor.peek
  cursor.expectSign('}')
  if (entries.length === 0) throw new ExpressionRefused(at, `expected one of ${quoted(CRITERIA)}`)
  return { kind: 'criteria', operator, entries }
}

function expectOperator(cursor: Cursor): CriteriaOperator {
  const { kind, text, at } = cursor.take()
  const operator = kind === 'text' ? operatorOf(text) : undefined
  if (operator === undefined)
    throw new ExpressionRefused(at, `expected one of ${quoted(CRITERIA_OPERATORS)}`)
  return operator
}

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ')
