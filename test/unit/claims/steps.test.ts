/** How many steps an evaluation may take: to the step what a plain walk over the tree counts. */
import { describe, expect, it } from 'vitest'
import { EXAMPLE_SURROUNDINGS } from '../../../src/claims/expression/example.ts'
import type { ExpressionScope } from '../../../src/claims/expression/evaluate.ts'
import { limits } from '../../../src/platform/limits.ts'
import { evaluated, PERSON, tree } from '../support/expressions.ts'
import { referenceResult } from '../support/reference-evaluation.ts'

const times = (count: number, piece: string): string =>
  `{${Array.from({ length: count }, () => piece).join(', ')}}`

/** The longer the text, the more of these take. */
const EXPRESSIONS: readonly string[] = [
  times(20, 'user.text'),
  times(12, 'String.append(user.text, "abc")'),
  times(12, 'String.len(user.text) + 1'),
  times(12, '!(user.text == "y")'),
  times(8, 'user.text + user.text'),
  times(8, 'user.text ?: user.text + "a"'),
  times(8, 'String.stringContains(user.text, "aaaaaaaaab")'),
  times(8, 'String.stringSwitch("abc", user.text, "x", user.text)'),
  times(8, 'Arrays.add(Arrays.flatten(user.text, {user.text}), null)'),
  times(8, 'true ? Arrays.size({user.text, "b"}) : 0'),
  times(8, 'isMemberOfAnyGroup("a", user.text)'),
  times(8, 'user.isMemberOf({"group.id": user.text, "operator": "EXACT"}) OR user.text == user.text'),
  times(8, 'getFilteredGroups({"00g1it", "00g1sf"}, "group.name + user.text", 10)'),
  times(20, '{user.text}[0] == user.login'),
  'user.text matches "(a|b)*c"',
  times(3, 'user.text matches "(a|a|a|a)*"'),
] // prettier-ignore

const withText = (length: number): ExpressionScope => ({
  ...PERSON,
  user: { login: 'ada@example.com', text: 'a'.repeat(length) },
})

describe('the limit of steps', () => {
  it.each(EXPRESSIONS)('%s', (source) => {
    const expression = tree(source)
    const isValue = (length: number): boolean =>
      referenceResult(expression, withText(length), EXAMPLE_SURROUNDINGS).outcome === 'value'
    let [fits, fails] = [0, 2 ** 17]
    expect([isValue(fits), isValue(fails)]).toEqual([true, false])
    while (fails - fits > 1) {
      const middle = (fits + fails) >> 1
      if (isValue(middle)) fits = middle
      else fails = middle
    }
    const { steps } = referenceResult(expression, withText(fits), EXAMPLE_SURROUNDINGS)
    expect(steps).toBeGreaterThan(limits.expressionStepsMax * 0.999)
    expect(evaluated(expression, withText(fits)).outcome).toBe('value')
    expect(evaluated(expression, withText(fails)).outcome).toBe('failed')
  })
})
