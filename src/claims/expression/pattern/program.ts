/**
 * What a regular expression is compiled to: states that all advance together, one character at a time, so that the
 * work is at most the length of the text times the number of states, whatever the pattern.
 */

/** Code points from the first to the second. */
export type Range = readonly [from: number, to: number]

export interface CharacterSet {
  readonly isNegated: boolean
  readonly ranges: readonly Range[]
}

export type State =
  | { readonly does: 'take'; readonly set: CharacterSet }
  | { readonly does: 'split'; readonly targets: readonly number[] }
  | { readonly does: 'begin' }
  | { readonly does: 'end' }
  | { readonly does: 'accept' }

export interface Program {
  readonly states: readonly State[]
  readonly ignoresCase: boolean
}

const isIn = ({ isNegated, ranges }: CharacterSet, point: number): boolean =>
  ranges.some(([from, to]) => from <= point && point <= to) !== isNegated

/** A point as it is, in lower case and in upper case. */
function variants(point: number): readonly number[] {
  const text = String.fromCodePoint(point)
  return [point, text.toLowerCase().codePointAt(0)!, text.toUpperCase().codePointAt(0)!]
}

/** Whether the pattern matches the whole text, as `matches` of Java does. */
export function matchesWhole({ states, ignoresCase }: Program, text: string): boolean {
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

/** What a pattern costs for each character. */
export const weightOf = ({ states }: Program): number =>
  states.reduce(
    (sum, state) =>
      sum +
      1 +
      (state.does === 'take' ? state.set.ranges.length : 0) +
      (state.does === 'split' ? state.targets.length : 0),
    0,
  )
