/** ID tokens that come back as hints, from whatever time. */
import { env } from 'cloudflare:workers'
import { SignJWT } from 'jose'
import { publishedRing } from '../../src/issuer/rings.ts'
import { signerOf } from '../../src/keys/signer.ts'
import { readSettings } from '../../src/platform/settings.ts'
import { testBindings } from '../bindings.ts'
import { nowSeconds } from './held-support.ts'
import { payloadOf } from './sign-in-support.ts'

/** The same ID token, as it was issued at another time. */
export async function issuedAt(iat: number, serverId: string, token: string): Promise<string> {
  const ring = await env.KEY_RING.getByName(publishedRing(serverId)).read(nowSeconds())
  const { header, key } = await signerOf(ring!, readSettings(testBindings).keyEncryption)
  const claims = { ...payloadOf(token), iat, auth_time: iat, exp: iat + 3600 }
  return new SignJWT(claims).setProtectedHeader(header).sign(key)
}
