/**
 * What an expression comes to, written a second time and as plainly as can be: a walk over the tree that counts its
 * steps. What the product evaluates is held against it.
 */
import type {
  Evaluated,
  ExpressionScope,
  Surroundings,
} from '../../../src/claims/expression/evaluate.ts'
import { groupValue } from '../../../src/claims/expression/functions/groups.ts'
import { FUNCTIONS } from '../../../src/claims/expression/functions/index.ts'
import {
  arityRefusal,
  parameterAt,
  PARAMETERS,
  takesNull,
} from '../../../src/claims/expression/functions/row.ts'
import { OPERATIONS } from '../../../src/claims/expression/operators.ts'
import type { Argument, Expression, Value } from '../../../src/claims/expression/tree.ts'
import type { GroupOfPerson } from '../../../src/domain/person.ts'
import { limits } from '../../../src/platform/limits.ts'
import { referenceMatch } from './reference-match.ts'

class Failed extends Error {}

type Call = Extract<Expression, { kind: 'call' }>

export function referenceResult(
  expression: Expression,
  scope: ExpressionScope,
  surroundings: Surroundings,
): Evaluated & { readonly steps: number } {
  const walk = new Walk(surroundings)
  try {
    const value = walk.value(expression, scope)
    walk.charge(sizeOf(value))
    return { outcome: 'value', value, steps: walk.steps }
  } catch (error) {
    if (error instanceof Failed) return { outcome: 'failed', steps: walk.steps }
    throw error
  }
}

/** Characters of text, ten for an object, and one for everything else. */
export function sizeOf(value: Value): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 1
  const own = Array.isArray(value) ? 1 : 10
  return own + Object.values(value).reduce<number>((sum, one: Value) => sum + sizeOf(one), 0)
}

function truth(value: Value): boolean {
  if (typeof value !== 'boolean') throw new Failed()
  return value
}

function member(of: unknown, name: string): Value {
  const isObject = typeof of === 'object' && of !== null && !Array.isArray(of)
  const found: unknown = isObject ? Object.getOwnPropertyDescriptor(of, name)?.value : null
  return (found ?? null) as Value
}

class Walk {
  readonly #surroundings: Surroundings
  steps = 0

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings
  }

  charge(steps: number): void {
    this.steps += steps
    if (this.steps > limits.expressionStepsMax) throw new Failed()
  }

  value(expression: Expression, scope: ExpressionScope): Value {
    this.charge(expression.kind === 'call' ? 10 : 1)
    const found = this.#found(expression, scope)
    if (found === undefined || (typeof found === 'number' && !Number.isFinite(found)))
      throw new Failed()
    return found
  }

  #found(expression: Expression, scope: ExpressionScope): Value | undefined {
    const of = (one: Expression): Value => this.value(one, scope)
    switch (expression.kind) {
      case 'literal':
        return expression.value
      case 'array':
        return expression.items.map(of)
      case 'attribute':
        return expression.path.reduce<Value>(member, scope as never)
      case 'internal':
        return this.#surroundings.internal?.[expression.property] ?? null
      case 'linked': {
        const { linked } = this.#surroundings
        if (linked === undefined) throw new Failed()
        return [expression.name, expression.attribute].reduce<Value>(member, linked)
      }
      case 'not':
        return !truth(of(expression.operand))
      case 'choice':
        return of(truth(of(expression.test)) ? expression.yes : expression.no)
      case 'elvis': {
        const first = of(expression.value)
        return first === null || first === '' ? of(expression.otherwise) : first
      }
      case 'item': {
        const [list, at] = [of(expression.of), of(expression.index)]
        return Array.isArray(list) && typeof at === 'number' ? (list[at] as Value) : undefined
      }
      case 'projection': {
        const list = of(expression.of)
        if (list === null) return null
        if (!Array.isArray(list)) return undefined
        this.charge(list.length * 4)
        return list.map((one) => member(one, expression.member))
      }
      case 'matches': {
        const text = of(expression.text)
        if (text === null) return false
        if (typeof text !== 'string') return undefined
        return referenceMatch(expression.program, text, (steps) => this.charge(steps))
      }
      case 'binary':
        return this.#binary(expression, of)
      case 'call':
        return this.#call(expression, scope)
    }
  }

  #binary(
    { operator, left, right }: Extract<Expression, { kind: 'binary' }>,
    of: (one: Expression) => Value,
  ): Value | undefined {
    const first = of(left)
    if (operator === 'and') return truth(first) ? truth(of(right)) : false
    if (operator === 'or') return truth(first) ? true : truth(of(right))
    const second = of(right)
    this.charge(sizeOf(first) + sizeOf(second))
    return OPERATIONS[operator].call?.(first, second)
  }

  #call({ name, args }: Call, scope: ExpressionScope): Value | undefined {
    const row = FUNCTIONS.get(name)
    if (row === undefined || arityRefusal(row, args.length) !== null) return undefined
    const read: unknown[] = []
    const sizes: number[] = []
    let isNull = false
    args.forEach((argument, at) => {
      const written = this.#written(argument, scope)
      if (written !== undefined) {
        read.push(written)
        return
      }
      const value = this.value(argument as Expression, scope)
      const size = sizeOf(value)
      sizes.push(size)
      this.charge(size)
      const type = parameterAt(row, at)
      const known = PARAMETERS[type].read(value)
      if (value === null && !takesNull(type)) isNull = true
      else if (known === undefined) throw new Failed()
      else read.push(known)
    })
    if (isNull) return row.whenNull ?? null
    const [first = 0, ...others] = sizes
    if (row.searches === true) this.charge((first * others.reduce((a, b) => a + b, 0)) / 20)
    const needed = row.parameters.length
    const [given, more] = [read.slice(0, needed), read.slice(needed)]
    const result = row.call(given as never, more as never, this.#running() as never)
    const size = result === undefined ? 0 : sizeOf(result)
    if (size > limits.expressionValueSizeMax) return undefined
    this.charge(size)
    return result
  }

  #written(argument: Argument, scope: ExpressionScope): unknown {
    if (argument.kind === 'pattern') {
      const { program } = argument
      return (name: string): boolean => referenceMatch(program, name, (steps) => this.charge(steps))
    }
    if (argument.kind === 'ofGroup')
      return (group: GroupOfPerson) => {
        this.charge(40)
        return this.value(argument.expression, { ...scope, group: groupValue(group) })
      }
    if (argument.kind !== 'criteria') return undefined
    const entries = argument.entries.map(([criterion, expression]) => {
      const value = this.value(expression, scope)
      return [criterion, Array.isArray(value) ? value : [value]]
    })
    return { operator: argument.operator, entries }
  }

  #running() {
    const { nowMillis, isCodeFlow, groups } = this.#surroundings
    return {
      nowMillis,
      isCodeFlow,
      get groups() {
        if (groups === undefined) throw new Failed()
        return groups
      },
      charge: (steps: number): void => this.charge(steps),
      matches: (matches: (text: string) => boolean, text: string): boolean => matches(text),
      ofGroup: (value: (group: GroupOfPerson) => Value, group: GroupOfPerson): Value =>
        value(group),
    }
  }
}
