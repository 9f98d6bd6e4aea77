/** Situations in which expressions are evaluated: people and clients with whatever their profiles may hold. */
import type { ExpressionScope, Surroundings } from '../../../src/claims/expression/evaluate.ts'
import { EXAMPLE_SCOPE, EXAMPLE_SURROUNDINGS } from '../../../src/claims/expression/example.ts'
import type { Random } from '../random.ts'

export interface Situation {
  readonly scope: ExpressionScope
  readonly surroundings: Surroundings
}

/** Names that objects of JavaScript have of themselves. */
export const TREACHEROUS = ['constructor', '__proto__', 'toString', 'valueOf', 'hasOwnProperty', 'length', 'prototype', 'then', 'toJSON'] as const // prettier-ignore

/** What attributes are called in expressions and in profiles. */
export const NAMES = ['login', 'email', 'name', 'region', 'level', 'active', 'tags', 'cleared', 'long', 'deep', 'people', 'code', 'time', ...TREACHEROUS] as const // prettier-ignore

const ALPHABET = [...'abcXYZ019 .,;:@/\\\'"{}[]()|*+?^$-_\n\t', 'ä', 'ß', '😀', '\ud800', '\udfff', '\u0000', '\u2028', 'İ'] // prettier-ignore

export const someText = (random: Random, most: number): string =>
  random.some(most, () => random.one(ALPHABET)).join('')

const TEXTS: readonly string[] = ['', 'a', 'eu', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaab', 'a,b,,c', 'USA', '840', '12', '-1.5', '1e400', '00g1it', '2014-11-07T19:00:00.000Z', '130598604000000000', 'true', 'null', 'IT Admins'] // prettier-ignore

const NUMBERS: readonly number[] = [0, -0, 1, -1, 3, 0.1, 1e21, -1e-9, 2 ** 53, Number.MAX_VALUE, 5e-324] // prettier-ignore

/** As long as a profile can be. */
const LONGEST = 32 * 1024

function anyValue(random: Random, depth: number): unknown {
  return random.weighted<() => unknown>([
    [6, () => random.one(TEXTS)],
    [3, () => someText(random, 40)],
    [1, () => random.one(['a', 'ab', ' ', ',', '😀']).repeat(random.below(LONGEST / 2))],
    [3, () => random.one(NUMBERS)],
    [2, () => random.chance(0.5)],
    [2, () => null],
    [depth, () => random.some(random.chance(0.05) ? 1000 : 5, () => anyValue(random, depth - 1))],
    [depth, () => anyObject(random, depth - 1)],
  ])()
}

/** As JSON makes them: `__proto__` is a name like any other. */
function anyObject(random: Random, depth: number): Readonly<Record<string, never>> {
  const entries = random.some(6, () => [random.one(NAMES), anyValue(random, depth)] as const)
  return Object.fromEntries(entries) as Readonly<Record<string, never>>
}

const GROUPS = ['Everyone', 'IT Admins', 'San Francisco', '', 'a'.repeat(255)] as const

const someGroups = (random: Random): Surroundings['groups'] =>
  random.some(random.chance(0.05) ? 1000 : 4, (at) => ({
    id: random.chance(0.3) ? '00g1it' : `00g${at}`,
    name: random.chance(0.7) ? random.one(GROUPS) : someText(random, 30),
    description: random.chance(0.5) ? null : someText(random, 10),
    type: random.chance(0.2) ? ('BUILT_IN' as const) : ('OKTA_GROUP' as const),
  }))

function frozen<Part>(part: Part): Part {
  if (typeof part !== 'object' || part === null) return part
  for (const inner of Object.values(part)) frozen(inner)
  return Object.freeze(part)
}

/** What would change it fails. */
export function aSituation(random: Random): Situation {
  if (random.chance(0.1)) return frozen({ scope: EXAMPLE_SCOPE, surroundings: EXAMPLE_SURROUNDINGS })
  const isPerson = random.chance(0.75)
  const user = isPerson ? anyObject(random, 3) : null
  return frozen({
    scope: {
      app: { id: '0oa1', clientId: 'client-1', label: someText(random, 10), profile: anyObject(random, 3) },
      access: { scope: random.some(5, () => random.one(['read', 'write', 'openid', 'api:a/b'])) },
      org: { name: random.chance(0.5) ? 'Acme' : null, subDomain: 'acme' },
      user,
      appuser: user && { ...anyObject(random, 2), userName: random.one(TEXTS) },
      session: user && { amr: random.some(3, () => random.one(['pwd', 'mfa'])) },
    },
    surroundings: {
      internal: user && { id: '00u1', status: 'ACTIVE' },
      groups: user && (random.chance(0.1) ? undefined : someGroups(random)),
      linked: user && (random.chance(0.1) ? undefined : { manager: anyObject(random, 2), ['__proto__']: anyObject(random, 1) }),
      isCodeFlow: random.chance(0.5),
      nowMillis: random.one([0, -1, 1_415_386_800_000, 253_402_300_799_999, -62_135_596_800_000]),
    },
  })
} // prettier-ignore
