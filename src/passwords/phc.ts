/**
 * How passwords are stored: the PHC string format, `$name$v=1$parameter=value,…$salt$hash`. Every hash names its
 * algorithm and its parameters, so that it can be verified when ours have long changed.
 */
import { base64Decode, type Bytes } from '../platform/encoding.ts'

export interface Phc {
  readonly name: string
  readonly parameters: Readonly<Record<string, string>>
  readonly salt: string
  readonly hash: string
}

const SHAPE =
  /^\$([a-z0-9-]{1,32})\$((?:[a-z]+=[A-Za-z0-9+/.-]+[,$])*)([A-Za-z0-9+/.]*)\$([A-Za-z0-9+/.]+)$/

/** Null when the text is not of this format. */
export function parsePhc(text: string): Phc | null {
  const [, name, listed, salt, hash] = SHAPE.exec(text) ?? []
  if (name === undefined || listed === undefined || salt === undefined || hash === undefined)
    return null
  const parameters: Record<string, string> = Object.create(null) as Record<string, string>
  for (const parameter of listed.split(/[,$]/).filter((one) => one !== '')) {
    const equals = parameter.indexOf('=')
    parameters[parameter.slice(0, equals)] = parameter.slice(equals + 1)
  }
  return { name, parameters, salt, hash }
}

/** Writes the format; a version, `v`, stands apart from the other parameters. */
export function phcText(
  name: string,
  parameters: Readonly<Record<string, string | number>>,
  salt: string,
  hash: string,
): string {
  const { v, ...others } = parameters
  const listed = Object.entries(others).map(([key, value]) => `${key}=${value}`)
  const parts = [
    name,
    ...(v === undefined ? [] : [`v=${v}`]),
    ...(listed.length === 0 ? [] : [listed.join(',')]),
    salt,
    hash,
  ]
  return `$${parts.join('$')}`
}

/** Base64 without padding, as the format wants it. */
export const phcBase64 = (bytes: Uint8Array): string => bytes.toBase64({ omitPadding: true })

export const phcBytes = (text: string): Bytes | null => base64Decode(text)
