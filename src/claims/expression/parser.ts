/**
 * Words → tree. The grammar so far: literals (text, numbers, true, false, null, arrays in braces) and the
 * attributes app.id, app.clientId, app.label, app.profile.* and access.scope. Everything else is refused when a
 * claim is saved, with the position and what was expected.
 */
import { limits } from '../../platform/limits.ts'
import { lex, type ExpressionError, type Word } from './lexer.ts'

export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'array'; readonly items: readonly Expression[] }
  | { readonly kind: 'attribute'; readonly path: readonly string[] }

export type Parsed =
  | { readonly outcome: 'parsed'; readonly expression: Expression }
  | { readonly outcome: 'error'; readonly error: ExpressionError }

const CONSTANTS: ReadonlyMap<string, true | false | null> = new Map<string, true | false | null>([
  ['true', true],
  ['false', false],
  ['null', null],
])

const ATTRIBUTES: ReadonlySet<string> = new Set([
  'app.id',
  'app.clientId',
  'app.label',
  'access.scope',
])

const isKnownAttribute = (path: readonly string[]): boolean =>
  ATTRIBUTES.has(path.join('.')) || (path[0] === 'app' && path[1] === 'profile' && path.length > 2)

class Refused extends Error {
  readonly at: number

  constructor(at: number, message: string) {
    super(message)
    this.at = at
  }
}

/** Total: any text gives a tree or an error, in time linear in its length. */
export function parseExpression(source: string): Parsed {
  if (source.length > limits.expressionCharactersMax)
    return refusal(limits.expressionCharactersMax, 'the expression is too long')
  const words = lex(source)
  if (!Array.isArray(words)) return { outcome: 'error', error: words as ExpressionError }
  try {
    const cursor = new Cursor(words as readonly Word[])
    const expression = cursor.value(0)
    cursor.expectEnd()
    return { outcome: 'parsed', expression }
  } catch (error) {
    if (error instanceof Refused) return refusal(error.at, error.message)
    throw error
  }
}

const refusal = (at: number, message: string): Parsed => ({
  outcome: 'error',
  error: { at, message },
})

class Cursor {
  readonly #words: readonly Word[]
  #next = 0

  constructor(words: readonly Word[]) {
    this.#words = words
  }

  #take(): Word {
    return this.#words[this.#next++] ?? this.#words.at(-1)!
  }

  #takeSign(sign: string): boolean {
    const word = this.#words[this.#next]
    if (word?.kind !== 'sign' || word.text !== sign) return false
    this.#next++
    return true
  }

  expectEnd(): void {
    const word = this.#take()
    if (word.kind !== 'end') throw new Refused(word.at, `expected the end, found "${word.text}"`)
  }

  value(depth: number): Expression {
    const word = this.#take()
    if (depth > limits.expressionDepthMax) throw new Refused(word.at, 'nested too deeply')
    if (word.kind === 'text') return { kind: 'literal', value: word.text }
    if (word.kind === 'number' && !Number.isFinite(Number(word.text)))
      throw new Refused(word.at, 'the number is too large')
    if (word.kind === 'number') return { kind: 'literal', value: Number(word.text) }
    if (word.kind === 'sign' && word.text === '{') return this.#array(depth)
    if (word.kind === 'sign' && word.text === '(') {
      const inner = this.value(depth + 1)
      if (!this.#takeSign(')')) throw new Refused(this.#take().at, 'expected ")"')
      return inner
    }
    if (word.kind === 'name') return this.#named(word)
    throw new Refused(
      word.at,
      `expected a literal or an attribute${word.kind === 'end' ? '' : `, found "${word.text}"`}`,
    )
  }

  #array(depth: number): Expression {
    const items: Expression[] = []
    if (this.#takeSign('}')) return { kind: 'array', items }
    do items.push(this.value(depth + 1))
    while (this.#takeSign(','))
    if (!this.#takeSign('}')) throw new Refused(this.#take().at, 'expected "," or "}"')
    return { kind: 'array', items }
  }

  #named(first: Word): Expression {
    const constant = CONSTANTS.get(first.text)
    if (constant !== undefined) return { kind: 'literal', value: constant }
    const path = [first.text]
    while (this.#takeSign('.')) {
      const part = this.#take()
      if (part.kind !== 'name') throw new Refused(part.at, 'expected an attribute name')
      path.push(part.text)
    }
    if (isKnownAttribute(path)) return { kind: 'attribute', path }
    throw new Refused(
      first.at,
      `"${path.join('.')}" is not available; expected a literal, app.id, app.clientId, app.label, app.profile.* or access.scope`,
    )
  }
}
