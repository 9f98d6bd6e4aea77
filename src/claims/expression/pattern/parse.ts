/**
 * The regular expressions that `matches` takes: characters, `.`, classes, groups, alternatives, repetitions, `^`, `$`
 * and a leading `(?i)`. What cannot be matched in linear time (references back, looking around) is refused.
 */
import { limits } from '../../../platform/limits.ts'
import type { CharacterSet, Range } from './program.ts'

export type Pattern =
  | { readonly is: 'set'; readonly set: CharacterSet }
  | { readonly is: 'begin' }
  | { readonly is: 'end' }
  | { readonly is: 'sequence'; readonly parts: readonly Pattern[] }
  | { readonly is: 'either'; readonly parts: readonly Pattern[] }
  /** `most` is null: without end. */
  | {
      readonly is: 'repeat'
      readonly part: Pattern
      readonly least: number
      readonly most: number | null
    }

/** What is wrong with a pattern; the message says it. */
export class PatternRefused extends Error {}

const DIGITS: readonly Range[] = [[48, 57]]
const LETTERS: readonly Range[] = [...DIGITS, [65, 90], [95, 95], [97, 122]]
const SPACES: readonly Range[] = [
  [9, 13],
  [32, 32],
]
const LINE_ENDS: readonly Range[] = [
  [10, 10],
  [13, 13],
  [0x85, 0x85],
  [0x2028, 0x2029],
]

const set = (ranges: readonly Range[], isNegated = false): CharacterSet => ({ isNegated, ranges })

/** What is in no range. */
function outside(ranges: readonly Range[]): readonly Range[] {
  const found: Range[] = []
  let from = 0
  for (const [first, last] of ranges) {
    if (first > from) found.push([from, first - 1])
    from = last + 1
  }
  return [...found, [from, 0x10ffff]]
}

/** Letters after a backslash that stand for many characters, and for one. */
const CLASSES: ReadonlyMap<string, readonly Range[]> = new Map([
  ['d', DIGITS],
  ['w', LETTERS],
  ['s', SPACES],
  ['D', outside(DIGITS)],
  ['W', outside(LETTERS)],
  ['S', outside(SPACES)],
])
const CONTROLS: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['f', '\f'],
])

const REPETITIONS: ReadonlyMap<string, readonly [number, number | null]> = new Map<
  string,
  readonly [number, number | null]
>([
  ['*', [0, null]],
  ['+', [1, null]],
  ['?', [0, 1]],
])

const single = (character: string): readonly Range[] => {
  const point = character.codePointAt(0)!
  return [[point, point]]
}

/** Throws PatternRefused. */
export function parsePattern(source: string): { pattern: Pattern; ignoresCase: boolean } {
  const ignoresCase = source.startsWith('(?i)')
  const reader = new PatternReader(Array.from(ignoresCase ? source.slice(4) : source))
  return { pattern: reader.whole(), ignoresCase }
}

class PatternReader {
  readonly #characters: readonly string[]
  #next = 0

  constructor(characters: readonly string[]) {
    this.#characters = characters
  }

