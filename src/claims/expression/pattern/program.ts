/**
 * What a regular expression is compiled to: states that all advance together, one character at a time, so that the
 * work is at most the length of the text times the number of states, whatever the pattern; and what that costs.
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

function isIn({ isNegated, ranges }: CharacterSet, point: number): boolean {
  for (const [from, to] of ranges) if (from <= point && point <= to) return !isNegated
  return isNegated
}

/** Tells of a state whether it takes a character, in whatever form where case is ignored. */
export function takes({ ignoresCase }: Program, point: number): (state: State) => boolean {
  if (!ignoresCase) return (state) => state.does === 'take' && isIn(state.set, point)
  const text = String.fromCodePoint(point)
  const lower = text.toLowerCase().codePointAt(0)!
  const upper = text.toUpperCase().codePointAt(0)!
  return (state) =>
    state.does === 'take' &&
    (isIn(state.set, point) || isIn(state.set, lower) || isIn(state.set, upper))
}

/** In a step so many states, ranges and ways on are looked at. */
const LOOKED_AT_ONCE = 2
/** What each character takes, and its other forms. */
const CHARACTER_STEPS = 2
const FORMS_STEPS = 15

/** Steps of a state that is looked at. */
export function stateWork({ ignoresCase }: Program, state: State): number {
  const forms = ignoresCase ? 3 : 1
  const more =
    state.does === 'take'
      ? state.set.ranges.length * forms
      : state.does === 'split'
        ? state.targets.length
        : 0
  return (1 + more) / LOOKED_AT_ONCE
}

/** Steps of a character, before which these states were reached. */
export const characterWork = (program: Program, reached: readonly number[]): number =>
  reached.reduce(
    (sum, index) => sum + stateWork(program, program.states[index]!),
    CHARACTER_STEPS + (program.ignoresCase ? FORMS_STEPS : 0),
  )
