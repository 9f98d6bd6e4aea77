/** A sample of what `npm run fuzz` tries: always the same cases, so that a failure comes again. */
import { expect, it } from 'vitest'
import { check } from '../../fuzz/expressions/check.ts'
import { Random } from '../../fuzz/random.ts'
import { fuzz } from '../../fuzz/expressions/run.ts'
import { aSituation } from '../../fuzz/expressions/situations.ts'
import { aSource } from '../../fuzz/expressions/sources.ts'

const SEED = 20141107
const COUNT = 20_000

it('whatever the expression and the situation, nothing happens that is not documented', () => {
  const { outcomes, failures } = fuzz(SEED, 0, COUNT)
  expect(failures).toEqual([])
  for (const [kind, counts] of outcomes)
    if (kind !== 'noise') expect([kind, Math.min(...Object.values(counts)) > 0]).toEqual([kind, true])
  expect(outcomes.get('valid')!.value).toBeGreaterThan(COUNT / 10)
}, 120_000) // prettier-ignore

it('a case is the same whenever it is made', () => {
  const made = (index: number) => [aSource(new Random(`${SEED}:${index}`)), aSituation(new Random(`${SEED}/${index}`))]
  for (const index of [0, 1, 17]) expect(made(index)).toEqual(made(index))
  expect(made(0)).not.toEqual(made(1))
}) // prettier-ignore

it('what does not hold is told', () => {
  const situation = aSituation(new Random('told'))
  const promised = { ...situation, surroundings: { ...situation.surroundings } }
  let asked = 0
  Object.defineProperty(promised.surroundings, 'nowMillis', { get: () => asked++ * 1000 })
  expect(check('Time.now()', promised, () => {}).problems).toContain(
    'it comes to something else when it is evaluated again',
  )
})
