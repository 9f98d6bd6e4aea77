/**
 * The filter language of lists, a part of SCIM's (RFC 7644 §3.4.2.2): comparisons joined by `and`, `or`, `not` and
 * parentheses. Attribute names are case-sensitive, operators are not. Which attributes and operators a list knows is
 * its own matter.
 */
import { parseJson } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'

const COMPARISONS = ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'sw', 'co', 'ew'] as const
export type ComparisonOperator = (typeof COMPARISONS)[number]

export type FilterValue = string | number | boolean | null

export interface Comparison {
  readonly op: ComparisonOperator
  readonly attribute: string
  readonly value: FilterValue
}

export type Filter =
  | Comparison
  | { readonly op: 'pr'; readonly attribute: string }
  | { readonly op: 'not'; readonly operand: Filter }
  | { readonly op: 'and' | 'or'; readonly left: Filter; readonly right: Filter }

const TOKEN = /\s*(?:([()])|("(?:[^"\\]|\\.)*")|([^\s()"]+))/y
const ATTRIBUTE = /^[A-Za-z_][\w.$:-]*$/
const LITERAL = /^(?:true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)$/

/** Null for anything that is not one whole filter, and for one past the bounds of depth and size. */
export function parseFilter(text: string): Filter | null {
  const tokens = text.length <= limits.queryCharactersMax ? tokensOf(text) : null
  if (tokens === null || tokens.length === 0) return null
  const parser = new Parser(tokens)
  const filter = parser.disjunction(0)
  return filter !== null && parser.isAtEnd ? filter : null
}

function tokensOf(text: string): readonly string[] | null {
  const trimmed = text.trimEnd()
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < trimmed.length) {
    const match = TOKEN.exec(trimmed)
    if (match === null) return null
    tokens.push(match[1] ?? match[2] ?? match[3] ?? '')
  }
  return tokens
}

/** Recursive descent, one method a level of precedence. Null means that the text is no filter. */
class Parser {
  readonly #tokens: readonly string[]
  #at = 0
  #comparisons = 0

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length
  }

  disjunction(depth: number): Filter | null {
    return this.#joined('or', depth, () => this.#joined('and', depth, () => this.#factor(depth)))
  }

  #joined(op: 'and' | 'or', depth: number, operand: () => Filter | null): Filter | null {
    let left = depth > limits.filterDepthMax ? null : operand()
    while (left !== null && this.#takeWord(op)) {
      const right = operand()
      left = right === null ? null : { op, left, right }
    }
    return left
  }

  #factor(depth: number): Filter | null {
    if (this.#peek()?.toLowerCase() === 'not' && this.#peek(1) === '(') {
      this.#at++
      const operand = this.#group(depth)
      return operand === null ? null : { op: 'not', operand }
    }
    return this.#peek() === '(' ? this.#group(depth) : this.#comparison()
  }

  #group(depth: number): Filter | null {
    this.#at++
    const inner = this.disjunction(depth + 1)
    return inner !== null && this.#next() === ')' ? inner : null
  }

  #comparison(): Filter | null {
    const attribute = this.#next() ?? ''
    const word = this.#next()?.toLowerCase() ?? ''
    if (!ATTRIBUTE.test(attribute) || ++this.#comparisons > limits.filterComparisonsMax) return null
    if (word === 'pr') return { op: 'pr', attribute }
    const op = COMPARISONS.find((one) => one === word)
    const value = valueOf(this.#next() ?? '')
    return op === undefined || value === undefined ? null : { op, attribute, value }
  }

  #takeWord(word: string): boolean {
    const found = this.#peek()?.toLowerCase() === word
    if (found) this.#at++
    return found
  }

  #peek(ahead = 0): string | undefined {
    return this.#tokens[this.#at + ahead]
  }

  #next(): string | undefined {
    return this.#tokens[this.#at++]
  }
}

function valueOf(token: string): FilterValue | undefined {
  if (!token.startsWith('"') && !LITERAL.test(token)) return undefined
  const value = parseJson(token) as FilterValue | undefined
  return typeof value === 'number' && !Number.isFinite(value) ? undefined : value
}

/** Every comparison of a filter, wherever it stands. */
export function comparisonsOf(
  filter: Filter,
): readonly Exclude<Filter, { left: Filter } | { operand: Filter }>[] {
  if ('left' in filter) return [...comparisonsOf(filter.left), ...comparisonsOf(filter.right)]
  return 'operand' in filter ? comparisonsOf(filter.operand) : [filter]
}

/**
 * The values that a filter asks attributes to equal, when it is nothing but equalities joined by `and`, each attribute
 * once. Null for every other filter.
 */
export function equalitiesOf(filter: Filter): ReadonlyMap<string, FilterValue> | null {
  if (filter.op === 'eq') return new Map([[filter.attribute, filter.value]])
  if (filter.op !== 'and') return null
  const [left, right] = [equalitiesOf(filter.left), equalitiesOf(filter.right)]
  if (left === null || right === null) return null
  const all = new Map([...left, ...right])
  return all.size === left.size + right.size ? all : null
}
