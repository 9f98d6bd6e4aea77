/**
 * Matches texts with a program. All states that are alive advance together, one character at a time. Sets of states
 * that were alive together are kept, with the sets that characters lead to from there, so that what is like a text
 * before needs a look-up for each character.
 */
import { limits } from '../../../platform/limits.ts'
import { weightOf, type CharacterSet, type Program } from './program.ts'

/** States that are alive together, and those that are reached from them without a character. */
interface Place {
  readonly states: readonly number[]
  readonly next: Map<number, Place>
  /** Whether a text may end here; null: nobody has asked. */
  isEnd: boolean | null
}

const placeOf = (states: readonly number[]): Place => ({ states, next: new Map(), isEnd: null })

function isIn({ isNegated, ranges }: CharacterSet, point: number): boolean {
  for (const [from, to] of ranges) if (from <= point && point <= to) return !isNegated
  return isNegated
}

/** A point as it is, in lower case and in upper case. */
function variants(point: number): readonly number[] {
  const text = String.fromCodePoint(point)
  return [point, text.toLowerCase().codePointAt(0)!, text.toUpperCase().codePointAt(0)!]
}

export class Matcher {
  /** What it costs to look at one character. */
  readonly weight: number
  readonly #program: Program
  /** By their states. */
  readonly #places = new Map<string, Place>()
  readonly #start: Place
  #kept = 0
  /** In which turn each state was reached last. */
  readonly #reachedIn: Float64Array
  #turn = 0

  constructor(program: Program) {
    this.weight = weightOf(program)
    this.#program = program
    this.#reachedIn = new Float64Array(program.states.length)
    this.#start = placeOf(this.#closed([0], true, false))
  }

  /** Whether the pattern matches the whole text, as `matches` of Java does. */
  matches(text: string): boolean {
    let place = this.#start
    for (let at = 0; at < text.length && place.states.length > 0;) {
      const point = text.codePointAt(at)!
      at += point > 0xffff ? 2 : 1
      place = place.next.get(point) ?? this.#step(place, point)
    }
    return (place.isEnd ??= this.#canEnd(place))
  }

  #canEnd(place: Place): boolean {
    const { states } = this.#program
    const reached = this.#closed(place.states, place === this.#start, true)
    return reached.some((index) => states[index]!.does === 'accept')
  }

  #step(place: Place, point: number): Place {
    const { states, ignoresCase } = this.#program
    const forms = ignoresCase ? variants(point) : [point]
    const next: number[] = []
    for (const index of place.states) {
      const state = states[index]!
      if (state.does === 'take' && forms.some((one) => isIn(state.set, one))) next.push(index + 1)
    }
    const reached = this.#closed(next, false, false)
    this.#kept += reached.length + 1
    if (this.#kept > limits.patternKeptMax) return placeOf(reached)
    const name = reached.join()
    const known = this.#places.get(name) ?? placeOf(reached)
    this.#places.set(name, known)
    place.next.set(point, known)
    return known
  }

  /** The states that are reached without a character, those that they are reached from included. */
  #closed(from: readonly number[], isBegin: boolean, isEnd: boolean): readonly number[] {
    const { states } = this.#program
    const turn = ++this.#turn
    const reached: number[] = []
    const reach = (index: number): void => {
      if (this.#reachedIn[index] === turn) return
      this.#reachedIn[index] = turn
      reached.push(index)
    }
    from.forEach(reach)
    // The list grows while it is gone through.
    for (const index of reached) {
      const state = states[index]!
      if (state.does === 'split') state.targets.forEach(reach)
      if ((state.does === 'begin' && isBegin) || (state.does === 'end' && isEnd)) reach(index + 1)
    }
    return reached
  }
}
