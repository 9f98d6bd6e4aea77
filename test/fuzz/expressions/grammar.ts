/**
 * Expressions made of the grammar and of the language's own tables, so that what is added to those is tried by itself.
 * Mostly of the types that are asked for, sometimes not.
 */
import { FUNCTIONS } from '../../../src/claims/expression/functions/index.ts'
import {
  parameterAt,
  type FunctionRow,
  type ParameterType,
  type ResultType,
} from '../../../src/claims/expression/functions/row.ts'
import { OBJECTS, type ObjectRow } from '../../../src/claims/expression/objects.ts'
import { OPERATIONS } from '../../../src/claims/expression/operators.ts'
import { CRITERIA, CRITERIA_OPERATORS, type Operator } from '../../../src/claims/expression/tree.ts'
import { decimal } from '../../unit/support/printed.ts'
import { aPattern } from './patterns.ts'
import type { Random } from '../random.ts'
import { NAMES, someText, TREACHEROUS } from './situations.ts'

type Kind = ResultType

const ROWS = [...FUNCTIONS.values()]
const ROWS_OF: ReadonlyMap<Kind, readonly FunctionRow[]> = new Map(
  (['text', 'number', 'boolean', 'list'] as const).map((kind) => [
    kind,
    ROWS.filter(({ result }) => result === kind || result === 'any'),
  ]),
)

const KINDS: readonly Kind[] = ['text', 'number', 'boolean', 'list']

const OPERATORS_OF: Readonly<Record<Kind, readonly (readonly [Operator, Kind])[]>> = {
  text: [['+', 'text']],
  number: [['+', 'number']],
  boolean: [
    ['and', 'boolean'],
    ['or', 'boolean'],
    ['==', 'any'],
    ['!=', 'any'],
    ['<', 'number'],
    ['>', 'text'],
    ['<=', 'number'],
    ['>=', 'text'],
  ],
  list: [],
  any: [['+', 'any']],
}

const ZONES = ['UTC', 'EST', 'Europe/Vienna', 'Asia/Kathmandu']
const FORMATS = ['yyyy-MM-dd', "yyyy-MM-dd'T'HH:mm:ss.SSSZZ", 'EEE, d MMM yyyy h a', 'DDD', '']
/** Of no type that is read from text. */
const NEITHER = ['Nowhere/At_All', 'what', 'yyyyyyyyyyyyyyyyyyyyyyyyy', "'"]
const WHOLE = ['0', '1', '2', '5', '10', '100', '101', '-1', '9007199254740991']

export const quotedText = (random: Random, text: string): string => {
  const quote = random.one(['"', "'"])
  return quote + text.replaceAll('\\', '\\\\').replaceAll(quote, quote + quote) + quote
}

export interface GrammarOptions {
  /** How often something else stands where a type is asked for. */
  readonly wrong: number
  readonly isOfGroup: boolean
}

export class Grammar {
  readonly #random: Random
  readonly #wrong: number
  readonly #objects: readonly ObjectRow[]