  get #peek(): string | undefined {
    return this.#characters[this.#next]
  }

  #take(): string {
    const character = this.#characters[this.#next++]
    if (character === undefined) throw new PatternRefused('the pattern ends too early')
    return character
  }

  #takeIf(...wanted: readonly string[]): boolean {
    if (!wanted.every((one, ahead) => this.#characters[this.#next + ahead] === one)) return false
    this.#next += wanted.length
    return true
  }

  whole(): Pattern {
    const pattern = this.#either(0)
    if (this.#peek !== undefined) throw new PatternRefused('a ")" of the pattern closes nothing')
    return pattern
  }

  #either(depth: number): Pattern {
    if (depth > limits.expressionDepthMax)
      throw new PatternRefused('the pattern is nested too deeply')
    const parts = [this.#sequence(depth)]
    while (this.#takeIf('|')) parts.push(this.#sequence(depth))
    return parts.length === 1 ? parts[0]! : { is: 'either', parts }
  }

  #sequence(depth: number): Pattern {
    const parts: Pattern[] = []
    while (this.#peek !== undefined && this.#peek !== '|' && this.#peek !== ')')
      parts.push(this.#repeated(this.#atom(depth)))
    return { is: 'sequence', parts }
  }

  #atom(depth: number): Pattern {
    const character = this.#take()
    if (character === '(') return this.#group(depth)
    if (character === '[') return { is: 'set', set: this.#class() }
    if (character === '.') return { is: 'set', set: set(LINE_ENDS, true) }
    if (character === '^') return { is: 'begin' }
    if (character === '$') return { is: 'end' }
    if (character === '\\') return { is: 'set', set: set(this.#escaped()) }
    if ('*+?{'.includes(character))
      throw new PatternRefused(`"${character}" of the pattern repeats nothing`)
    return { is: 'set', set: set(single(character)) }
  }

  #group(depth: number): Pattern {
    if (!this.#takeIf('?', ':') && this.#peek === '?')
      throw new PatternRefused('of groups only "(…)" and "(?:…)" are available in patterns')
    const inner = this.#either(depth + 1)
    if (!this.#takeIf(')')) throw new PatternRefused('a "(" of the pattern is not closed')
    return inner
  }

  #escaped(): readonly Range[] {
    const character = this.#take()
    const ranges = CLASSES.get(character)
    if (ranges !== undefined) return ranges
    const control = CONTROLS.get(character)
    if (control !== undefined) return single(control)
    if (/^[A-Za-z0-9]$/.test(character))
      throw new PatternRefused(`"\\${character}" is not available in patterns`)
    return single(character)
  }

  #class(): CharacterSet {
    const isNegated = this.#takeIf('^')
    const ranges: Range[] = []
    do ranges.push(...this.#member())
    while (!this.#takeIf(']'))
    return set(ranges, isNegated)
  }

  #member(): readonly Range[] {
    const from = this.#point()
    const isRange = this.#peek === '-' && this.#characters[this.#next + 1] !== ']'
    if (from.length !== 1 || from[0]![0] !== from[0]![1] || !isRange) return from
    this.#take()
    const [range, ...others] = this.#point()
    if (others.length > 0 || range![0] !== range![1] || range![0] < from[0]![0])
      throw new PatternRefused('a range of the pattern ends before it begins')
    return [[from[0]![0], range![1]]]
  }

  #point(): readonly Range[] {
    const character = this.#take()
    if (character === '\\') return this.#escaped()
    if (character === '[' || character === ']' || (character === '&' && this.#peek === '&'))
      throw new PatternRefused('classes of the pattern can only list characters and ranges')
    return single(character)
  }

  #repeated(part: Pattern): Pattern {
    const times = this.#times()
    if (times === null) return part
    if (part.is === 'begin' || part.is === 'end')
      throw new PatternRefused('a repetition of the pattern repeats nothing')
    const [least, most] = times
    if (this.#takeIf('+') || '*{'.includes(this.#peek ?? ' ') || this.#takeIf('?', '?'))
      throw new PatternRefused('a repetition of the pattern repeats a repetition')
    // To match as little as may be makes no difference to whether the whole matches.
    this.#takeIf('?')
    return { is: 'repeat', part, least, most }
  }

  #times(): readonly [number, number | null] | null {
    const simple = REPETITIONS.get(this.#peek ?? '')
    if (simple !== undefined) this.#next++
    if (simple !== undefined) return simple
    if (!this.#takeIf('{')) return null
    const least = this.#count()
    const most = this.#takeIf(',') ? (this.#peek === '}' ? null : this.#count()) : least
    if (!this.#takeIf('}') || (most !== null && most < least))
      throw new PatternRefused('a repetition of the pattern is not {n}, {n,} or {n,m}')
    return [least, most]
  }

  #count(): number {
    let digits = ''
    while (/^\d$/.test(this.#peek ?? '')) digits += this.#take()
    const count = digits === '' ? NaN : Number(digits)
    if (!(count <= limits.patternStatesMax))
      throw new PatternRefused('a repetition of the pattern is not {n}, {n,} or {n,m}')
    return count
  }
}
