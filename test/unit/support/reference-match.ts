/** Whether a pattern matches, written as plainly as can be: what the product matches is held against it. */
import type {
  CharacterSet,
  Program,
  State,
} from '../../../src/claims/expression/pattern/program.ts'

const isIn = ({ isNegated, ranges }: CharacterSet, point: number): boolean =>
  ranges.some(([from, to]) => from <= point && point <= to) !== isNegated

/** A point as it is, in lower case and in upper case. */
function variants(point: number): readonly number[] {
  const text = String.fromCodePoint(point)
  return [point, text.toLowerCase().codePointAt(0)!, text.toUpperCase().codePointAt(0)!]
}

/** Whether the pattern matches the whole text, as `matches` of Java does. */
export function referenceMatch({ states, ignoresCase }: Program, text: string): boolean {
  const points = Array.from(text, (character) => character.codePointAt(0)!)
  let alive = closure(states, [0], 0, points.length)
  points.forEach((point, at) => {
    const forms = ignoresCase ? variants(point) : [point]
    const next = alive.flatMap((index) => {
      const state = states[index]!
      return state.does === 'take' && forms.some((one) => isIn(state.set, one)) ? [index + 1] : []
    })
    alive = closure(states, next, at + 1, points.length)
  })
  return alive.some((index) => states[index]!.does === 'accept')
}

/** The states that are reached without a character. */
function closure(
  states: readonly State[],
  from: readonly number[],
  at: number,
  length: number,
): readonly number[] {
  const waiting = [...from]
  const reached = new Set<number>()
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    if (reached.has(index)) continue
    reached.add(index)
    const state = states[index]!
    if (state.does === 'split') waiting.push(...state.targets)
    if ((state.does === 'begin' && at === 0) || (state.does === 'end' && at === length))
      waiting.push(index + 1)
  }
  return [...reached]
}
