/**
 * From a tree to what evaluates it: functions that call each other, with everything looked up that does not depend on
 * the token. Each charges for itself and for the size of what it touches.
 */
import { limits } from '../../platform/limits.ts'
import { FUNCTIONS } from './functions/index.ts'
import {
  arityRefusal,
  parameterAt,
  PARAMETERS,
  takesNull,
  type Criteria,
  type FunctionRow,
} from './functions/row.ts'
import { OPERATIONS } from './operators.ts'
import { Matcher, type PatternMemory } from './pattern/matcher.ts'
import { NO_VALUE, present, type Evaluable, type Run } from './run.ts'
import { searchWork, WORK } from './steps.ts'
import type { Argument, Expression, Value } from './tree.ts'

type Compilers = {
  readonly [Kind in Expression['kind']]: (
    expression: Extract<Expression, { kind: Kind }>,
    memory: PatternMemory,
  ) => Evaluable
}

/** `memory` is what its patterns may keep. */
export function compileExpression(expression: Expression, memory: PatternMemory): Evaluable {
  const compiler = COMPILERS[expression.kind] as (
    one: Expression,
    memory: PatternMemory,
  ) => Evaluable
  return compiler(expression, memory)
}

const isList = (value: Value): value is readonly Value[] => Array.isArray(value)

function truth(value: Value): boolean {
  if (typeof value !== 'boolean') throw NO_VALUE
  return value
}

/** A token has no number that JSON has not. */
function finite(value: Value | undefined): Value {
  if (value === undefined || (typeof value === 'number' && !Number.isFinite(value))) throw NO_VALUE
  return value
}

/** An own member: a path like app.profile.constructor must find nothing. */
function memberOf(of: unknown, name: string): unknown {
  if (typeof of !== 'object' || of === null || Array.isArray(of)) return null
  return Object.hasOwn(of, name) ? (of as Record<string, unknown>)[name] : null
}

/** What has nothing to say comes last. */
function memberAt(of: unknown, path: readonly string[]): Value {
  let value = of
  for (const name of path) value = memberOf(value, name)
  return (value ?? null) as Value
}

const COMPILERS: Compilers = {
  literal: ({ value }) => {
    return (run) => {
      run.charge(1)
      return value
    }
  },
  array({ items }, memory) {
    const evaluables = items.map((item) => compileExpression(item, memory))
    return (run) => {
      run.charge(1)
      return evaluables.map((evaluable) => evaluable(run))
    }
  },
  attribute: ({ path }) => {
    return (run) => {
      run.charge(1)
      return finite(memberAt(run.scope, path))
    }
  },
  internal: ({ property }) => {
    return (run) => {
      run.charge(1)
      return run.surroundings.internal?.[property] ?? null
    }
  },
  linked({ name, attribute }) {
    const path = [name, attribute]
    return (run) => {
      run.charge(1)
      return finite(memberAt(present(run.surroundings.linked), path))
    }
  },
  call: ({ name, args }, memory) => compileCall(FUNCTIONS.get(name), args, memory),
  not({ operand }, memory) {
    const evaluable = compileExpression(operand, memory)
    return (run) => {
      run.charge(1)
      return !truth(evaluable(run))
    }
  },
  binary({ operator, left, right }, memory) {
    const [first, second] = [compileExpression(left, memory), compileExpression(right, memory)]
    const { call } = OPERATIONS[operator]
    // Of these the second is not looked at when the first decides.
    if (call === undefined) return decided(operator === 'or', first, second)
    return (run) => {
      run.charge(1)
      const [one, other] = [first(run), second(run)]
      run.measure(one)
      run.measure(other)
      return finite(call(one, other))
    }
  },
  matches({ text, program }, memory) {
    const evaluable = compileExpression(text, memory)
    const matcher = new Matcher(program, memory)
    return (run) => {
      run.charge(1)
      const value = evaluable(run)
      if (value === null) return false
      if (typeof value !== 'string') throw NO_VALUE
      return run.matches(matcher, value)
    }
  },
  choice({ test, yes, no }, memory) {
    const evaluable = compileExpression(test, memory)
    const [first, second] = [compileExpression(yes, memory), compileExpression(no, memory)]
    return (run) => {
      run.charge(1)
      return truth(evaluable(run)) ? first(run) : second(run)
    }
  },
  elvis({ value, otherwise }, memory) {
    const [first, second] = [compileExpression(value, memory), compileExpression(otherwise, memory)]
    return (run) => {
      run.charge(1)
      const found = first(run)
      return found === null || found === '' ? second(run) : found
    }
  },
  item({ of, index }, memory) {
    const [list, place] = [compileExpression(of, memory), compileExpression(index, memory)]
    return (run) => {
      run.charge(1)
      const [members, at] = [list(run), place(run)]
      if (!isList(members) || typeof at !== 'number') throw NO_VALUE
      return finite(members[at])
    }
  },
  projection({ of, member }, memory) {
    const list = compileExpression(of, memory)
    return (run) => {
      run.charge(1)
      const members = list(run)
      if (members === null) return null
      if (!isList(members)) throw NO_VALUE
      run.charge(members.length * WORK.member)
      return members.map((one) => (memberOf(one, member) ?? null) as Value)
    }
  },
}

