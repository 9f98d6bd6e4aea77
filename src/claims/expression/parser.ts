/**
 * Words → tree. Whatever cannot be evaluated is refused here, when a claim is saved, with the position and what was
 * expected: unknown names, wrong numbers and kinds of arguments, patterns that could not be matched in linear time.
 */
import { limits } from '../../platform/limits.ts'
import { criteriaArgument, patternArgument } from './arguments.ts'
import { argumentRefusal, constantOf, kindOf, type Kind } from './check.ts'
import { Cursor, ExpressionRefused, numberOf, type Placed } from './cursor.ts'
import { expectDefined, type DefinedNames } from './defined.ts'
import { ABSENT_FUNCTIONS, FUNCTIONS } from './functions/index.ts'
import { arityRefusal, parameterAt, type FunctionRow } from './functions/row.ts'
import { lex, type ExpressionError, type Word } from './lexer.ts'
import { absence, isAttribute, isObject } from './objects.ts'
import { OPERATIONS, OPERATORS_WRITTEN } from './operators.ts'
import { Patterns } from './pattern/compile.ts'
import { OPERATORS, type Argument, type Expression, type Operator } from './tree.ts'
import { USER_METHODS } from './user-methods.ts'

export type Parsed =
  | { readonly outcome: 'parsed'; readonly expression: Expression }
  | { readonly outcome: 'error'; readonly error: ExpressionError }

const CONSTANTS: ReadonlyMap<string, true | false | null> = new Map<string, true | false | null>([
  ['true', true],
  ['false', false],
  ['null', null],
])

/** What all parts of one expression are read with. */
interface Reading {
  readonly patterns: Patterns
  readonly defined: DefinedNames | null
}

/**
 * Total: any text gives a tree or an error, in time linear in its length. With `defined` it may name nothing else of
 * what the org defines; an expression that was saved is read without, and what is gone since is null.
 */
export function parseExpression(source: string, defined: DefinedNames | null = null): Parsed {
  if (source.length > limits.expressionCharactersMax)
    return refusal(limits.expressionCharactersMax, 'the expression is too long')
  const reading = { patterns: new Patterns(), defined }
  try {
    return { outcome: 'parsed', expression: wholeOf(source, 0, reading, false) }
  } catch (error) {
    if (error instanceof ExpressionRefused) return refusal(error.at, error.message)
    throw error
  }
}

/** Throws ExpressionRefused. */
function wholeOf(source: string, depth: number, reading: Reading, isOfGroup: boolean): Expression {
  const words = lex(source)
  if ('message' in words) throw new ExpressionRefused(words.at, words.message)
  return new Parser(new Cursor(words), reading, isOfGroup).whole(depth)
}

const refusal = (at: number, message: string): Parsed => ({
  outcome: 'error',
  error: { at, message },
})

interface PlacedArgument {
  readonly at: number
  readonly tree: Argument
}

const NO_TEST: readonly Kind[] = ['text', 'number', 'list', 'null', 'object']

class Parser {
  readonly #cursor: Cursor
  readonly #reading: Reading
  /** It is about a group, in an expression that asks for several. */
  readonly #isOfGroup: boolean

  constructor(cursor: Cursor, reading: Reading, isOfGroup: boolean) {
    this.#cursor = cursor
    this.#reading = reading
    this.#isOfGroup = isOfGroup
  }

  whole(depth: number): Expression {
    const { tree } = this.#value(depth)
    this.#cursor.expectEnd()
    return tree
  }