  constructor(random: Random, { wrong, isOfGroup }: GrammarOptions) {
    this.#random = random
    this.#wrong = wrong
    this.#objects = OBJECTS.filter(
      ({ attribute, isOfGroup: ofGroup }) =>
        attribute !== undefined && (isOfGroup || ofGroup !== true),
    )
  }

  /** `depth`: how much further it may go in. */
  expression(kind: Kind, depth: number): string {
    const random = this.#random
    const asked = random.chance(this.#wrong) || kind === 'any' ? random.one(KINDS) : kind
    if (depth <= 0) return this.#leaf(asked)
    const below = (of: Kind = asked): string => this.expression(of, depth - 1)
    return random.weighted<() => string>([
      [3, () => this.#leaf(asked)],
      [5, () => this.#call(random.one(ROWS_OF.get(asked)!), depth)],
      [2, () => this.#operation(asked, depth)],
      [1, () => `${below('boolean')}${this.#space()}? ${below()} :${this.#space()}${below()}`],
      [1, () => `${below()} ?:${this.#space()}${below()}`],
      [1, () => `(${this.#space()}${below()})`],
      [0.5, () => `${below('list')}[${below('number')}]`],
      [asked === 'list' ? 1 : 0.1, () => `${below('list')}.![${random.one(NAMES)}]`],
      [asked === 'list' ? 2 : 0.1, () => `{${random.some(4, () => below('any')).join(`,${this.#space()}`)}}`],
      [asked === 'boolean' ? 1 : 0.1, () => `!${below('boolean')}`],
      [asked === 'boolean' ? 1 : 0.1, () => `${below('text')} matches ${quotedText(random, aPattern(random))}`],
    ])()
  } // prettier-ignore

  #space(): string {
    return this.#random.weighted([
      [6, ' '],
      [3, ''],
      [1, '\n\t '],
    ])
  }

  #leaf(kind: Kind): string {
    const random = this.#random
    if (random.chance(0.4)) return this.#attribute()
    if (random.chance(0.05)) return random.one(['null', 'NULL', 'Null'])
    if (kind === 'text') return quotedText(random, random.chance(0.5) ? 'a' : someText(random, 12))
    if (kind === 'boolean') return random.one(['true', 'false', 'TRUE', 'user == null', 'appuser != null', 'session == null']) // prettier-ignore
    if (kind === 'list')
      return random.one(['{}', '{1, 2, 3}', '{"a", "b"}', 'access.scope', 'null'])
    return random.chance(0.5) ? random.one(WHOLE) : decimal((random.next() - 0.5) * 10 ** random.below(25)) // prettier-ignore
  }

  #attribute(): string {
    const random = this.#random
    if (random.chance(this.#wrong))
      return random.one(['user', 'appuser', 'session', 'idpuser.id', 'constructor'])
    if (random.chance(0.05))
      return `user.getLinkedObject('${random.one(['manager', 'none', ...TREACHEROUS])}').${random.one(NAMES)}`
    if (random.chance(0.05)) return random.one(['user.getInternalProperty("id")', "user.getInternalProperty('status')"]) // prettier-ignore
    const { name, attribute } = random.one(this.#objects)
    if (attribute !== 'any') return name
    return [name, random.one(NAMES), ...random.some(1, () => random.one(NAMES))].join('.')
  }

  #operation(kind: Kind, depth: number): string {
    const random = this.#random
    const operators = OPERATORS_OF[kind]
    if (operators.length === 0) return this.#leaf(kind)
    const [operator, of] = random.one(operators)
    const { spelling = operator } = OPERATIONS[operator]
    const written = random.one([operator, operator.toUpperCase(), spelling])
    const isWord = /^\w/.test(written)
    const space = isWord ? ' ' : this.#space()
    const sides = [this.expression(of, depth - 1), this.expression(of, depth - 1)]
    return sides.join(space + written + space)
  }

  #call(row: FunctionRow, depth: number): string {
    const random = this.#random
    const { parameters, optional = [], repeated = [] } = row
    const groups = repeated.length > 0 ? random.below(4) * repeated.length : 0
    const count = parameters.length + (optional.length > 0 ? random.below(optional.length + 1) : groups) // prettier-ignore
    const given = random.chance(this.#wrong / 2) ? random.below(5) : count
    const args = Array.from({ length: given }, (_, place) =>
      this.#argument(parameterAt(row, place), depth - 1),
    )
    return `${row.name}(${args.join(`,${this.#space()}`)})`
  }

  #argument(type: ParameterType, depth: number): string {
    const random = this.#random
    if (random.chance(this.#wrong)) return this.expression('any', depth)
    const ARGUMENTS: Readonly<Record<ParameterType, () => string>> = {
      text: () => this.expression('text', depth),
      whole: () => (random.chance(0.7) ? random.one(WHOLE) : this.expression('number', depth)),
      list: () => this.expression(random.chance(0.8) ? 'list' : 'text', depth),
      any: () => this.expression('any', depth),
      zone: () => this.#known(ZONES),
      format: () => this.#known(FORMATS),
      pattern: () => quotedText(random, `${random.one(['', '/'])}${aPattern(random)}`),
      ofGroup: () => quotedText(random, this.#ofGroup(Math.min(depth, 2))),
      criteria: () => this.#criteria(depth),
    }
    return ARGUMENTS[type]()
  }

  #known(texts: readonly string[]): string {
    const isKnown = !this.#random.chance(this.#wrong)
    return quotedText(this.#random, this.#random.one(isKnown ? texts : NEITHER))
  }

  #ofGroup(depth: number): string {
    return new Grammar(this.#random, { wrong: this.#wrong, isOfGroup: true }).expression('any', depth) // prettier-ignore
  }

  #criteria(depth: number): string {
    const random = this.#random
    const entries = [0, ...random.some(2, (at) => at)].map(
      () => `"${random.one(CRITERIA)}": ${this.expression('any', depth)}`,
    )
    if (random.chance(0.5)) entries.push(`'operator': "${random.one(CRITERIA_OPERATORS)}"`)
    return `{${entries.join(', ')}}`
  }
}
