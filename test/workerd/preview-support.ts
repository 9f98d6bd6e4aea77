/** Previews, and the tokens that they foretell. */
import { expect } from 'vitest'
import { made, type Json, type TestServer } from './support.ts'

export const previewPath = ({ id }: Pick<TestServer, 'id'>): string =>
  `/api/v1/authorizationServers/${id}/preview`

export const previewed = (server: Pick<TestServer, 'id'>, body: Json): Promise<Json> =>
  made(200, 'POST', previewPath(server), body)

/** What names a moment or a session, and not what is configured. */
const OF_THE_MOMENT = ['jti', 'iat', 'exp', 'auth_time', 'sid', 'at_hash', 'c_hash']

export function timeless(claims: Json | undefined): Json | undefined {
  if (claims === undefined) return undefined
  return Object.fromEntries(
    Object.entries(claims).filter(([name]) => !OF_THE_MOMENT.includes(name)),
  )
}

export const lifetime = ({ iat, exp }: Json): number => exp - iat

/** That a token is what was previewed of it. */
export function expectPreviewed(previewed: Json | undefined, token: Json | undefined): void {
  expect(timeless(previewed?.['payload'])).toEqual(timeless(token))
  if (previewed !== undefined && token !== undefined)
    expect(lifetime(previewed['payload'])).toBe(lifetime(token))
}
