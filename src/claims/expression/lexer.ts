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
const SIGN = /==|!=|<=|>=|&&|\|\||\?:|[.{},()[\]?:!+<>]/y

/** Any other backslash stands for itself, as patterns need it. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
])

function take(pattern: RegExp, source: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(source)
}

const unquote = (body: string, quote: string): string =>
  body
    .replaceAll(quote + quote, quote)
    .replaceAll(/\\(.)/gs, (whole, escaped: string) => ESCAPES.get(escaped) ?? whole)

/** Kinds of words that are told apart by how they begin. */
const PLAIN: readonly (readonly [Word['kind'], RegExp])[] = [
  ['number', NUMBER],
  ['name', NAME],
  ['sign', SIGN],
]

/** Linear in the length of the source. */
export function lex(source: string): readonly Word[] | ExpressionError {
  const words: Word[] = []
  let at = 0
  for (;;) {
    at += take(SPACE, source, at)?.[0].length ?? 0
    if (at >= source.length) break
    const word = wordAt(source, at)
    if (word === null) return { at, message: `"${source[at]}" is not expected` }
    words.push(word.word)
    at += word.length
  }
  words.push({ kind: 'end', text: '', at })
  return words
}

function wordAt(source: string, at: number): { word: Word; length: number } | null {
  const quoted = take(QUOTED, source, at)
  if (quoted !== null) {
    const text = unquote(quoted[1] ?? quoted[2] ?? '', source[at]!)
    return { word: { kind: 'text', text, at }, length: quoted[0].length }
  }
  for (const [kind, pattern] of PLAIN) {
    const text = take(pattern, source, at)?.[0]
    if (text !== undefined) return { word: { kind, text, at }, length: text.length }
  }
  return null
}
