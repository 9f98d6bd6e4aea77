/** What an app does about sessions of the org that it is told are over, where its library leaves that to the app. */
import express, { type Express } from 'express'
import { createRemoteJWKSet, jwtVerify } from 'jose'

export const BACK_CHANNEL_PATH = '/backchannel-logout'
export const FRONT_CHANNEL_PATH = '/frontchannel-logout'

/** The `sid` of each session that is over, as the app learns of them at its two paths. */
export function endedSessions(
  app: Express,
  issuer: string,
  clientId: string,
  jwksUri: string,
): ReadonlySet<string> {
  const ended = new Set<string>()
  const keys = createRemoteJWKSet(new URL(jwksUri))
  const checks = { issuer, audience: clientId, typ: 'logout+jwt', requiredClaims: ['sid'] }
  app.post(BACK_CHANNEL_PATH, express.urlencoded(), async ({ body }, response) => {
    const { logout_token: token } = body as { logout_token: string }
    const { payload } = await jwtVerify<{ sid: string }>(token, keys, checks)
    ended.add(payload.sid)
    response.end()
  })
  app.get(FRONT_CHANNEL_PATH, ({ query }, response) => {
    if (query['iss'] === issuer && typeof query['sid'] === 'string') ended.add(query['sid'])
    response.send('<p>over</p>')
  })
  return ended
}
