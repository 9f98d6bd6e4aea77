/** ID tokens that come back as hints, from whatever time. */
import { publishedRing } from '../../src/issuer/rings.ts'
import { signedAnew } from './signed-anew.ts'

/** The same ID token, as it was issued at another time. */
export const issuedAt = (iat: number, serverId: string, token: string): Promise<string> =>
  signedAnew(publishedRing(serverId), token, { iat, auth_time: iat, exp: iat + 3600 })
