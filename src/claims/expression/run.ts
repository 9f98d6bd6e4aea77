/** One evaluation: what it may read, and the steps that it has left. */
import type { GroupOfPerson } from '../../domain/person.ts'
import { limits } from '../../platform/limits.ts'
import type { ExpressionScope, Surroundings } from './evaluate.ts'
import { groupValue } from './functions/groups.ts'
import type { Running } from './functions/row.ts'
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
  #stepsLeft: number = limits.expressionStepsMax

  constructor(scope: ExpressionScope, surroundings: Surroundings) {
    this.scope = scope
    this.surroundings = surroundings
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
    this.#stepsLeft -= steps
    if (this.#stepsLeft < 0) throw NO_VALUE
  }

  /** The value of an expression about a group. */
  ofGroup(evaluable: Evaluable, group: GroupOfPerson): Value {
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

/** Characters of text and numbers of everything else, all the way down. */
export function sizeOf(value: Value): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 1
  let size = 1
  if (Array.isArray(value)) for (const one of value as readonly Value[]) size += sizeOf(one)
  else for (const one of Object.values(value as Record<string, Value>)) size += sizeOf(one)
  return size
}
