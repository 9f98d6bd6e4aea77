/** String functions, and the global ones of older expressions, which do the same as some of them. */
import { limits } from '../../../platform/limits.ts'
import { textOf } from '../operators.ts'
import type { Value } from '../tree.ts'
import { row, type FunctionRow } from './row.ts'

/** Only this one can make much of little, so it is measured before it is done. */
function replaced(text: string, match: string, replacement: string): string | undefined {
  if (match === '') return text
  const pieces = text.split(match)
  const length = text.length + (pieces.length - 1) * (replacement.length - match.length)
  return length > limits.expressionValueSizeMax ? undefined : pieces.join(replacement)
}

function replacedFirst(text: string, match: string, replacement: string): string {
  const at = text.indexOf(match)
  return at < 0 ? text : text.slice(0, at) + replacement + text.slice(at + match.length)
}

const before = (text: string, separator: string): string => {
  const at = text.indexOf(separator)
  return at < 0 ? text : text.slice(0, at)
}

const after = (text: string, separator: string): string => {
  const at = text.indexOf(separator)
  return at < 0 ? '' : text.slice(at + separator.length)
}

/** The value of the first key that the input holds. */
function switched(input: Value, otherwise: Value, pairs: readonly string[]): Value | undefined {
  const text = textOf(input ?? '')
  const at = pairs.findIndex((key, place) => place % 2 === 0 && text?.includes(key) === true)
  if (text === undefined) return undefined
  return at < 0 ? otherwise : pairs[at + 1]
}

const SAMPLE = '"This is a test"'

export const STRING_FUNCTIONS: readonly FunctionRow[] = [
  row({
    name: 'String.append',
    says: 'Text with other text after it.',
    parameters: ['text', 'text'],
    result: 'text',
    call: ([text, suffix]) => text + suffix,
    example: ['String.append("This is", " a test")', 'This is a test'],
  }),
  row({
    name: 'String.join',
    says: 'Values as one text, with a separator between them; null is passed over.',
    parameters: ['text'],
    repeated: ['any'],
    result: 'text',
    call([separator], values) {
      const texts = values.filter((value) => value !== null).map(textOf)
      return texts.includes(undefined) ? undefined : texts.join(separator)
    },
    example: ['String.join(",", "a", "b")', 'a,b'],
  }),
  row({
    name: 'String.len',
    says: 'How many characters text has.',
    parameters: ['text'],
    result: 'number',
    call: ([text]) => text.length,
    example: ['String.len("This")', 4],
  }),
  row({
    name: 'String.removeSpaces',
    says: 'Text without its spaces, tabs and line ends.',
    parameters: ['text'],
    result: 'text',
    call: ([text]) => text.replaceAll(/\s/g, ''),
    example: [`String.removeSpaces(${SAMPLE})`, 'Thisisatest'],
  }),
  row({
    name: 'String.replace',
    says: 'Text in which each place of another text is replaced.',
    parameters: ['text', 'text', 'text'],
    result: 'text',
    searches: true,
    call: ([text, match, replacement]) => replaced(text, match, replacement),
    example: [`String.replace(${SAMPLE}, "is", "at")`, 'That at a test'],
  }),
  row({
    name: 'String.replaceFirst',
    says: 'Text in which the first place of another text is replaced.',
    parameters: ['text', 'text', 'text'],
    result: 'text',
    searches: true,
    call: ([text, match, replacement]) => replacedFirst(text, match, replacement),
    example: [`String.replaceFirst(${SAMPLE}, "is", "at")`, 'That is a test'],
  }),
  row({
    name: 'String.startsWith',
    says: 'Whether text begins with another.',
    parameters: ['text', 'text'],
    result: 'boolean',
    whenNull: false,
    call: ([text, prefix]) => text.startsWith(prefix),
    example: ['String.startsWith("Kiss", "K")', true],
  }),
  row({
    name: 'String.stringContains',
    says: 'Whether text holds another anywhere.',
    parameters: ['text', 'text'],
    result: 'boolean',
    searches: true,
    whenNull: false,
    call: ([text, part]) => text.includes(part),
    example: [`String.stringContains(${SAMPLE}, "test")`, true],
  }),
  row({
    name: 'String.stringSwitch',
    says: 'The value after the first key that the input holds; the default when it holds none.',
    parameters: ['any', 'any'],
    repeated: ['text', 'text'],
    result: 'any',
    searches: true,
    call: ([input, otherwise], pairs) => switched(input, otherwise, pairs),
    example: [`String.stringSwitch(${SAMPLE}, "default", "test", "value1")`, 'value1'],
  }),
  row({
    name: 'String.substring',
    says: 'The characters from one place to another, counted from 0; the one at the end is left out.',
    parameters: ['text', 'whole', 'whole'],
    result: 'text',
    call: ([text, start, end]) => text.slice(start, end),
    example: [`String.substring(${SAMPLE}, 2, 9)`, 'is is a'],
  }),
  row({
    name: 'String.substringAfter',
    says: 'What follows the first place of another text; empty when there is none.',
    parameters: ['text', 'text'],
    result: 'text',
    searches: true,
    call: ([text, separator]) => after(text, separator),
    example: ['String.substringAfter("abc@okta.com", "@")', 'okta.com'],
  }),
  row({
    name: 'String.substringBefore',
    says: 'What stands before the first place of another text; all of it when there is none.',
    parameters: ['text', 'text'],
    result: 'text',
    searches: true,
    call: ([text, separator]) => before(text, separator),
    example: ['String.substringBefore("abc@okta.com", "@")', 'abc'],
  }),
  row({
    name: 'String.toUpperCase',
    says: 'Text in capital letters.',
    parameters: ['text'],
    result: 'text',
    call: ([text]) => text.toUpperCase(),
    example: ['String.toUpperCase("This")', 'THIS'],
  }),
  row({
    name: 'String.toLowerCase',
    says: 'Text in small letters.',
    parameters: ['text'],
    result: 'text',
    call: ([text]) => text.toLowerCase(),
    example: ['String.toLowerCase("This")', 'this'],
  }),
]

/** By names without a family. */
const GLOBAL = [
  'String.toUpperCase',
  'String.toLowerCase',
  'String.substringBefore',
  'String.substringAfter',
  'String.substring',
]

export const DEPRECATED_FUNCTIONS: readonly FunctionRow[] = STRING_FUNCTIONS.filter(({ name }) =>
  GLOBAL.includes(name),
).map((one) => ({
  ...one,
  name: one.name.slice('String.'.length),
  says: `An older name of \`${one.name}\`.`,
  example: [one.example[0].slice('String.'.length), one.example[1]],
}))
