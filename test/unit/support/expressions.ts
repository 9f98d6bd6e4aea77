/** Expressions in a situation where every object has something to say. */
import {
  evaluateExpression,
  type Evaluated,
  type ExpressionScope,
  type Surroundings,
} from '../../../src/claims/expression/evaluate.ts'
import { parseExpression } from '../../../src/claims/expression/parser.ts'
import type { Expression, Value } from '../../../src/claims/expression/tree.ts'

/** Of a person. */
export const PERSON: ExpressionScope = {
  app: {
    id: '0oa1',
    clientId: 'client-1',
    label: 'Billing',
    profile: {
      region: 'eu',
      level: 3,
      empty: '',
      nothing: null,
      active: false,
      tags: ['a', 'b'],
      deep: { er: { value: 7 } },
      people: [{ name: 'Ann' }, { nickname: 'Bea' }],
    },
  },
  access: { scope: ['read', 'write'] },
  org: { subDomain: 'acme' },
  user: { login: 'ada@example.com', email: 'ada@example.com', tags: ['x', 'y'], cleared: '' },
  appuser: { userName: 'ada' },
}

/** Of a client that acts for itself. */
export const CLIENT: ExpressionScope = { ...PERSON, user: null, appuser: null }

/** 7 November 2014, 19:00 UTC. */
export const NOW_MILLIS = 1_415_386_800_000

const surroundings = (scope: ExpressionScope): Surroundings => ({
  internal: scope.user === null ? null : { id: '00u1', status: 'ACTIVE' },
  nowMillis: NOW_MILLIS,
})

export function tree(source: string): Expression {
  const parsed = parseExpression(source)
  if (parsed.outcome === 'error') throw new Error(`${parsed.error.at}: ${parsed.error.message}`)
  return parsed.expression
}

export function errorOf(source: string): { at: number; message: string } | null {
  const parsed = parseExpression(source)
  return parsed.outcome === 'error' ? parsed.error : null
}

export const evaluated = (expression: Expression, scope = PERSON): Evaluated =>
  evaluateExpression(expression, scope, surroundings(scope))

export const resultOf = (source: string, scope = PERSON): Evaluated =>
  evaluated(tree(source), scope)

export function value(source: string, scope = PERSON): Value {
  const result = resultOf(source, scope)
  if (result.outcome === 'failed') throw new Error(`${source} has no value`)
  return result.value
}
