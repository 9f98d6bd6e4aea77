/** JSON that a schema lets in, as far as schemas say it, and JSON that is nearly that. */
import type { JsonSchema } from '../../../src/management/openapi-schemas.ts'
import type { Random } from '../random.ts'
import { anyJson } from './artefacts.ts'
import { hostileText } from './texts.ts'

export type Components = Readonly<Record<string, JsonSchema>>

const DEPTH_MAX = 6

const FORMATS: Readonly<Record<string, readonly string[]>> = {
  uri: ['https://app.example/x', 'https://app.example/callback', 'http://localhost:1/', 'com.app:/x'],
  'date-time': ['2026-01-01T00:00:00.000Z', '9999-12-31T23:59:59Z'],
  email: ['a@people.example'],
} // prettier-ignore

const WORDS = ['read', 'ALL_CLIENTS', 'EVERYONE', '*', 'user.login', 'ES256', 'RS256', 'ACTIVE', 'openid', 'okta.users.read', 'String.len("a")', 'https://app.example'] as const // prettier-ignore

function text(random: Random, schema: JsonSchema): string {
  const known = FORMATS[schema.format ?? '']
  if (known !== undefined && random.chance(0.8)) return random.one(known)
  if (random.chance(0.2)) return hostileText(random)
  if (random.chance(0.3)) return random.one(WORDS)
  const length = Number(schema['minLength'] ?? 1) + random.below(12)
  return Array.from({ length }, () => random.one([...'abcXYZ019'])).join('')
}

function number(random: Random, { minimum = 0, maximum = 100 }: JsonSchema): number {
  const [least, most] = [Number(minimum), Number(maximum)]
  return random.one([least, most, least + random.below(Math.min(1000, most - least + 1)), least - 1, most + 1]) // prettier-ignore
}

/** A value of the schema, with what is optional now and then. */
export function fromSchema(
  random: Random,
  schema: JsonSchema,
  components: Components,
  depth = DEPTH_MAX,
): unknown {
  const of = (inner: JsonSchema): unknown => fromSchema(random, inner, components, depth - 1)
  if (depth < 0) return null
  if (schema.$ref !== undefined) return of(components[schema.$ref.split('/').at(-1)!] ?? {})
  const choices = schema.anyOf ?? (schema['oneOf'] as readonly JsonSchema[] | undefined)
  if (choices !== undefined) return of(random.one(choices))
  if ('const' in schema) return schema['const']
  if (schema.enum !== undefined) return random.one(schema.enum)
  const type = typeof schema.type === 'object' ? random.one(schema.type) : schema.type
  if (type === 'string') return text(random, schema)
  if (type === 'integer' || type === 'number') return number(random, schema)
  if (type === 'boolean') return random.chance(0.5)
  if (type === 'null') return null
  if (type === 'array') {
    const least = Number(schema['minItems'] ?? 0)
    return Array.from({ length: least + random.below(3) }, () => of(schema.items ?? {}))
  }
  if (type !== 'object') return anyJson(random, 1)
  const members = Object.entries(schema.properties ?? {})
    .filter(([name]) => schema.required?.includes(name) === true || random.chance(0.4))
    .map(([name, inner]) => [name, of(inner)] as const)
  const more = schema['additionalProperties']
  const extra = typeof more !== 'object' ? [] : random.some(2, () => [hostileText(random).slice(0, 40) || 'a', of(more as JsonSchema)] as const) // prettier-ignore
  return Object.fromEntries([...members, ...extra])
}

type Members = Readonly<Record<string, unknown>>

/** As many as a body may have characters, and not more by far. */
const copiesOf = (value: unknown): number =>
  Math.min(300, Math.ceil(300_000 / (JSON.stringify(value) ?? '').length))

/** A value with one thing in it that is another, too much or missing. */
export function spoiledJson(random: Random, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || random.chance(0.1)) return anyJson(random, 2)
  if (Array.isArray(value)) {
    const at = random.below(value.length + 1)
    return random.one<() => unknown>([
      () => value.toSpliced(at, 1, spoiledJson(random, value[at])),
      () => [...value, ...value],
      () => [...value, anyJson(random, 1)],
      () => value.toSpliced(at, 1),
    ])()
  }
  const members = value as Members
  const names = Object.keys(members)
  const name = names.length === 0 ? 'a' : random.one(names)
  const { [name]: _, ...others } = members
  return random.weighted<() => unknown>([
    [6, () => ({ ...members, [name]: spoiledJson(random, members[name]) })],
    [1, () => others],
    [1, () => ({ ...others, [hostileText(random)]: members[name] })],
    [1, () => ({ ...members, [hostileText(random)]: anyJson(random, 1) })],
    [0.5, () => ({ ...members, [name]: Array.from({ length: 1 + random.below(copiesOf(members[name])) }, () => members[name]) })],
  ])()
} // prettier-ignore

/** JSON text as no serializer writes it. */
export function spoiledJsonText(random: Random, whole: string): string {
  const depth = random.below(5000)
  return random.one([
    () => `${'['.repeat(depth)}${whole}${']'.repeat(depth)}`,
    () => `${'{"a":'.repeat(depth)}${whole}${'}'.repeat(depth)}`,
    () => whole.replace('{', '{"__proto__":{"a":1},'),
    () => whole.replace('{', '{"constructor":{"prototype":{"a":1}},'),
    () => whole.replace(/"([^"]+)":/, '"$1":null,"$1":'),
    () => whole.replaceAll('"', "'"),
    () => `\ufeff${whole}`,
    () => `${whole}${whole}`,
    () => whole.replace(/\d+/, random.one(['1e999', '-0', '00', '1e-400', '9'.repeat(400)])),
    () => whole.replace('"', '"\\ud800'),
    () => whole.replace('"', '"\\u0000'),
    () => ' '.repeat(random.below(300_000)) + whole,
  ])()
}
