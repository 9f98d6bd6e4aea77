/** Texts to be read as expressions: good ones, nearly good ones, spoiled ones, and what goes to a limit. */
import { limits } from '../../../src/platform/limits.ts'
import { Grammar, quotedText } from './grammar.ts'
import { aPattern } from './patterns.ts'
import type { Random } from '../random.ts'
import { someText } from './situations.ts'

const KINDS = ['text', 'number', 'boolean', 'list', 'any'] as const

const written = (random: Random, wrong: number, depth = 1 + random.below(5)): string =>
  new Grammar(random, { wrong, isOfGroup: false }).expression(random.one(KINDS), depth)

const PIECES = [...'\'"\\{}(),.-1a []?:!+<>=&|\n', 'app', '.profile', 'true', 'null', "''", '__proto__', 'user.', ' matches ', ' AND ', 'String.len(', '.![', '?:', 'group.name', '\u0000', '😀', '\ud800', '9'.repeat(400)] // prettier-ignore

/** A text with a few characters more, fewer or elsewhere. */
function spoiled(random: Random): string {
  let text = written(random, 0.02)
  for (let time = 0; time <= random.below(4); time++) {
    const [at, to] = [random.below(text.length + 1), random.below(text.length + 1)]
    text = random.one([
      () => text.slice(0, at) + random.one(PIECES) + text.slice(at),
      () => text.slice(0, at) + text.slice(at + 1),
      () => text.slice(0, at),
      () => text.slice(at),
      () => text.slice(0, at) + text.slice(to),
      () => text.slice(0, at) + random.one(PIECES) + text.slice(at + 1),
    ])()
  }
  return text
}

/** Around the number of levels that are allowed. */
function deep(random: Random): string {
  const depth = random.below(2 * limits.expressionDepthMax)
  const [open, close] = random.one([
    ['(', ')'],
    ['{', '}'],
    ['!', ''],
    ['String.append("a", ', ')'],
    ['Arrays.flatten({', '})'],
    ['true ? ', ' : 1'],
    ['{1}[', ']'],
    ['user.a ?: ', ''],
    ['1 + (', ')'],
    ['getFilteredGroups({}, "group.id", ', ')'],
    ['user.getGroups({"group.id": ', '})'],
  ])
  return open.repeat(depth) + written(random, 0, 1) + close.repeat(depth)
}

/** Around the number of characters that are allowed. */
function long(random: Random): string {
  const [piece, joint] = random.one([
    ['user.long', ' + '],
    ['String.len(user.long)', ' + '],
    ['1', '+'],
    ['user.long', ', '],
    ['String.replace(user.long, "a", user.long)', ' ?: '],
    ['"a"', ' == '],
    [`user.long matches '(a|b)*c'`, ' OR '],
    ["''", ''],
    ['(', ''],
    [random.one(PIECES), ''],
  ])
  const count = Math.ceil(limits.expressionCharactersMax / (piece.length + joint.length))
  const text = Array.from({ length: count + random.below(3) - 1 }, () => piece).join(joint)
  return random.one([text, `{${text}}`, `Arrays.flatten(${text})`, `String.join(",", ${text})`])
}

/** What could take long to match. */
const matching = (random: Random): string =>
  random.one([
    () => `user.long matches ${quotedText(random, aPattern(random))}`,
    () => `app.profile.name matches ${quotedText(random, aPattern(random))}`,
    () => `isMemberOfGroupNameRegex(${quotedText(random, aPattern(random))})`,
    () => `Arrays.toCsvString(user.tags) matches ${quotedText(random, aPattern(random))}`,
  ])()

export const SOURCES = [
  [45, 'valid', (random: Random) => written(random, 0)],
  [15, 'nearly valid', (random: Random) => written(random, 0.15)],
  [20, 'spoiled', spoiled],
  [4, 'deep', deep],
  [3, 'long', long],
  [10, 'patterns', matching],
  [3, 'noise', (random: Random) => someText(random, 60)],
] as const

export type SourceKind = (typeof SOURCES)[number][1]

export function aSource(random: Random): { readonly kind: SourceKind; readonly source: string } {
  const [kind, make] = random.weighted(SOURCES.map(([weight, ...made]) => [weight, made] as const))
  return { kind, source: make(random) }
}
