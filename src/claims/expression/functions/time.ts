/** Functions of time. What the time is comes in with the request. */
import { parseInstant, timestampOfMillis } from '../../../platform/clock.ts'
import { readTime } from '../time/read.ts'
import { writeTime } from '../time/write.ts'
import { isInRange } from '../time/zone.ts'
import { WORK } from '../steps.ts'
import { row, type FunctionRow, type Running } from './row.ts'

/** From the epoch of Windows (1601) to that of Unix, and the ticks of 100 ns in a millisecond. */
const WINDOWS_EPOCH_MILLIS = 11_644_473_600_000
const TICKS = 10_000n

/** Undefined outside of the years that have four digits. */
const iso = (millis: number | undefined): string | undefined =>
  millis !== undefined && isInRange(millis) ? timestampOfMillis(millis) : undefined

const instant = (text: string): number | undefined => parseInstant(text) ?? undefined

const WHOLE = /^-?\d{1,20}$/

const fromWindows = (text: string): number | undefined =>
  WHOLE.test(text) ? Number(BigInt(text) / TICKS) - WINDOWS_EPOCH_MILLIS : undefined

const toWindows = (millis: number | undefined): string | undefined =>
  millis === undefined
    ? undefined
    : String(BigInt(Math.trunc(millis) + WINDOWS_EPOCH_MILLIS) * TICKS)

const toUnix = (millis: number | undefined): string | undefined =>
  millis === undefined ? undefined : String(Math.floor(millis / 1000))

function written(millis: number, zone: string, format: string, run: Running): string | undefined {
  run.charge(format.length * WORK.timePattern + (zone === 'UTC' ? 0 : WORK.clock))
  return writeTime(millis, zone, format)
}

function read(text: string, format: string, run: Running): number | undefined {
  run.charge(format.length * WORK.timePattern)
  return readTime(text, format)
}

/** The tests take this as the present. */
const EXAMPLE = '2014-11-07T19:00:00.000Z'

export const TIME_FUNCTIONS: readonly FunctionRow[] = [
  row({
    name: 'Time.now',
    says: 'The time now, in UTC and ISO 8601 unless a zone and a pattern say otherwise.',
    parameters: [],
    optional: ['zone', 'format'],
    result: 'text',
    call(_, [zone, format], run) {
      if (zone === undefined) return iso(run.nowMillis)
      return written(run.nowMillis, zone, format ?? "yyyy-MM-dd'T'HH:mm:ss.SSSZZ", run)
    },
    example: ['Time.now("EST", "YYYY-MM-dd HH:mm:ss")', '2014-11-07 14:00:00'],
  }),
  row({
    name: 'Time.fromWindowsToIso8601',
    says: 'A time of Windows (units of 100 ns since 1601) in ISO 8601.',
    parameters: ['text'],
    result: 'text',
    call: ([text]) => iso(fromWindows(text)),
    example: ['Time.fromWindowsToIso8601("130598604000000000")', EXAMPLE],
  }),
  row({
    name: 'Time.fromUnixToIso8601',
    says: 'A time of Unix (seconds since 1970) in ISO 8601.',
    parameters: ['text'],
    result: 'text',
    call: ([text]) => (WHOLE.test(text) ? iso(Number(text) * 1000) : undefined),
    example: ['Time.fromUnixToIso8601("1415386800")', EXAMPLE],
  }),
  row({
    name: 'Time.fromStringToIso8601',
    says: 'A time that a pattern describes in ISO 8601; without a zone in it, it is UTC.',
    parameters: ['text', 'format'],
    result: 'text',
    call: ([text, format], _, run) => iso(read(text, format, run)),
    example: ['Time.fromStringToIso8601("07/11/2014 19:00", "dd/MM/yyyy HH:mm")', EXAMPLE],
  }),
  row({
    name: 'Time.fromIso8601ToWindows',
    says: 'A time in ISO 8601 as Windows counts (units of 100 ns since 1601).',
    parameters: ['text'],
    result: 'text',
    call: ([text]) => toWindows(instant(text)),
    example: [`Time.fromIso8601ToWindows("${EXAMPLE}")`, '130598604000000000'],
  }),
  row({
    name: 'Time.fromIso8601ToUnix',
    says: 'A time in ISO 8601 as Unix counts (seconds since 1970).',
    parameters: ['text'],
    result: 'text',
    call: ([text]) => toUnix(instant(text)),
    example: [`Time.fromIso8601ToUnix("${EXAMPLE}")`, '1415386800'],
  }),
  row({
    name: 'Time.fromIso8601ToString',
    says: 'A time in ISO 8601 as a pattern writes it, in UTC.',
    parameters: ['text', 'format'],
    result: 'text',
    call([text, format], _, run) {
      const millis = instant(text)
      return millis === undefined ? undefined : written(millis, 'UTC', format, run)
    },
    example: [
      `Time.fromIso8601ToString("${EXAMPLE}", "EEE, d MMM yyyy h a")`,
      'Fri, 7 Nov 2014 7 PM',
    ],
  }),
]
