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
export function referenceMatch(
  { states, ignoresCase }: Program,
  text: string,
  charge: (steps: number) => void = () => undefined,
): boolean {
  charge(10)
  const points = Array.from(text, (character) => character.codePointAt(0)!)
  let alive = closure(states, [0], 0, points.length)
  points.forEach((point, at) => {
    // Nothing more is looked at.
    if (alive.length === 0) return
    charge(work(states, alive, ignoresCase))
    const forms = ignoresCase ? variants(point) : [point]
    const next = alive.flatMap((index) => {
      const state = states[index]!
      return state.does === 'take' && forms.some((one) => isIn(state.set, one)) ? [index + 1] : []
    })
    alive = closure(states, next, at + 1, points.length)
  })
  return alive.some((index) => states[index]!.does === 'accept')
}

/** What is looked at for one character: its forms, states, ranges and ways on, two in a step. */
function work(states: readonly State[], alive: readonly number[], ignoresCase: boolean): number {
  const ofState = (state: State): number => {
    if (state.does === 'take') return 1 + state.set.ranges.length * (ignoresCase ? 3 : 1)
    return state.does === 'split' ? 1 + state.targets.length : 1
  }
  const looked = alive.reduce((sum, index) => sum + ofState(states[index]!), 0)
  return (4 + (ignoresCase ? 30 : 0) + looked) / 2
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
