/**
 * The states of a program that are alive behind a part of a text, where nothing is kept of texts: the lists are as long
 * as there are states, and written over at each character.
 */
import { characterWork, stateWork, takes, type Program } from './program.ts'

export class Threads {
  readonly #program: Program
  /** Of each state, in which turn it was last reached. */
  readonly #reachedIn: Float64Array
  #turn = 0
  readonly #waiting: Int32Array
  #waitingCount = 0
  /** Those that take a character. */
  #alive: Int32Array
  #before: Int32Array
  #count = 0
  #hasReached = false
  #work = 0
  #hasAccepted = false

  constructor(program: Program) {
    const { length } = program.states
    this.#program = program
    this.#reachedIn = new Float64Array(length)
    this.#waiting = new Int32Array(length)
    this.#alive = new Int32Array(length)
    this.#before = new Int32Array(length)
  }

  /** With what was reached so far. */
  begin(reached: readonly number[]): void {
    const { states } = this.#program
    this.#count = 0
    for (const index of reached)
      if (states[index]!.does === 'take') this.#alive[this.#count++] = index
    this.#hasReached = reached.length > 0
    this.#work = characterWork(this.#program, reached)
  }

  /** Whether any state was reached. */
  get areAlive(): boolean {
    return this.#hasReached
  }

  /** Steps of the next character. */
  get work(): number {
    return this.#work
  }

  /** Whether the text that is over matches, once its last character was told to be that. */
  get haveAccepted(): boolean {
    return this.#hasAccepted
  }

  step(point: number, isLast: boolean): void {
    const { states } = this.#program
    const before = this.#alive
    const count = this.#count
    this.#alive = this.#before
    this.#before = before
    this.#count = 0
    this.#turn++
    this.#hasReached = false
    this.#work = characterWork(this.#program, [])
    this.#hasAccepted = false
    const matches = takes(this.#program, point)
    for (let place = 0; place < count; place++) {
      const index = before[place]!
      if (matches(states[index]!)) this.#reach(index + 1, isLast)
    }
  }

  /** Reaches a state, and those that are reached from it without a character. */
  #reach(from: number, isLast: boolean): void {
    this.#hasReached = true
    this.#wait(from)
    while (this.#waitingCount > 0) {
      const index = this.#waiting[--this.#waitingCount]!
      const state = this.#program.states[index]!
      this.#work += stateWork(this.#program, state)
      if (state.does === 'take') this.#alive[this.#count++] = index
      else if (state.does === 'split') for (const target of state.targets) this.#wait(target)
      else if (state.does === 'accept') this.#hasAccepted = true
      else if (state.does === 'end' && isLast) this.#wait(index + 1)
    }
  }

  #wait(index: number): void {
    if (this.#reachedIn[index] === this.#turn) return
    this.#reachedIn[index] = this.#turn
    this.#waiting[this.#waitingCount++] = index
  }
}
