/** An instant as a pattern of Joda-Time writes it. */
import { DAYS, MONTHS, readFormat, type Field } from './format.ts'
import { asUtc, fieldsOf, type Fields } from './zone.ts'

const padded = (value: number, width: number): string => String(value).padStart(width, '0')

const named = (names: readonly string[], at: number, width: number): string =>
  width > 3 ? names[at]! : names[at]!.slice(0, 3)

const year = ({ year: value }: Fields, width: number): string =>
  width === 2 ? padded(value % 100, 2) : padded(value, width)

/** `+0100`, or with a colon. */
function offset({ offset: minutes }: Fields, colon: string): string {
  const size = Math.abs(minutes)
  const sign = minutes < 0 ? '-' : '+'
  return sign + padded(Math.floor(size / 60), 2) + colon + padded(size % 60, 2)
}

const DAY_MILLIS = 86_400_000

const dayOfYear = (fields: Fields): number =>
  Math.floor((asUtc(fields) - asUtc({ ...fields, month: 1, day: 1 })) / DAY_MILLIS + 0.5) + 1

const WRITERS: ReadonlyMap<string, (fields: Fields, width: number, zone: string) => string> =
  new Map<string, (fields: Fields, width: number, zone: string) => string>([
    ['y', year],
    ['Y', year],
    [
      'M',
      ({ month }, width) => (width > 2 ? named(MONTHS, month - 1, width) : padded(month, width)),
    ],
    ['d', ({ day }, width) => padded(day, width)],
    ['D', (fields, width) => padded(dayOfYear(fields), width)],
    ['E', (fields, width) => named(DAYS, new Date(asUtc(fields)).getUTCDay(), width)],
    ['a', ({ hour }) => (hour < 12 ? 'AM' : 'PM')],
    ['H', ({ hour }, width) => padded(hour, width)],
    ['k', ({ hour }, width) => padded(hour === 0 ? 24 : hour, width)],
    ['K', ({ hour }, width) => padded(hour % 12, width)],
    ['h', ({ hour }, width) => padded(hour % 12 === 0 ? 12 : hour % 12, width)],
    ['m', ({ minute }, width) => padded(minute, width)],
    ['s', ({ second }, width) => padded(second, width)],
    ['S', ({ millis }, width) => padded(millis, 3).padEnd(width, '0').slice(0, width)],
    ['Z', (fields, width, zone) => (width > 2 ? zone : offset(fields, width === 2 ? ':' : ''))],
    ['z', (_fields, _width, zone) => zone],
  ])

const written = (field: Field, fields: Fields, zone: string): string =>
  'text' in field ? field.text : WRITERS.get(field.letter)!(fields, field.width, zone)

/** Undefined: the pattern is none, or the year has more than four digits. */
export function writeTime(millis: number, zone: string, pattern: string): string | undefined {
  const fields = fieldsOf(millis, zone)
  return fields === null
    ? undefined
    : readFormat(pattern)
        ?.map((field) => written(field, fields, zone))
        .join('')
}
