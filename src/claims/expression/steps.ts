/**
 * What the evaluation of expressions may still cost. The claims of one token share it, so that many of them are no more
 * work than one.
 */
import { limits } from '../../platform/limits.ts'

export class Steps {
  #left: number = limits.expressionStepsMax

  get left(): number {
    return this.#left
  }

  /** False: there are not so many left. */
  take(count: number): boolean {
    this.#left -= count
    return this.#left >= 0
  }
}

/** Steps of what takes longer than it has characters and members: about as many as would take as long. */
export const WORK = {
  call: 10,
  /** A group that an expression is evaluated for. */
  group: 40,
  /** A name of a group, beside its characters. */
  name: 4,
  /** A member that is read of a member, or written as text. */
  member: 4,
  country: 300,
  /** A clock of a time zone, which may have to be made. */
  clock: 10_000,
  /** A character of a pattern of dates and times, and what it writes or reads. */
  timePattern: 60,
  /** A text that a pattern is matched with. */
  match: 10,
} as const

/** Characters are compared so many at a time. */
const COMPARED_AT_ONCE = 20

/** Steps that it takes at worst to look for texts in another, by their lengths. */
export const searchWork = (length: number, wanted: number): number =>
  (length * wanted) / COMPARED_AT_ONCE

/** Steps that it takes to look for a text in a name. */
export function nameWork({ length }: string, wanted: unknown): number {
  const isSearched = typeof wanted === 'string' && wanted.length <= length
  return WORK.name + length + (isSearched ? searchWork(length, wanted.length) : 0)
}
