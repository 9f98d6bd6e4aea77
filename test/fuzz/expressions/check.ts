/** What must hold of any text in any situation. */
import { isDeepStrictEqual } from 'node:util'
import { evaluateExpression, type Evaluated } from '../../../src/claims/expression/evaluate.ts'
import { parseExpression } from '../../../src/claims/expression/parser.ts'
import type { Evaluable } from '../../../src/claims/expression/run.ts'
import type { Expression } from '../../../src/claims/expression/tree.ts'
import { limits } from '../../../src/platform/limits.ts'
import { cpuTime } from '../bounds.ts'
import { evaluable as evaluableOf } from '../../unit/support/expressions.ts'
import { printed } from '../../unit/support/printed.ts'
import { referenceResult, sizeOf } from '../../unit/support/reference-evaluation.ts'
import type { Situation } from './situations.ts'

export type Outcome = 'refused' | 'value' | 'no value'

export interface Checked {
  readonly outcome: Outcome
  /** What did not hold. */
  readonly problems: readonly string[]
}

/** Text, finite numbers, truth, null, and arrays and objects of these. */
function isJson(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object') return false
  if (Array.isArray(value)) return Array.from(value as readonly unknown[]).every(isJson)
  return Object.values(value).every(isJson)
}

function* problemsOfRefusal(
  source: string,
  { at, message }: { readonly at: number; readonly message: string },
): Generator<string> {
  if (!Number.isInteger(at) || at < 0 || at > source.length)
    yield `the position ${at} is not in the text`
  if (message === '') yield 'it is not said what is wrong'
}

function* problemsOfPrint(expression: Expression): Generator<string> {
  const text = printed(expression)
  if (text.length > limits.expressionCharactersMax) return
  const again = parseExpression(text)
  if (again.outcome === 'error')
    yield `printed, it is refused: ${text} (${again.error.at}: ${again.error.message})`
  else if (!isDeepStrictEqual(again.expression, expression))
    yield `printed, it is read as something else: ${text}`
}

function* problemsOfResult(
  expression: Expression,
  evaluable: Evaluable,
  { scope, surroundings }: Situation,
  result: Evaluated,
): Generator<string> {
  if (!isDeepStrictEqual(evaluateExpression(evaluable, scope, surroundings), result))
    yield 'it comes to something else when it is evaluated again'
  const { steps, ...expected } = referenceResult(expression, scope, surroundings)
  if (!isDeepStrictEqual(expected, result)) yield 'the reference comes to something else'
  if (result.outcome === 'failed') return
  if (steps > limits.expressionStepsMax) yield `it took ${steps} steps`
  if (!isJson(result.value)) yield 'the value is none of JSON'
  if (sizeOf(result.value) > limits.expressionStepsMax) yield 'the value is too large'
}

/** `spend` is given the milliseconds of CPU time that reading and evaluating took. */
export function check(
  source: string,
  situation: Situation,
  spend: (what: 'reading' | 'evaluating', milliseconds: number) => void,
): Checked {
  const began = cpuTime()
  const parsed = parseExpression(source)
  spend('reading', cpuTime() - began)
  const problems = isDeepStrictEqual(parseExpression(source), parsed)
    ? []
    : ['it is read as something else when it is read again']
  if (parsed.outcome === 'error')
    return { outcome: 'refused', problems: [...problems, ...problemsOfRefusal(source, parsed.error)] }
  const { expression } = parsed
  problems.push(...problemsOfPrint(expression))
  const started = cpuTime()
  const evaluable = evaluableOf(expression)
  const result = evaluateExpression(evaluable, situation.scope, situation.surroundings)
  spend('evaluating', cpuTime() - started)
  problems.push(...problemsOfResult(expression, evaluable, situation, result))
  return { outcome: result.outcome === 'value' ? 'value' : 'no value', problems }
} // prettier-ignore
