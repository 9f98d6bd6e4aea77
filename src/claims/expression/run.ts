/** One evaluation: what it may read, and the steps that are left to it. */
import type { GroupOfPerson } from '../../domain/person.ts'
import type { ExpressionScope, Surroundings } from './evaluate.ts'
import { groupValue } from './functions/groups.ts'
import type { Running } from './functions/row.ts'
import type { Matcher } from './pattern/matcher.ts'
import { WORK, type Steps } from './steps.ts'
import type { Value } from './tree.ts'

/** There is no value. Never leaves the evaluator. */
export class NoValue extends Error {}

/** One for all: nobody looks at where it came from. */
export const NO_VALUE = new NoValue()

/** A part of an expression that can be evaluated. Throws NoValue. */
export type Evaluable = (run: Run) => Value

export class Run implements Running {
  scope: ExpressionScope
  readonly surroundings: Surroundings
  readonly #steps: Steps

  constructor(scope: ExpressionScope, surroundings: Surroundings, steps: Steps) {
    this.scope = scope
    this.surroundings = surroundings
    this.#steps = steps
  }

  get nowMillis(): number {
    return this.surroundings.nowMillis
  }

  get isCodeFlow(): boolean {
    return this.surroundings.isCodeFlow
  }

  get groups(): readonly GroupOfPerson[] | null {
    return present(this.surroundings.groups)
  }

  charge(steps: number): void {
    if (!this.#steps.take(steps)) throw NO_VALUE
  }

  /** The size of a value, which is paid for. */
  measure(value: Value): number {
    const size = sizeOf(value, this.#steps.left)
    this.charge(size)
    return size
  }

  matches(matcher: Matcher, text: string): boolean {
    const isMatch = matcher.matches(text, this.#steps)
    // Whether the steps were enough.
    this.charge(0)
    return isMatch
  }

  /** The value of an expression about a group. */
  ofGroup(evaluable: Evaluable, group: GroupOfPerson): Value {
    this.charge(WORK.group)
    const { scope } = this
    this.scope = { ...scope, group: groupValue(group) }
    const value = evaluable(this)
    this.scope = scope
    return value
  }
}

export function present<Read>(read: Read | undefined): Read {
  if (read === undefined) throw NO_VALUE
  return read
}

/** To look at the members of an object takes as long as so many characters. */
const OBJECT_SIZE = 10

/** Characters of text and numbers of everything else, all the way down; counted until there are more than `most`. */
function sizeOf(value: Value, most: number): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 1
  const isList = Array.isArray(value)
  let size = isList ? 1 : OBJECT_SIZE
  const members = isList ? (value as readonly Value[]) : Object.values(value)
  for (const one of members) {
    if (typeof one === 'string') size += one.length
    else size += typeof one === 'object' && one !== null ? sizeOf(one, most - size) : 1
    if (size > most) break
  }
  return size
}
