/** Signs what a JWT says. Claims are written as they are: they were made for this one token, so nothing is copied. */
import { CompactSign } from 'jose'
import { utf8 } from '../platform/encoding.ts'
import type { Signer } from './signer.ts'

type Claims = Readonly<Record<string, unknown>>

/** Neither is empty, and no name is in both. */
const besideOneAnother = (claims: Claims, more: Claims): string =>
  `${JSON.stringify(claims).slice(0, -1)},${JSON.stringify(more).slice(1)}`

/** `more` are claims with other names, which stand after the first. */
export function signJwt(
  claims: Claims,
  { header, key }: Signer,
  more: Claims | null = null,
): Promise<string> {
  const payload = more === null ? JSON.stringify(claims) : besideOneAnother(claims, more)
  return new CompactSign(utf8(payload)).setProtectedHeader(header).sign(key)
}
