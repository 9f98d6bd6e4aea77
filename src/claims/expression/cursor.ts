/** A place among the words of an expression, and what is expected there. */
import { limits } from '../../platform/limits.ts'
import type { Word } from './lexer.ts'
import type { Expression } from './tree.ts'

/** An expression and where it begins. */
export interface Placed {
  readonly at: number
  readonly tree: Expression
}

/** What is wrong, and where. Never leaves the parser. */
export class ExpressionRefused extends Error {
  readonly at: number

  constructor(at: number, message: string) {
    super(message)
    this.at = at
  }
}

const shown = ({ kind, text }: Word): string => (kind === 'end' ? '' : `, found "${text}"`)

export class Cursor {
  readonly #words: readonly Word[]
  #next = 0

  constructor(words: readonly Word[]) {
    this.#words = words
  }

  /** The last word is the end, which stays. */
  #ahead(count: number): Word {
    return this.#words[this.#next + count] ?? this.#words.at(-1)!
  }

  get peek(): Word {
    return this.#ahead(0)
  }

  take(): Word {
    const word = this.peek
    this.#next++
    return word
  }

  isNext(...signs: readonly string[]): boolean {
    return signs.every((sign, at) => {
      const { kind, text } = this.#ahead(at)
      return kind === 'sign' && text === sign
    })
  }

  /** All of the signs or none of them. */
  takeSign(...signs: readonly string[]): boolean {
    if (!this.isNext(...signs)) return false
    this.#next += signs.length
    return true
  }

  takeName(name: string): boolean {
    if (this.peek.kind !== 'name' || this.peek.text !== name) return false
    this.#next++
    return true
  }

  expectSign(sign: string): void {
    if (!this.takeSign(sign)) throw new ExpressionRefused(this.peek.at, `expected "${sign}"`)
  }

  expectName(): string {
    const word = this.take()
    if (word.kind !== 'name') throw new ExpressionRefused(word.at, 'expected an attribute name')
    return word.text
  }

  expectEnd(): void {
    const word = this.take()
    if (word.kind !== 'end') throw new ExpressionRefused(word.at, `expected the end${shown(word)}`)
  }

  expectDepth(at: number, depth: number): void {
    if (depth > limits.expressionDepthMax) throw new ExpressionRefused(at, 'nested too deeply')
  }
}

/** Throws ExpressionRefused for one that no number can be. */
export function numberOf({ text, at }: Word): number {
  const value = Number(text)
  if (!Number.isFinite(value)) throw new ExpressionRefused(at, 'the number is too large')
  return value
}
