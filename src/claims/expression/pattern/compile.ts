/** From a pattern to its program. Repetitions are written out, so their number is bounded. */
import { limits } from '../../../platform/limits.ts'
import { parsePattern, PatternRefused, type Pattern } from './parse.ts'
import type { CharacterSet, Program, State } from './program.ts'

export type CompiledPattern =
  | { readonly outcome: 'compiled'; readonly program: Program }
  | { readonly outcome: 'refused'; readonly message: string }

/** Total: any text gives a program or a sentence that says what is wrong. */
export function compilePattern(
  source: string,
  statesMax: number = limits.patternStatesMax,
): CompiledPattern {
  try {
    const { pattern, ignoresCase } = parsePattern(source)
    const writer = new ProgramWriter(statesMax)
    writer.write(pattern)
    return { outcome: 'compiled', program: { states: writer.end(), ignoresCase } }
  } catch (error) {
    if (error instanceof PatternRefused) return { outcome: 'refused', message: error.message }
    throw error
  }
}

/** The patterns of one expression, which have no more states together than one alone may have. */
export class Patterns {
  #statesLeft: number = limits.patternStatesMax

  compile(source: string): CompiledPattern {
    const compiled = compilePattern(source, this.#statesLeft)
    if (compiled.outcome === 'compiled') this.#statesLeft -= compiled.program.states.length
    return compiled
  }
}

class ProgramWriter {
  readonly #statesMax: number
  readonly #states: State[] = []
  /** What is repeated takes the same characters each time. */
  readonly #takes = new Map<CharacterSet, State>()
  /** Counted as well, because a repetition of nothing writes no state. */
  #visits = 0

  constructor(statesMax: number) {
    this.#statesMax = statesMax
  }

  /** Arrays that have grown hold room for more, which would be kept as long as the claim is. */
  end(): readonly State[] {
    const states = this.#states.map((state) =>
      state.does === 'split' ? { ...state, targets: [...state.targets] } : state,
    )
    return [...states, { does: 'accept' }]
  }

  write(pattern: Pattern): void {
    if (++this.#visits > limits.patternStatesMax * 4 || this.#states.length >= this.#statesMax)
      throw new PatternRefused('the pattern is too large')
    if (pattern.is === 'set') this.#states.push(this.#take(pattern.set))
    else if (pattern.is === 'begin' || pattern.is === 'end') this.#states.push({ does: pattern.is })
    else if (pattern.is === 'sequence') for (const part of pattern.parts) this.write(part)
    else if (pattern.is === 'either') this.#either(pattern.parts)
    else this.#repeat(pattern.part, pattern.least, pattern.most)
  }

  #take(set: CharacterSet): State {
    const take = this.#takes.get(set) ?? ({ does: 'take', set } as const)
    this.#takes.set(set, take)
    return take
  }

  /** A state whose targets are known later. */
  #split(): number[] {
    const targets: number[] = []
    this.#states.push({ does: 'split', targets })
    return targets
  }

  get #here(): number {
    return this.#states.length
  }

  #either(parts: readonly Pattern[]): void {
    const choice = this.#split()
    const ends: number[][] = []
    for (const part of parts) {
      choice.push(this.#here)
      this.write(part)
      ends.push(this.#split())
    }
    for (const end of ends) end.push(this.#here)
  }

  #repeat(part: Pattern, least: number, most: number | null): void {
    for (let time = 0; time < least; time++) this.write(part)
    if (most === null) return this.#star(part)
    const exits: number[][] = []
    for (let time = least; time < most; time++) {
      const choice = this.#split()
      choice.push(this.#here)
      exits.push(choice)
      this.write(part)
    }
    for (const exit of exits) exit.push(this.#here)
  }

  #star(part: Pattern): void {
    const start = this.#here
    const choice = this.#split()
    choice.push(this.#here)
    this.write(part)
    this.#split().push(start)
    choice.push(this.#here)
  }
}
