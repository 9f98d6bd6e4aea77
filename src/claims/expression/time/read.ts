/** Text that a pattern of Joda-Time describes, read as an instant. Without a zone in it, it is UTC. */
import { DAYS, MONTHS, readFormat, type Field } from './format.ts'
import { asUtc } from './zone.ts'

interface Reading {
  year: number
  month: number
  day: number
  hour: number
  isAfternoon: boolean | null
  minute: number
  second: number
  millis: number
  offset: number
}

type Reader = (reading: Reading, text: string) => boolean

const number =
  (
    field: 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second',
    from: number,
    to: number,
  ): Reader =>
  (reading, text) => {
    reading[field] = Number(text)
    return reading[field] >= from && reading[field] <= to
  }

const nameIn = (names: readonly string[], text: string): number =>
  names.findIndex((name) =>
    [name, name.slice(0, 3)].some((form) => form.toLowerCase() === text.toLowerCase()),
  )

const year: Reader = (reading, text) => {
  reading.year = Number(text) + (text.length === 2 ? 2000 : 0)
  return reading.year > 0
}

const month: Reader = (reading, text) => {
  reading.month = /^\d/.test(text) ? Number(text) : nameIn(MONTHS, text) + 1
  return reading.month >= 1 && reading.month <= 12
}

const half: Reader = (reading, text) => {
  reading.isAfternoon = text.toUpperCase() === 'PM'
  return true
}

const fraction: Reader = (reading, text) => {
  reading.millis = Number(text.padEnd(3, '0').slice(0, 3))
  return true
}

const offset: Reader = (reading, text) => {
  const [sign, hours, minutes] = [text[0], Number(text.slice(1, 3)), Number(text.slice(-2))]
  reading.offset = text.length < 5 ? 0 : (hours * 60 + minutes) * (sign === '-' ? -1 : 1)
  return true
}

const DIGITS = '\\d'
const ZONE = 'UTC|GMT|Z|[+-]\\d\\d:?\\d\\d'

/** Of each letter what it reads, and what is done with it. */
const READERS: ReadonlyMap<string, readonly [pattern: string, read: Reader]> = new Map([
  ['y', [DIGITS, year]],
  ['Y', [DIGITS, year]],
  ['M', [DIGITS, month]],
  ['d', [DIGITS, number('day', 1, 31)]],
  ['H', [DIGITS, number('hour', 0, 23)]],
  ['k', [DIGITS, number('hour', 1, 24)]],
  ['K', [DIGITS, number('hour', 0, 11)]],
  ['h', [DIGITS, number('hour', 1, 12)]],
  ['m', [DIGITS, number('minute', 0, 59)]],
  ['s', [DIGITS, number('second', 0, 59)]],
  ['S', [DIGITS, fraction]],
  ['a', ['AM|PM', half]],
  ['E', ['[a-z]{1,9}', (_, text) => nameIn(DAYS, text) >= 0]],
  ['Z', [ZONE, offset]],
  ['z', [ZONE, offset]],
])

const isNumeric = (field: Field | undefined): boolean =>
  field !== undefined && 'letter' in field && !/[aEZz]/.test(field.letter) && !isName(field)

const isName = (field: Field): boolean =>
  'letter' in field && field.letter === 'M' && field.width > 2

/** As many digits as the pattern has letters where digits follow, otherwise as many as there are. */
function shapeOf(
  field: Extract<Field, { letter: string }>,
  next: Field | undefined,
): string | null {
  const pattern = isName(field) ? '[a-z]{3,9}' : READERS.get(field.letter)?.[0]
  if (pattern !== DIGITS) return pattern ?? null
  return isNumeric(next) ? `\\d{${field.width}}` : `\\d{1,${Math.max(field.width, 4)}}`
}

const EPOCH: Reading = {
  year: 1970,
  month: 1,
  day: 1,
  hour: 0,
  isAfternoon: null,
  minute: 0,
  second: 0,
  millis: 0,
  offset: 0,
}

/** Undefined: the text is not of the pattern, or no date. */
export function readTime(text: string, pattern: string): number | undefined {
  const fields = readFormat(pattern)
  if (fields === null) return undefined
  const reading = { ...EPOCH }
  let at = 0
  for (const [index, field] of fields.entries()) {
    const length =
      'text' in field
        ? literal(field.text, text, at)
        : part(field, fields[index + 1], text, at, reading)
    if (length === null) return undefined
    at += length
  }
  return at === text.length ? instantOf(reading) : undefined
}

const literal = (expected: string, text: string, at: number): number | null =>
  text.startsWith(expected, at) ? expected.length : null

function part(
  field: Extract<Field, { letter: string }>,
  next: Field | undefined,
  text: string,
  at: number,
  reading: Reading,
): number | null {
  const shape = shapeOf(field, next)
  if (shape === null) return null
  const matcher = new RegExp(shape, 'iy')
  matcher.lastIndex = at
  const found = matcher.exec(text)?.[0]
  const read = READERS.get(field.letter)?.[1]
  return found !== undefined && read?.(reading, found) === true ? found.length : null
}

function instantOf(reading: Reading): number | undefined {
  const { isAfternoon, hour, day, month: monthOf, offset: minutes } = reading
  const hours = isAfternoon === null ? hour % 24 : (hour % 12) + (isAfternoon ? 12 : 0)
  const millis = asUtc({ ...reading, hour: hours })
  const date = new Date(millis)
  const isDate = date.getUTCDate() === day && date.getUTCMonth() === monthOf - 1
  return isDate ? millis - minutes * 60_000 : undefined
}
