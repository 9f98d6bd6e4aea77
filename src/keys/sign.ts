/**
 * Signs what a JWT says, in the compact form of RFC 7515 §3.1 and §5.1, straight through WebCrypto: a library that
 * looks at the key before each signature finds nothing here, where a key is unwrapped for its one algorithm. Claims
 * are written as they are: they were made for this one token, so nothing is copied.
 */
import { base64url } from '../platform/encoding.ts'
import { briefUtf8 } from '../platform/scratch.ts'
import { algorithmRow } from './algorithms.ts'
import { encodedHeader, type JwtHeader } from './header.ts'

type Claims = Readonly<Record<string, unknown>>

/** Neither is empty, and no name is in both. */
const besideOneAnother = (claims: Claims, more: Claims): string =>
  `${JSON.stringify(claims).slice(0, -1)},${JSON.stringify(more).slice(1)}`

/** `more` are claims with other names, which stand after the first. Rejects when the key is for another algorithm. */
export async function signJwt(
  claims: Claims,
  { header, key }: { readonly header: JwtHeader; readonly key: CryptoKey },
  more: Claims | null = null,
): Promise<string> {
  const payload = more === null ? JSON.stringify(claims) : besideOneAnother(claims, more)
  const input = `${encodedHeader(header)}.${base64url(briefUtf8(payload))}`
  const signature = await crypto.subtle.sign(algorithmRow(header.alg).sign, key, briefUtf8(input))
  return `${input}.${base64url(new Uint8Array(signature))}`
}
