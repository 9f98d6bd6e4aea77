/** Regular expressions, among them those that take others for ever. */
import type { Random } from '../random.ts'

const CATASTROPHIC = [
  '(a+)+b',
  '(a|a)*b',
  '(a|aa)+$',
  '(a*)*b',
  '((a?){30}){30}',
  '(.*)(.*)(.*)(.*)b',
  '([a-z]+)*\\d',
  '(a|b|ab)*c{0,99}',
  '(((a{9}){9}){9})',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '(?i)(ß|ss)*',
]

const ATOMS = [
  'a',
  'b',
  '.',
  '\\d',
  '\\W',
  '\\s',
  '[a-c]',
  '[^a]',
  '[\\d_-]',
  '^',
  '$',
  '😀',
  '\\.',
  '[',
  '\\b',
  '(?=a)',
  '&&',
]
const TIMES = ['*', '+', '?', '{2}', '{2,}', '{0,3}', '*?', '{999}', '**', '{2,1}'] // prettier-ignore

function written(random: Random, depth: number): string {
  const atom = (): string =>
    depth > 0 && random.chance(0.3)
      ? `(${random.one(['', '?:'])}${written(random, depth - 1)})`
      : random.one(ATOMS)
  const sequence = (): string =>
    random.some(4, () => atom() + (random.chance(0.3) ? random.one(TIMES) : '')).join('')
  return [sequence(), ...random.some(1, sequence)].join('|')
}

export const aPattern = (random: Random): string =>
  random.chance(0.3)
    ? random.one(CATASTROPHIC)
    : `${random.chance(0.1) ? '(?i)' : ''}${written(random, 3)}`
