/** The tables that the language and its reference are made of: each row is said in a sentence, and its example holds. */
import { describe, expect, it } from 'vitest'
import type { Described } from '../../../src/claims/expression/described.ts'
import { FORMS, LITERALS } from '../../../src/claims/expression/forms.ts'
import { FAMILIES, FUNCTIONS } from '../../../src/claims/expression/functions/index.ts'
import { OBJECTS } from '../../../src/claims/expression/objects.ts'
import { OPERATIONS } from '../../../src/claims/expression/operators.ts'
import { OPERATORS, type Expression } from '../../../src/claims/expression/tree.ts'
import { tree, value } from '../support/expressions.ts'

type Named = readonly [name: string, row: Described]

const TABLES: readonly (readonly [table: string, rows: readonly Named[]])[] = [
  ['literals', LITERALS.map((row) => [row.written, row])],
  ['objects', OBJECTS.map((row) => [row.name, row])],
  ['operators', Object.entries(OPERATIONS)],
  ['forms', Object.entries(FORMS)],
  ['functions', [...FUNCTIONS]],
]

/** A tree and everything in it. */
const nodesOf = (expression: Expression): readonly Expression[] => [
  expression,
  ...Object.values(expression)
    .flat()
    .flatMap((part: unknown) =>
      typeof part === 'object' && part !== null && 'kind' in part
        ? nodesOf(part as Expression)
        : [],
    ),
]

describe.each(TABLES)('of %s', (_, rows) => {
  it.each(rows.map(([name, { example }]) => [name, ...example] as const))(
    '%s: %s is %j',
    (_name, source, expected) => {
      expect(value(source)).toEqual(expected)
    },
  )

  it.each(rows)('%s is said in one sentence of its own', (_name, { says }) => {
    expect(says).toMatch(/^[A-Z`][^\n]{8,160}\.$/)
    expect(rows.filter(([, other]) => other.says === says)).toHaveLength(1)
    expect(says.split('`').length % 2).toBe(1)
  })
})

describe('an example shows what it is the example of', () => {
  it.each(Object.entries(FORMS))('%s', (kind, { example }) => {
    expect(nodesOf(tree(example[0])).map((node) => node.kind)).toContain(kind)
  })

  it.each(OPERATORS.flat())('%s', (operator) => {
    const nodes = nodesOf(tree(OPERATIONS[operator].example[0]))
    expect(nodes).toContainEqual(expect.objectContaining({ kind: 'binary', operator }))
  })

  it.each(LITERALS)('$written', ({ example }) => {
    expect(nodesOf(tree(example[0])).map(({ kind }) => kind)).toContain('literal')
  })

  it.each(OBJECTS)('$name', ({ name, example }) => {
    const read = nodesOf(tree(example[0])).flatMap((node) =>
      node.kind === 'attribute' ? [node.path.join('.')] : [],
    )
    expect(read.some((path) => path === name || path.startsWith(`${name}.`))).toBe(true)
  })

  it.each([...FUNCTIONS.values()])('$name', ({ name, example }) => {
    expect(nodesOf(tree(example[0]))).toContainEqual(
      expect.objectContaining({ kind: 'call', name }),
    )
  })
})

describe('an object in the table', () => {
  it.each(OBJECTS.filter(({ attribute, isOfGroup }) => attribute === 'any' && isOfGroup !== true))(
    '$name has any attribute',
    ({ name }) => {
      expect(value(`${name}.neverSet`)).toBeNull()
    },
  )
})

it('every operator can be written in its other spelling', () => {
  for (const [operator, { spelling, example }] of Object.entries(OPERATIONS)) {
    if (spelling === undefined) continue
    const other = example[0].replaceAll(operator.toUpperCase(), spelling)
    expect(other).toContain(spelling)
    expect(tree(other)).toEqual(tree(example[0]))
  }
})

it('every function is of one family', () => {
  expect(FAMILIES.flatMap(({ rows }) => rows.map(({ name }) => name))).toEqual([
    ...FUNCTIONS.keys(),
  ])
})
