/** Genuine tokens that say something else: signed once more by the ring that signed them. */
import { env } from 'cloudflare:workers'
import { SignJWT } from 'jose'
import { signerOf } from '../../src/keys/signer.ts'
import { readSettings } from '../../src/platform/settings.ts'
import { testBindings } from '../bindings.ts'
import { nowSeconds } from './held-support.ts'
import { payloadOf } from './sign-in-support.ts'
import type { Json } from './support.ts'

/** A change that is undefined leaves the claim out. */
export async function signedAnew(ringName: string, token: string, changes: Json): Promise<string> {
  const ring = await env.KEY_RING.getByName(ringName).read(nowSeconds())
  const { header, key } = await signerOf(ring!, readSettings(testBindings).keyEncryption)
  return new SignJWT({ ...payloadOf(token), ...changes })
    .setProtectedHeader({ ...header })
    .sign(key)
}
