/** Expressions in a situation where every object has something to say. */
import { compileExpression } from '../../../src/claims/expression/compile.ts'
import {
  evaluateExpression,
  type Evaluated,
  type ExpressionScope,
  type Surroundings,
} from '../../../src/claims/expression/evaluate.ts'
import { EXAMPLE_SCOPE, EXAMPLE_SURROUNDINGS } from '../../../src/claims/expression/example.ts'
import { parseExpression } from '../../../src/claims/expression/parser.ts'
import { PatternMemory } from '../../../src/claims/expression/pattern/matcher.ts'
import type { Evaluable } from '../../../src/claims/expression/run.ts'
import type { Expression, Value } from '../../../src/claims/expression/tree.ts'
import { limits } from '../../../src/platform/limits.ts'

/** Of a person. */
export const PERSON = EXAMPLE_SCOPE

/** Of a client that acts for itself. */
export const CLIENT: ExpressionScope = { ...PERSON, user: null, appuser: null, session: null }

export const NOW_MILLIS = EXAMPLE_SURROUNDINGS.nowMillis

const surroundings = (scope: ExpressionScope): Surroundings =>
  scope.user === null
    ? { ...EXAMPLE_SURROUNDINGS, internal: null, groups: null, linked: null, isCodeFlow: false }
    : EXAMPLE_SURROUNDINGS

export function tree(source: string): Expression {
  const parsed = parseExpression(source)
  if (parsed.outcome === 'error') throw new Error(`${parsed.error.at}: ${parsed.error.message}`)
  return parsed.expression
}

export function errorOf(source: string): { at: number; message: string } | null {
  const parsed = parseExpression(source)
  return parsed.outcome === 'error' ? parsed.error : null
}

/** As a server has it, with what it may keep. */
export const evaluable = (expression: Expression): Evaluable =>
  compileExpression(expression, new PatternMemory(limits.patternsKeptMax))

export const evaluated = (
  expression: Expression,
  scope = PERSON,
  around: Partial<Surroundings> = {},
): Evaluated =>
  evaluateExpression(evaluable(expression), scope, { ...surroundings(scope), ...around })

export const resultOf = (source: string, scope = PERSON): Evaluated =>
  evaluated(tree(source), scope)

export function value(source: string, scope = PERSON): Value {
  const result = resultOf(source, scope)
  if (result.outcome === 'failed') throw new Error(`${source} has no value`)
  return result.value
}
