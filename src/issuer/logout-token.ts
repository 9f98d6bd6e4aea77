/**
 * Logout tokens, OpenID Connect Back-Channel Logout §2.4: that a session has ended, signed by the issuer in whose name
 * the app knows of it. They name the person and the session as the ID tokens did, and never hold a nonce.
 */
import { typedHeader } from '../keys/header.ts'
import { signJwt } from '../keys/sign.ts'
import type { Signer } from '../keys/signer.ts'
import { limits } from '../platform/limits.ts'
import { randomToken } from '../platform/random.ts'

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'

export interface EndedSession {
  readonly userId: string
  readonly sid: string
  readonly clientId: string
}

/** One attempt to tell an app; each has an id of its own, since an app may refuse one that it has seen. */
export const signLogoutToken = (
  { userId, sid, clientId }: EndedSession,
  issuer: string,
  { header, key }: Signer,
  nowSeconds: number,
): Promise<string> =>
  signJwt(
    {
      iss: issuer,
      aud: clientId,
      iat: nowSeconds,
      exp: nowSeconds + limits.logoutTokenSeconds,
      jti: `LT.${randomToken()}`,
      events: { [EVENT]: {} },
      sub: userId,
      sid,
    },
    { header: typedHeader(header, 'logout+jwt'), key },
  )
