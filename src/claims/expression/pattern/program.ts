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
