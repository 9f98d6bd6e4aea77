/** Texts that readers stumble over, and texts and bytes that were nearly right. */
import { TREACHEROUS } from '../expressions/situations.ts'
import type { Random } from '../random.ts'

/** Would be a tag or an attribute, wherever it came into a page as it is. */
export const MARKUP = `"'><script>alert(1)</script><img src=x onerror=alert(1)>`

/** Around the bounds that texts have; the last is longer than any body. */
const LENGTHS = [
  [8, 64],
  [8, 100],
  [8, 255],
  [8, 1024],
  [4, 4096],
  [1, 9 * 1024],
  [0.5, 16 * 1024],
  [0.2, 70_000],
] as const

const UNITS = ['a', ' ', '0', '%41', 'é', '😀', '[', '{"a":', '(', '.', '&a=', '"'] as const

const FIXED: readonly string[] = [
  ...TREACHEROUS,
  '',
  ' ',
  '\0',
  '%',
  '%zz',
  '%00',
  '%ff%fe',
  '%C0%AF',
  '%ed%a0%80',
  '\ud800',
  '\udfff',
  '\ufeff',
  '\u202e',
  '\u2028',
  'İ',
  'ﬀ',
  '😀',
  'a\r\nSet-Cookie: a=b',
  '%0d%0aSet-Cookie:%20a=b',
  MARKUP,
  `javascript:alert(1)`,
  'data:text/html,<b>',
  '//evil.example',
  'https://evil.example/',
  'http://127.0.0.1:1/',
  '../../x',
  '..%2f..%2f',
  "' OR 1=1--",
  '\\',
  '`',
  '${7*7}',
  '*',
  '+',
  '&',
  '=',
  ';',
  '#',
  '[]',
  '{}',
  '{"a":{}}',
  '[[]]',
  'null',
  'true',
  'false',
  '0',
  '-0',
  '-1',
  '1.5',
  '1e999',
  '1e-7',
  'NaN',
  'Infinity',
  '0x10',
  '٣',
  '2147483648',
  '9007199254740993',
  '99999999999999999999999999',
]

/** A text that nobody who means well would send. */
export function hostileText(random: Random): string {
  if (random.chance(0.9)) return random.one(FIXED)
  const unit = random.one(UNITS)
  const length = random.weighted(LENGTHS) + random.below(3) - 1
  return unit.repeat(Math.ceil(length / unit.length)).slice(0, length)
}

/** Text with something of it more, less, other or elsewhere. `others` are texts to take pieces of. */
export function spoiledText(random: Random, text: string, others: readonly string[]): string {
  const at = random.below(text.length + 1)
  const to = Math.min(text.length, at + random.below(20))
  const other = others.length === 0 ? '' : random.one(others)
  return random.weighted<() => string>([
    [4, () => text.slice(0, at) + random.one([...'Aa0_-.~!=&%+ "\\\n;,/:']) + text.slice(at + 1)],
    [2, () => text.slice(0, at) + String.fromCharCode(random.below(0x100)) + text.slice(at)],
    [2, () => text.slice(0, at)],
    [1, () => text.slice(at)],
    [2, () => text.slice(0, at) + text.slice(to)],
    [1, () => text.slice(0, to) + text.slice(at)],
    [1, () => text + text],
    [1, () => text.toUpperCase()],
    [1, () => ` ${text}`],
    [1, () => `${text} `],
    [1, () => text.slice(0, at) + other.slice(random.below(other.length + 1))],
    [2, () => other],
    [2, () => hostileText(random)],
    [1, () => text.slice(0, at) + hostileText(random) + text.slice(at)],
  ])()
}

/** Bytes with some of them more, less, other or elsewhere. */
export function spoiledBytes(random: Random, bytes: Uint8Array): Uint8Array {
  const at = random.below(bytes.length + 1)
  const to = Math.min(bytes.length, at + random.below(32))
  const flipped = bytes.slice()
  if (at < bytes.length) flipped[at]! ^= 1 << random.below(8)
  const joined = (...parts: readonly Uint8Array[]): Uint8Array => {
    const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
    let offset = 0
    for (const part of parts) {
      whole.set(part, offset)
      offset += part.length
    }
    return whole
  }
  return random.weighted<() => Uint8Array>([
    [4, () => flipped],
    [2, () => bytes.slice(0, at)],
    [1, () => bytes.slice(at)],
    [2, () => joined(bytes.slice(0, at), bytes.slice(to))],
    [2, () => joined(bytes.slice(0, to), bytes.slice(at))],
    [2, () => joined(bytes.slice(0, at), random.one(STRAY), bytes.slice(at))],
    [1, () => joined(bytes, bytes)],
  ])()
}

/** Bytes that are no UTF-8, or none that anybody expects: the last is how gzip begins. */
const STRAY: readonly Uint8Array[] = [
  [0],
  [0xff],
  [0xfe, 0xff],
  [0xc0, 0xaf],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xe2, 0x82],
  [0x0d, 0x0a],
  [0x1f, 0x8b, 8, 0],
].map((bytes) => Uint8Array.from(bytes))

/** What is not as it should be, once or a few times. */
export function repeatedly<Made>(random: Random, first: Made, spoil: (made: Made) => Made): Made {
  let made = first
  for (let time = 0; time <= random.below(3); time++) made = spoil(made)
  return made
}
