/**
 * Matches texts with a program. All states that are alive advance together, one character at a time. Sets of states
 * that were alive together are kept, with the sets that characters lead to from there, so that what is like a text
 * before needs a look-up for each character. What it costs does not depend on what is kept.
 */
import { limits } from '../../../platform/limits.ts'
import { WORK, type Steps } from '../steps.ts'
import { characterWork, takes, type Program } from './program.ts'
import { Threads } from './threads.ts'

const BYTES_OF_ROOM = 50

/** Room for what patterns keep of texts, which several share. */
export class PatternMemory {
  readonly #most: number
  #taken = 0

  constructor(most: number) {
    this.#most = most
  }

  /** An estimate of what is kept by now. */
  get bytes(): number {
    return this.#taken * BYTES_OF_ROOM
  }

  /** False: there is no room left. */
  take(room: number): boolean {
    if (this.#taken + room > this.#most) return false
    this.#taken += room
    return true
  }
}

/** Room of a way from place to place, and of a place beside its states, of which some take as much. */
const WAY_ROOM = 1
const PLACE_ROOM = 8
const STATES_IN_ROOM = 4

/** States that are alive together, and those that are reached from them without a character. */
interface Place {
  readonly states: readonly number[]
  /** Where characters lead from here; null: this place is not kept. */
  readonly next: Map<number, Place> | null
  /** Steps of the next character. */
  readonly work: number
  /** Whether a text may end here; null: nobody has asked. */
  isEnd: boolean | null
}

export class Matcher {
  readonly #program: Program
  readonly #memory: PatternMemory
  /** One pattern leaves room for others, whatever texts it meets. */
  #room: number = limits.patternKeptMax
  /** By their states. */
  readonly #places = new Map<string, Place>()
  readonly #start: Place
  /** In which turn each state was reached last. */
  readonly #reachedIn: Float64Array
  #turn = 0
  /** Made when there is no room left. */
  #threads: Threads | null = null

  constructor(program: Program, memory: PatternMemory) {
    this.#program = program
    this.#memory = memory
    this.#reachedIn = new Float64Array(program.states.length)
    this.#start = this.#placeOf(this.#closed([0], true, false), true)
  }

  /**
   * Whether the pattern matches the whole text, as `matches` of Java does. When the steps are used up before that is
   * known it says that it does not, and whoever asks looks at the steps.
   */
  matches(text: string, steps: Steps): boolean {
    let place = this.#start
    if (!steps.take(WORK.match)) return false
    for (let at = 0; at < text.length && place.states.length > 0;) {
      if (place.next === null) return this.#goesOn(place, text, at, steps)
      if (!steps.take(place.work)) return false
      const point = text.codePointAt(at)!
      at += point > 0xffff ? 2 : 1
      place = place.next.get(point) ?? this.#step(place, point)
    }
    return (place.isEnd ??= this.#canEnd(place))
  }

  /** The same from a place in the text on, without keeping anything. */
  #goesOn({ states }: Place, text: string, from: number, steps: Steps): boolean {
    const threads = (this.#threads ??= new Threads(this.#program))
    threads.begin(states)
    for (let at = from; at < text.length;) {
      if (!threads.areAlive || !steps.take(threads.work)) return false
      const point = text.codePointAt(at)!
      at += point > 0xffff ? 2 : 1
      threads.step(point, at === text.length)
    }
    return threads.haveAccepted
  }

  #canEnd(place: Place): boolean {
    const { states } = this.#program
    const reached = this.#closed(place.states, place === this.#start, true)
    return reached.some((index) => states[index]!.does === 'accept')
  }

  #placeOf(states: readonly number[], isKept: boolean): Place {
    const work = characterWork(this.#program, states)
    return { states, next: isKept ? new Map() : null, work, isEnd: null }
  }

  #step(place: Place, point: number): Place {
    const { states } = this.#program
    const matches = takes(this.#program, point)
    const next = place.states.flatMap((index) => (matches(states[index]!) ? [index + 1] : []))
    return this.#led(place, point, this.#closed(next, false, false))
  }

  /** The place of the states to which a character led, kept as far as there is room. */
  #led({ next }: Place, point: number, states: readonly number[]): Place {
    if (next === null || !this.#takes(WAY_ROOM)) return this.#placeOf(states, false)
    const name = states.join()
    const known = this.#places.get(name)
    const isKept = known !== undefined || this.#takes(PLACE_ROOM + states.length / STATES_IN_ROOM)
    const place = known ?? this.#placeOf(states, isKept)
    if (!isKept) return place
    this.#places.set(name, place)
    next.set(point, place)
    return place
  }

  #takes(room: number): boolean {
    const isThere = room <= this.#room && this.#memory.take(room)
    if (isThere) this.#room -= room
    return isThere
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
