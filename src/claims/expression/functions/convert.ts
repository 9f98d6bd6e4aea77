/** Conversions: text to numbers, and countries from one of their codes to another (ISO 3166-1). */
import { countryOf, nameOf, type Country } from './countries.ts'
import type { Value } from '../tree.ts'
import { WORK } from '../steps.ts'
import { row, type FunctionRow, type Running } from './row.ts'

const NUMBER = /^\s*[+-]?\d+(\.\d+)?\s*$/

function numberOf(value: Value): number | undefined {
  // Of an object not even this may be asked: it could have members that are called as its methods are.
  if (typeof value !== 'number' && typeof value !== 'string') return undefined
  const isNumber = typeof value === 'number' || NUMBER.test(value)
  const number = Number(value)
  return isNumber && Number.isFinite(number) ? number : undefined
}

function wholeOf(value: Value): number | undefined {
  const number = numberOf(value)
  return number === undefined ? undefined : Math.round(number)
}

function found(code: string, run: Running): Country | undefined {
  run.charge(WORK.country)
  return countryOf(code)
}

export const CONVERT_FUNCTIONS: readonly FunctionRow[] = [
  row({
    name: 'Convert.toInt',
    says: 'A number, or text that is one, rounded to a whole number.',
    parameters: ['any'],
    result: 'number',
    call: ([value]) => (value === null ? null : wholeOf(value)),
    example: ['Convert.toInt("123.6")', 124],
  }),
  row({
    name: 'Convert.toNum',
    says: 'Text that is a number as that number.',
    parameters: ['any'],
    result: 'number',
    call: ([value]) => (value === null ? null : numberOf(value)),
    example: ['Convert.toNum("3.25")', 3.25],
  }),
  row({
    name: 'Iso3166Convert.toAlpha2',
    says: 'The code of two letters of a country, by any of its codes.',
    parameters: ['text'],
    result: 'text',
    call: ([code], _, run) => found(code, run)?.alpha2,
    example: ['Iso3166Convert.toAlpha2("IND")', 'IN'],
  }),
  row({
    name: 'Iso3166Convert.toAlpha3',
    says: 'The code of three letters of a country, by any of its codes.',
    parameters: ['text'],
    result: 'text',
    call: ([code], _, run) => found(code, run)?.alpha3,
    example: ['Iso3166Convert.toAlpha3("840")', 'USA'],
  }),
  row({
    name: 'Iso3166Convert.toNumeric',
    says: 'The code of three digits of a country, by any of its codes.',
    parameters: ['text'],
    result: 'text',
    call: ([code], _, run) => found(code, run)?.numeric,
    example: ['Iso3166Convert.toNumeric("USA")', '840'],
  }),
  row({
    name: 'Iso3166Convert.toName',
    says: 'The English name of a country, by any of its codes.',
    parameters: ['text'],
    result: 'text',
    call([code], _, run) {
      const country = found(code, run)
      return country && nameOf(country)
    },
    example: ['Iso3166Convert.toName("IN")', 'India'],
  }),
]
