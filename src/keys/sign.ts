/** Signs what a JWT says. Claims are written as they are: they were made for this one token, so nothing is copied. */
import { CompactSign } from 'jose'
import { utf8 } from '../platform/encoding.ts'
import type { Signer } from './signer.ts'

export const signJwt = (
  claims: Readonly<Record<string, unknown>>,
  { header, key }: Signer,
): Promise<string> =>
  new CompactSign(utf8(JSON.stringify(claims))).setProtectedHeader(header).sign(key)
