/** Words of a claim expression. Every word knows where it began, so that an error can point at it. */
export interface Word {
  readonly kind: 'text' | 'number' | 'name' | 'sign' | 'end'
  readonly text: string
  /** Zero-based offset into the expression. */
  readonly at: number
}

/** What is wrong with an expression, and where. */
export interface ExpressionError {
  readonly at: number
  readonly message: string
}

const SPACE = /\s*/y
const NUMBER = /-?\d+(\.\d+)?/y
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y
const QUOTED = /'((?:[^'\\]|\\.|'')*)'|"((?:[^"\\]|\\.|"")*)"/y
const SIGNS = '.{},()'

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
])

function take(pattern: RegExp, source: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(source)
}

const unquote = (body: string, quote: string): string =>
  body
    .replaceAll(quote + quote, quote)
    .replaceAll(/\\(.)/gs, (_, escaped: string) => ESCAPES.get(escaped) ?? escaped)

/** Linear in the length of the source. */
export function lex(source: string): readonly Word[] | ExpressionError {
  const words: Word[] = []
  let at = 0
  for (;;) {
    at += take(SPACE, source, at)?.[0].length ?? 0
    if (at >= source.length) break
    const character = source[at]!
    const quoted = take(QUOTED, source, at)
    const number = take(NUMBER, source, at)
    const name = take(NAME, source, at)
    if (quoted !== null) {
      const quote = character
      words.push({ kind: 'text', text: unquote(quoted[1] ?? quoted[2] ?? '', quote), at })
      at += quoted[0].length
    } else if (number !== null) {
      words.push({ kind: 'number', text: number[0], at })
      at += number[0].length
    } else if (name !== null) {
      words.push({ kind: 'name', text: name[0], at })
      at += name[0].length
    } else if (SIGNS.includes(character)) {
      words.push({ kind: 'sign', text: character, at })
      at += 1
    } else {
      return { at, message: `"${character}" is not expected` }
    }
  }
  words.push({ kind: 'end', text: '', at })
  return words
}