const decided = (by: boolean, first: Evaluable, second: Evaluable): Evaluable => {
  return (run) => {
    run.charge(1)
    return truth(first(run)) === by ? by : truth(second(run))
  }
}

const NEVER: Evaluable = () => {
  throw NO_VALUE
}

const NO_MORE: readonly unknown[] = Object.freeze([])

/** An argument that the token decides. */
interface Part {
  readonly at: number
  readonly evaluable: Evaluable
  readonly read: (value: Value) => unknown
  /** Whether the function has a say about null. */
  readonly takesNull: boolean
}

/** What is known of the arguments of a call before there is a token. */
interface Arguments {
  /** In their places, as they are read. */
  readonly known: unknown[]
  readonly parts: Part[]
  /** Criteria, which are values in a form of their own. */
  readonly criteria: (readonly [at: number, read: (run: Run) => Criteria])[]
  /** Steps of those that are known. */
  steps: number
  /** Of what is looked through, and of what is looked for. */
  first: number
  others: number
  isNull: boolean
}

function compileCall(
  row: FunctionRow | undefined,
  args: readonly Argument[],
  memory: PatternMemory,
): Evaluable {
  if (row === undefined || arityRefusal(row, args.length) !== null) return NEVER
  const given: Arguments = {
    known: [],
    parts: [],
    criteria: [],
    steps: 0,
    first: 0,
    others: 0,
    isNull: false,
  }
  for (const [at, argument] of args.entries())
    if (!addArgument(given, row, at, argument, memory)) return NEVER
  const { known, parts, criteria } = given
  known.length = args.length
  const own = given.steps + WORK.call
  const needed = row.parameters.length
  const { searches = false, whenNull = null } = row
  return (run) => {
    run.charge(own)
    let { first, others, isNull } = given
    const read = known.slice()
    for (const part of parts) {
      const value = part.evaluable(run)
      const size = run.measure(value)
      if (part.at === 0) first += size
      else others += size
      if (value === null && !part.takesNull) isNull = true
      else read[part.at] = present(part.read(value))
    }
    for (const [at, readCriteria] of criteria) read[at] = readCriteria(run)
    if (isNull) return whenNull
    if (searches) run.charge(searchWork(first, others))
    const more = read.length === needed ? NO_MORE : read.splice(needed)
    const result = finite(row.call(read as never, more as never, run))
    if (run.measure(result) > limits.expressionValueSizeMax) throw NO_VALUE
    return result
  }
}

/** False: what stands there can never be read. */
function addArgument(
  given: Arguments,
  row: FunctionRow,
  at: number,
  argument: Argument,
  memory: PatternMemory,
): boolean {
  const type = parameterAt(row, at)
  const { read } = PARAMETERS[type]
  if (argument.kind === 'pattern') given.known[at] = new Matcher(argument.program, memory)
  else if (argument.kind === 'ofGroup')
    given.known[at] = compileExpression(argument.expression, memory)
  else if (argument.kind === 'criteria')
    given.criteria.push([at, compileCriteria(argument, memory)])
  else if (argument.kind === 'literal') {
    const { value } = argument
    const size = typeof value === 'string' ? value.length : 1
    given.steps += 1 + size
    if (at === 0) given.first = size
    else given.others += size
    if (value === null && !takesNull(type)) given.isNull = true
    else given.known[at] = read(value)
    return given.isNull || given.known[at] !== undefined
  } else {
    const evaluable = compileExpression(argument, memory)
    given.parts.push({ at, evaluable, read, takesNull: takesNull(type) })
  }
  return true
}

function compileCriteria(
  { operator, entries }: Extract<Argument, { kind: 'criteria' }>,
  memory: PatternMemory,
) {
  const evaluables = entries.map(
    ([criterion, expression]) => [criterion, compileExpression(expression, memory)] as const,
  )
  return (run: Run): Criteria => {
    const texts = evaluables.map(([criterion, evaluable]) => {
      const value = evaluable(run)
      return [criterion, isList(value) ? value : [value]] as const
    })
    return { operator, entries: texts }
  }
}
