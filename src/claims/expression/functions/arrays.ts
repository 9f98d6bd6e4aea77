/** Functions of arrays. Each takes text with commas for an array, too. */
import { sameValue, textOf } from '../operators.ts'
import { WORK } from '../steps.ts'
import type { Value } from '../tree.ts'
import { row, type FunctionRow, type Running } from './row.ts'

function flat(values: readonly Value[], into: Value[]): readonly Value[] {
  for (const value of values)
    if (Array.isArray(value)) flat(value as readonly Value[], into)
    else into.push(value)
  return into
}

function joined(list: readonly Value[], run: Running): string | undefined {
  run.charge(list.length * WORK.member)
  const texts = list.map((one) => (one === null ? '' : textOf(one)))
  return texts.includes(undefined) ? undefined : texts.join(',')
}

export const ARRAY_FUNCTIONS: readonly FunctionRow[] = [
  row({
    name: 'Arrays.add',
    says: 'An array with a value after its last.',
    parameters: ['list', 'any'],
    result: 'list',
    call: ([list, value]) => [...list, value],
    example: ['Arrays.add({10, 20, 30}, 40)', [10, 20, 30, 40]],
  }),
  row({
    name: 'Arrays.remove',
    says: 'An array without the members that are the same as a value.',
    parameters: ['list', 'any'],
    result: 'list',
    call: ([list, value]) => list.filter((one) => !sameValue(one, value)),
    example: ['Arrays.remove({10, 20, 30}, 20)', [10, 30]],
  }),
  row({
    name: 'Arrays.clear',
    says: 'An array without members.',
    parameters: ['list'],
    result: 'list',
    call: () => [],
    example: ['Arrays.clear({10, 20, 30})', []],
  }),
  row({
    name: 'Arrays.get',
    says: 'The member at a place, counted from 0; where there is none, the expression fails.',
    parameters: ['list', 'whole'],
    result: 'any',
    call: ([list, at]) => list[at],
    example: ['Arrays.get({0, 1, 2}, 0)', 0],
  }),
  row({
    name: 'Arrays.flatten',
    says: 'One array of all values, with the members of arrays in their place.',
    parameters: [],
    repeated: ['any'],
    result: 'list',
    call: (_, values) => flat(values, []),
    example: ['Arrays.flatten(10, {20, 30}, 40)', [10, 20, 30, 40]],
  }),
  row({
    name: 'Arrays.contains',
    says: 'Whether a member is the same as a value.',
    parameters: ['list', 'any'],
    result: 'boolean',
    call: ([list, value]) => list.some((one) => sameValue(one, value)),
    example: ['Arrays.contains({10, 20, 30}, 10)', true],
  }),
  row({
    name: 'Arrays.size',
    says: 'How many members an array has.',
    parameters: ['list'],
    result: 'number',
    call: ([list]) => list.length,
    example: ['Arrays.size({10, 20, 30})', 3],
  }),
  row({
    name: 'Arrays.isEmpty',
    says: 'Whether an array has no member.',
    parameters: ['list'],
    result: 'boolean',
    call: ([list]) => list.length === 0,
    example: ['Arrays.isEmpty({10, 20, 30})', false],
  }),
  row({
    name: 'Arrays.toCsvString',
    says: 'The members as text, with commas between them.',
    parameters: ['list'],
    result: 'text',
    call: ([list], _, run) => joined(list, run),
    example: ['Arrays.toCsvString({"This", "is", " a ", "test"})', 'This,is, a ,test'],
  }),
]
