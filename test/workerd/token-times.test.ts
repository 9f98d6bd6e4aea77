/** Tokens with our own signature that lack a time: nobody who reads tokens takes one for a token. */
import { exports } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { ORG_SERVER_ID } from '../../src/domain/authorization-server.ts'
import { accessTokenRing, publishedRing } from '../../src/issuer/rings.ts'
import type { AccessTokenVerifier } from '../../src/verifier/verdict.ts'
import { anAdministrator } from './app-support.ts'
import { signedAnew } from './signed-anew.ts'
import { api } from './support.ts'
import { aPeopleServer, introspect, userinfo } from './token-support.ts'
import { AUDIENCE, heldTokens, type HeldTokens } from './verifier-support.ts'

const TIMES = ['exp', 'iat']

let held: HeldTokens

beforeAll(async () => {
  held = await heldTokens(await aPeopleServer())
})

/** A token of the server without a claim; null leaves nothing out. */
const without = (name: string | null, token: string): Promise<string> =>
  signedAnew(publishedRing(held.server.id), token, name === null ? {} : { [name]: undefined })

const isActive = async (token: string): Promise<boolean> =>
  (await introspect(held.server.issuer, held.app, token))['active']

describe('an access token', () => {
  const verifier: AccessTokenVerifier = exports.Verifier

  /** What introspection, userinfo and the Verifier say. */
  async function said(token: string): Promise<readonly unknown[]> {
    const { issuer } = held.server
    const verdict = await verifier.verify(token, { issuer, audience: AUDIENCE })
    return [
      await isActive(token),
      (await userinfo(issuer, token)).status,
      verdict.valid ? 'valid' : verdict.reason,
    ]
  }

  it.each(TIMES)('[RFC9068-2.2] without %s is none', async (name) => {
    expect(await said(await without(null, held.token))).toEqual([true, 200, 'valid'])
    expect(await said(await without(name, held.token))).toEqual([false, 401, 'wrong_type'])
  })
})

it.each(TIMES)('[OIDC-2] an ID token without %s is none', async (name) => {
  const token = held.tokens['id_token']
  expect(await isActive(await without(null, token))).toBe(true)
  expect(await isActive(await without(name, token))).toBe(false)
})

it('a token for the management API without exp or iat is none', async () => {
  const authorization = await anAdministrator('READ_ONLY_ADMIN', 'okta.apps.read')
  const ring = accessTokenRing(ORG_SERVER_ID)
  const statusOf = async (changes: Record<string, undefined>): Promise<number> => {
    const token = await signedAnew(ring, authorization.replace('Bearer ', ''), changes)
    return (await api('GET', '/api/v1/apps', undefined, `Bearer ${token}`)).status
  }
  expect(await statusOf({})).toBe(200)
  for (const name of TIMES)
    expect([name, await statusOf({ [name]: undefined })]).toEqual([name, 401])
})
