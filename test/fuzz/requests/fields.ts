/** Parameters of a query or a form, nearly right, and the requests that bring them. */
import type { Random } from '../random.ts'
import { bytesOf, type Input, type Pairs } from './input.ts'
import { hostileText, repeatedly, spoiledBytes, spoiledText } from './texts.ts'

export const FORM = 'application/x-www-form-urlencoded'

const CONTENT_TYPES = [
  `${FORM}; charset=utf-8`,
  `${FORM};charset=utf-16`,
  `${FORM}; boundary="`,
  'APPLICATION/X-WWW-FORM-URLENCODED',
  'application/json',
  'application/json; charset=iso-8859-1',
  'application/problem+json',
  'text/plain',
  'text/html',
  'multipart/form-data; boundary=x',
  'multipart/form-data',
  'application/jwt',
  '*/*',
  ';',
  '',
] as const

/** Parameters with one missing, twice, of another name, of another value or too much. `names` are those known anywhere. */
export function spoiledFields(
  random: Random,
  fields: Pairs,
  names: readonly string[],
  values: readonly string[],
): Pairs {
  const at = random.below(fields.length)
  const [name = '', value = ''] = fields[at] ?? []
  const replaced = (...by: Pairs): Pairs => [...fields.slice(0, at), ...by, ...fields.slice(at + 1)]
  const other = (): string => (random.chance(0.5) && values.length > 0 ? random.one(values) : hostileText(random)) // prettier-ignore
  return random.weighted<() => Pairs>([
    [3, () => replaced()],
    [2, () => [...fields, [name, value]]],
    [1, () => [...fields, [name, other()]]],
    [2, () => replaced([random.one(names), value])],
    [1, () => replaced([hostileText(random), value])],
    [1, () => replaced([spoiledText(random, name, names), value])],
    [6, () => replaced([name, spoiledText(random, value, values)])],
    [6, () => replaced([name, other()])],
    [3, () => [...fields, [random.one(names), other()]]],
    [1, () => [...fields, [hostileText(random), other()]]],
    [0.3, () => [...fields, ...Array.from({ length: random.below(200) }, (_, n) => [`p${n}`, other().slice(0, 20)] as const)]],
    [1, () => []],
  ])()
} // prettier-ignore

const encoded = (text: string): string => encodeURIComponent(text.toWellFormed())

/** As browsers and clients write it, or as it must not be written. */
export function written(random: Random, fields: Pairs): string {
  const asIs = random.chance(0.1)
  const of = (text: string): string => (asIs ? text : encoded(text))
  return fields.map(([name, value]) => `${of(name)}=${of(value)}`).join(random.chance(0.02) ? ';' : '&') // prettier-ignore
}

/** A body with the headers that say what it is, right as a rule. */
export function posted(
  random: Random,
  text: string,
  type: string,
  wrong: number,
): Pick<Input, 'headers' | 'body'> {
  const whole = bytesOf(text)
  const isSpoiled = random.chance(wrong)
  const body = isSpoiled ? repeatedly(random, whole, (bytes) => spoiledBytes(random, bytes)) : whole
  const headers: (readonly [string, string])[] = [
    ['content-type', random.chance(wrong / 2) ? random.one(CONTENT_TYPES) : type],
  ]
  if (random.chance(0.3)) headers.push(['content-length', String(body.length)])
  if (random.chance(wrong / 4))
    headers.push(['content-length', random.one(['0', '-1', 'x', '99999999', '1, 1', ' '])])
  if (random.chance(wrong / 4))
    headers.push(['content-encoding', random.one(['gzip', 'br', 'deflate', 'x'])])
  if (random.chance(wrong / 4)) headers.push(['transfer-encoding', 'chunked'])
  return { headers, body }
}
