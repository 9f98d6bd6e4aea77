/** Any tree of the expression language: it has a value or fails, and what it is written as is read as the same tree. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FUNCTIONS } from '../../../src/claims/expression/functions/index.ts'
import { parseExpression } from '../../../src/claims/expression/parser.ts'
import { compilePattern } from '../../../src/claims/expression/pattern/compile.ts'
import type { Program } from '../../../src/claims/expression/pattern/program.ts'
import { CRITERIA, CRITERIA_OPERATORS, OPERATORS, type Argument, type Expression } from '../../../src/claims/expression/tree.ts' // prettier-ignore
import { limits } from '../../../src/platform/limits.ts'
import { anyText } from '../support/arbitraries.ts'
import { CLIENT, evaluated, PERSON } from '../support/expressions.ts'
import { printed } from '../support/printed.ts'

const PATTERN = 'a.*'

function programOf(source: string): Program {
  const compiled = compilePattern(source)
  if (compiled.outcome === 'refused') throw new Error(compiled.message)
  return compiled.program
}

const matching = (text: Expression): Expression => ({
  kind: 'matches',
  text,
  pattern: PATTERN,
  program: programOf(PATTERN),
})

const calling = (name: string, ...args: readonly Argument[]): Expression => ({
  kind: 'call',
  name,
  args,
})

const TEN: Expression = { kind: 'literal', value: 10 }

const pattern = (): Argument => ({
  kind: 'pattern',
  source: `/${PATTERN}`,
  program: programOf(PATTERN),
})

const ofGroup = (expression: Expression): Argument => ({
  kind: 'ofGroup',
  source: printed(expression),
  expression,
})

const criteria = (value: fc.Arbitrary<Expression>): fc.Arbitrary<Argument> =>
  fc.record({
    kind: fc.constant('criteria'),
    operator: fc.constantFrom(...CRITERIA_OPERATORS),
    entries: fc.array(fc.tuple(fc.constantFrom(...CRITERIA), value), {
      minLength: 1,
      maxLength: 3,
    }),
  })

const PATHS = ['app.id', 'app.profile.tags', 'app.profile.people', 'access.scope', 'user.login', 'user.tags', 'user.none', 'appuser.userName', 'org.subDomain'] // prettier-ignore

const leaves: fc.Arbitrary<Expression> = fc.oneof(
  fc.oneof(anyText, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null)).map((value) => ({ kind: 'literal', value }) as const),
  fc.constantFrom(...PATHS).map((path) => ({ kind: 'attribute', path: path.split('.') }) as const),
  fc.constantFrom('id', 'status').map((property) => ({ kind: 'internal', property }) as const),
  fc.tuple(fc.oneof(fc.constantFrom('manager', '__proto__'), anyText), fc.constantFrom('email', 'tags', 'constructor'))
    .map(([name, attribute]) => ({ kind: 'linked', name, attribute }) as const),
) // prettier-ignore

const operators = fc.constantFrom(...OPERATORS.flat())

const { tree } = fc.letrec<{ tree: Expression }>((tie) => {
  const one = tie('tree')
  const inner = fc.oneof(
    fc.record({ kind: fc.constant('array'), items: fc.array(one, { maxLength: 3 }) }),
    fc.record({ kind: fc.constant('not'), operand: one }),
    fc.record({ kind: fc.constant('binary'), operator: operators, left: one, right: one }),
    fc.record({ kind: fc.constant('choice'), test: one, yes: one, no: one }),
    fc.record({ kind: fc.constant('elvis'), value: one, otherwise: one }),
    fc.record({ kind: fc.constant('item'), of: one, index: one }),
    fc.record({ kind: fc.constant('projection'), of: one, member: fc.constantFrom('name', 'constructor', '__proto__') }),
    one.map(matching),
    fc.record({
      kind: fc.constant('call'),
      name: fc.constantFrom(...FUNCTIONS.keys(), 'constructor', '__proto__'),
      args: fc.array(one, { maxLength: 4 }),
    }),
    one.map((ids) => calling('Arrays.size', ids)),
    fc.tuple(one, one).map(([ids, inner]) => calling('getFilteredGroups', ids, ofGroup(inner), TEN)),
    fc.constant(calling('isMemberOfGroupNameRegex', pattern())),
    fc.array(criteria(one), { minLength: 1, maxLength: 2 }).map((asked) => calling('user.getGroups', ...asked)),
  ) as fc.Arbitrary<Expression> // prettier-ignore
  return {
    tree: fc.oneof(
      { maxDepth: 4 },
      { weight: 1, arbitrary: leaves },
      { weight: 3, arbitrary: inner },
    ),
  }
})

describe('any tree', () => {
  it('has a value that JSON can carry, or fails; for people and for clients', () => {
    fc.assert(
      fc.property(tree, fc.constantFrom(PERSON, CLIENT), (expression, scope) => {
        const result = evaluated(expression, scope)
        if (result.outcome === 'failed') return
        expect(JSON.stringify(result.value)).toBeTypeOf('string')
      }),
      { numRuns: 2000 },
    )
  })

  it('is read as it is written, where its parts fit together', () => {
    let read = 0
    fc.assert(
      fc.property(tree, (expression) => {
        const source = printed(expression)
        fc.pre(source.length <= limits.expressionCharactersMax)
        const parsed = parseExpression(source)
        if (parsed.outcome === 'error') {
          expect(parsed.error.at).toBeLessThanOrEqual(source.length)
          return
        }
        read++
        expect(parsed.expression).toEqual(expression)
      }),
      { numRuns: 2000 },
    )
    expect(read).toBeGreaterThan(200)
  })
})
