/** From a pattern to its program. Repetitions are written out, so their number is bounded. */
import { limits } from '../../../platform/limits.ts'
import { parsePattern, PatternRefused, type Pattern } from './parse.ts'
import type { Program, State } from './program.ts'

export type CompiledPattern =
  | { readonly outcome: 'compiled'; readonly program: Program }
  | { readonly outcome: 'refused'; readonly message: string }

/** Total: any text gives a program or a sentence that says what is wrong. */
export function compilePattern(source: string): CompiledPattern {
  try {
    const { pattern, ignoresCase } = parsePattern(source)
    const writer = new ProgramWriter()
    writer.write(pattern)
    return { outcome: 'compiled', program: { states: writer.end(), ignoresCase } }
  } catch (error) {
    if (error instanceof PatternRefused) return { outcome: 'refused', message: error.message }
    throw error
  }
}

class ProgramWriter {
  readonly #states: State[] = []
  /** Counted as well, because a repetition of nothing writes no state. */
  #visits = 0

  end(): readonly State[] {
    return [...this.#states, { does: 'accept' }]
  }

  write(pattern: Pattern): void {
    if (
      ++this.#visits > limits.patternStatesMax * 4 ||
      this.#states.length > limits.patternStatesMax
    )
      throw new PatternRefused('the pattern is too large')
    if (pattern.is === 'set') this.#states.push({ does: 'take', set: pattern.set })
    else if (pattern.is === 'begin' || pattern.is === 'end') this.#states.push({ does: pattern.is })
    else if (pattern.is === 'sequence') for (const part of pattern.parts) this.write(part)
    else if (pattern.is === 'either') this.#either(pattern.parts)
    else this.#repeat(pattern.part, pattern.least, pattern.most)
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