  /** What may stand where a value is wanted: everything but an object as a whole. */
  #value(depth: number): Placed {
    const value = this.#choice(depth)
    if (value.tree.kind === 'attribute' && isObject(value.tree.path))
      throw new ExpressionRefused(value.at, absence(value.tree.path))
    return value
  }

  #choice(depth: number): Placed {
    const test = this.#binary(0, depth)
    const { at } = test
    if (this.#cursor.takeSign('?:')) {
      this.#refuse(test, ['object'], 'a value')
      // What comes otherwise goes on in a row, as in a list of cases.
      const otherwise = this.#value(depth).tree
      return { at, tree: { kind: 'elvis', value: test.tree, otherwise } }
    }
    if (!this.#cursor.takeSign('?')) return test
    this.#refuse(test, NO_TEST, 'true or false')
    const yes = this.#value(depth + 1).tree
    this.#cursor.expectSign(':')
    const no = this.#value(depth).tree
    return { at, tree: { kind: 'choice', test: test.tree, yes, no } }
  }

  #refuse({ at, tree }: Placed, never: readonly Kind[], wanted: string): void {
    if (never.includes(kindOf(tree))) throw new ExpressionRefused(at, `expected ${wanted}`)
  }

  /** Operators of one level and of those that bind more. */
  #binary(level: number, depth: number): Placed {
    const operators = OPERATORS[level]
    if (operators === undefined) return this.#unary(depth)
    let left = this.#binary(level + 1, depth)
    for (;;) {
      if (level === 2 && this.#cursor.takeName('matches')) {
        left = this.#matches(left, depth)
        continue
      }
      const operator = this.#operator(operators)
      if (operator === null) return left
      const right = this.#binary(level + 1, depth)
      for (const side of [left, right])
        this.#refuse(side, OPERATIONS[operator].never, `what "${operator}" takes`)
      const { at } = left
      left = { at, tree: { kind: 'binary', operator, left: left.tree, right: right.tree } }
    }
  }

  #operator(operators: readonly Operator[]): Operator | null {
    const word = this.#cursor.peek
    if (word.kind !== 'sign' && word.kind !== 'name') return null
    const written = word.kind === 'name' ? word.text.toLowerCase() : word.text
    const operator = OPERATORS_WRITTEN.get(written)
    if (operator === undefined || !operators.includes(operator)) return null
    this.#cursor.take()
    return operator
  }

  #matches(text: Placed, depth: number): Placed {
    this.#refuse(text, ['number', 'boolean', 'list', 'object'], 'text')
    const { at, tree } = this.#binary(3, depth)
    const pattern = constantOf(tree)
    if (typeof pattern !== 'string')
      throw new ExpressionRefused(at, 'expected a pattern in quotes after "matches"')
    const compiled = this.#reading.patterns.compile(pattern)
    if (compiled.outcome === 'refused') throw new ExpressionRefused(at, compiled.message)
    const { program } = compiled
    return { at: text.at, tree: { kind: 'matches', text: text.tree, pattern, program } }
  }

  #unary(depth: number): Placed {
    const { at } = this.#cursor.peek
    if (!this.#cursor.takeSign('!')) return this.#parts(depth)
    this.#cursor.expectDepth(at, depth)
    const operand = this.#unary(depth + 1)
    this.#refuse(operand, NO_TEST, 'true or false')
    return { at, tree: { kind: 'not', operand: operand.tree } }
  }

  /** What follows a value: `[0]` and `.![name]`. */
  #parts(depth: number): Placed {
    const { at, tree: first } = this.#primary(depth)
    let tree = first
    for (;;) {
      const isItem = this.#cursor.takeSign('[')
      if (!isItem && !this.#cursor.takeSign('.', '!', '[')) return { at, tree }
      this.#refuse({ at, tree }, ['text', 'number', 'boolean', 'null', 'object'], 'an array')
      if (isItem) {
        const index = this.#value(depth + 1)
        this.#refuse(index, ['text', 'boolean', 'list', 'null', 'object'], 'a number')
        tree = { kind: 'item', of: tree, index: index.tree }
      } else {
        tree = { kind: 'projection', of: tree, member: this.#cursor.expectName() }
      }
      this.#cursor.expectSign(']')
    }
  }

  #primary(depth: number): Placed {
    const word = this.#cursor.take()
    const { at } = word
    this.#cursor.expectDepth(at, depth)
    if (word.kind === 'text') return { at, tree: { kind: 'literal', value: word.text } }
    if (word.kind === 'number') return { at, tree: { kind: 'literal', value: numberOf(word) } }
    if (word.kind === 'name') return { at, tree: this.#named(word, depth) }
    if (word.text === '{') return { at, tree: { kind: 'array', items: this.#list('}', depth) } }
    if (word.text === '(') {
      const { tree } = this.#value(depth + 1)
      this.#cursor.expectSign(')')
      return { at, tree }
    }
    const found = word.kind === 'end' ? '' : `, found "${word.text}"`
    throw new ExpressionRefused(at, `expected a literal, an attribute or a function${found}`)
  }

  #list(close: string, depth: number): readonly Expression[] {
    return this.#separated(close, () => this.#value(depth + 1).tree)
  }

  /** What stands between commas, each by its place. */
  #separated<Part>(close: string, part: (place: number) => Part): readonly Part[] {
    const parts: Part[] = []
    if (this.#cursor.takeSign(close)) return parts
    do parts.push(part(parts.length))
    while (this.#cursor.takeSign(','))
    if (!this.#cursor.takeSign(close))
      throw new ExpressionRefused(this.#cursor.peek.at, `expected "," or "${close}"`)
    return parts
  }

  #named(first: Word, depth: number): Expression {
    const constant = CONSTANTS.get(first.text.toLowerCase())
    if (constant !== undefined) return { kind: 'literal', value: constant }
    const path = [first.text]
    while (!this.#cursor.isNext('.', '!') && this.#cursor.takeSign('.'))
      path.push(this.#cursor.expectName())
    const isRead = isAttribute(path, this.#isOfGroup)
    const isCall = !isRead || path[0] === 'user'
    if (isCall && this.#cursor.takeSign('(')) return this.#call(first.at, path.join('.'), depth)
    const name = path.join('.')
    if (FUNCTIONS.has(name) || ABSENT_FUNCTIONS.has(name) || USER_METHODS.has(name))
      throw new ExpressionRefused(this.#cursor.peek.at, `expected "(" after "${name}"`)
    if (isRead || isObject(path))
      return expectDefined(this.#reading.defined, first.at, { kind: 'attribute', path })
    throw new ExpressionRefused(first.at, absence(path))
  }

  #call(at: number, name: string, depth: number): Expression {
    const row = FUNCTIONS.get(name)
    const absent = ABSENT_FUNCTIONS.get(name)
    if (absent !== undefined) throw new ExpressionRefused(at, absent)
    const method = USER_METHODS.get(name)
    if (method !== undefined) {
      const args = this.#separated(')', () => this.#value(depth + 1))
      return expectDefined(this.#reading.defined, at, method(at, args, this.#cursor))
    }
    if (row === undefined) throw new ExpressionRefused(at, `there is no function "${name}"`)
    const given = this.#separated(')', (place) => this.#given(row, place, depth + 1))
    const arity = arityRefusal(row, given.length)
    if (arity !== null) throw new ExpressionRefused(at, arity)
    const args = given.map((one, place) => this.#argument(row, place, one, depth + 1))
    return { kind: 'call', name, args }
  }

  /** What is written in the place of an argument. */
  #given(row: FunctionRow, place: number, depth: number): PlacedArgument {
    const { at } = this.#cursor.peek
    if (parameterAt(row, place) !== 'criteria' || !this.#cursor.isNext('{'))
      return { at, tree: this.#value(depth).tree }
    this.#cursor.expectDepth(at, depth)
    return { at, tree: criteriaArgument(this.#cursor, () => this.#value(depth + 1).tree) }
  }

  #argument(
    row: FunctionRow,
    place: number,
    { at, tree }: PlacedArgument,
    depth: number,
  ): Argument {
    if (tree.kind === 'criteria' || tree.kind === 'pattern' || tree.kind === 'ofGroup') return tree
    const type = parameterAt(row, place)
    const wrong = argumentRefusal(type, tree)
    if (wrong !== null)
      throw new ExpressionRefused(at, `${wrong} as argument ${place + 1} of "${row.name}"`)
    const text = constantOf(tree)
    if (typeof text === 'string' && type === 'pattern')
      return patternArgument(text, at, this.#reading.patterns)
    if (typeof text === 'string' && type === 'ofGroup') return this.#ofGroup(text, at, depth)
    return tree
  }

  #ofGroup(source: string, at: number, depth: number): Argument {
    if (this.#isOfGroup) throw new ExpressionRefused(at, 'an expression about a group has no other')
    try {
      return {
        kind: 'ofGroup',
        source,
        expression: wholeOf(source, depth + 1, this.#reading, true),
      }
    } catch (error) {
      if (!(error instanceof ExpressionRefused)) throw error
      // After the quote, and no further than the words go.
      throw new ExpressionRefused(at + 1 + error.at, error.message)
    }
  }
}
