/**
 * The hot-path budget in round trips: what a request waits for, one after the other, when storage is far away. What one
 * trip asks at once stands together.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import { answerOf, Browser } from './browser.ts'
import { ask, askForm, cold, COUNTED, operations, roundTrips, warm } from './counting.ts'
import { aPersonWithPassword, aSignInApp, authorizeUrl, CALLBACK, PEOPLE_GRANTS, signedIn, type SignInApp } from './sign-in-support.ts' // prettier-ignore
import { listed } from './subject-support.ts'
import { aClient, aServer, basic, type Json, type TestClient } from './support.ts'

type Fields = Readonly<Record<string, string>>
type Work = () => Promise<void>

const rule = {
  conditions: {
    people: { users: { include: [], exclude: [] }, groups: { include: ['EVERYONE'], exclude: [] } },
    grantTypes: { include: [...PEOPLE_GRANTS, 'client_credentials'] },
    scopes: { include: ['*'] },
  },
}

const ids = { org: 'org', custom: '' }
const bases = { org: `${COUNTED}/oauth2`, custom: '' }
let app: SignInApp
let machine: TestClient
let personId: string
let browser: Browser

beforeAll(async () => {
  app = await aSignInApp({ refresh_token: { rotation_type: 'ROTATE', leeway: 30 } })
  machine = await aClient()
  const person = await aPersonWithPassword()
  personId = person.id
  ids.custom = (await aServer({ rule })).id
  bases.custom = `${COUNTED}/oauth2/${ids.custom}`
  browser = (await signedIn(bases.custom, app, person, {}, new Browser(COUNTED, ask))).browser
})

const authorized = async (base: string): Promise<Fields> =>
  answerOf(await browser.get(authorizeUrl(base, app, { scope: 'openid offline_access' })))

async function granted(
  base: string,
  client: SignInApp | TestClient,
  fields: Fields,
): Promise<Json> {
  const headers = { authorization: basic(client.clientId, client.secret) }
  const response = await askForm(`${base}/v1/token`, fields, headers)
  expect(response.status).toBe(200)
  return (await response.json()) as Json
}

const redeemed = (base: string, { code = '' }: Fields): Promise<Json> =>
  granted(base, app, { grant_type: 'authorization_code', code, redirect_uri: CALLBACK })

async function tokensOf(base: string): Promise<Json> {
  const tokens = await redeemed(base, await authorized(base))
  await listed(personId)
  return tokens
}

/** The trips of some work of an app, whose isolate knows everything and then nothing. `prepare` makes work for once. */
async function trips(
  kind: keyof typeof ids,
  prepare: (base: string) => Promise<Work>,
  clientId = app.clientId,
) {
  const base = bases[kind]
  const first = await prepare(base)
  await warm(ids[kind], clientId)
  const whenWarm = await roundTrips(first)
  const second = await prepare(base)
  cold(ids[kind], clientId)
  return { warm: whenWarm, cold: await roundTrips(second) }
}

it('client_credentials waits for nothing; cold, for configuration and keys at once', async () => {
  const fields = { grant_type: 'client_credentials', scope: 'read' }
  const prepare = async (base: string) => async () => {
    await granted(base, machine, fields)
  }
  expect(await trips('custom', prepare, machine.clientId)).toEqual({
    warm: [],
    cold: [['DB', 'KEY_RING.read']],
  })
})

describe.each(['custom', 'org'] as const)('of a person, at the %s server', (kind) => {
  // The org server signs its ID tokens with another ring than its access tokens.
  const configuration = ['DB', 'KEY_RING.read']
  const ofTokens = kind === 'org' ? [...configuration, 'KEY_RING.read'] : configuration

  it('a redemption and a refresh wait for the person alone; cold, for one trip more', async () => {
    const redemption = async (base: string) => {
      const answer = await authorized(base)
      return async () => {
        await redeemed(base, answer)
      }
    }
    expect(await trips(kind, redemption)).toEqual({
      warm: [['SUBJECT.redeem']],
      cold: [ofTokens, ['SUBJECT.redeem']],
    })
    const refresh = async (base: string) => {
      const { refresh_token } = await tokensOf(base)
      return async () => {
        await granted(base, app, { grant_type: 'refresh_token', refresh_token })
      }
    }
    expect(await trips(kind, refresh)).toEqual({
      warm: [['SUBJECT.refresh']],
      cold: [ofTokens, ['SUBJECT.refresh']],
    })
  })

  it('introspection and userinfo wait for the person alone; cold, for one trip more', async () => {
    const introspection = async (base: string) => {
      const { access_token: token } = await tokensOf(base)
      const headers = { authorization: basic(app.clientId, app.secret) }
      return async () => {
        const response = await askForm(`${base}/v1/introspect`, { token }, headers)
        expect(await response.json()).toMatchObject({ active: true })
      }
    }
    const userinfo = async (base: string) => {
      const { access_token } = await tokensOf(base)
      const headers = { authorization: `Bearer ${access_token}` }
      return async () => {
        expect((await ask(`${base}/v1/userinfo`, { headers })).status).toBe(200)
      }
    }
    for (const work of [introspection, userinfo])
      expect(await trips(kind, work)).toEqual({
        warm: [['SUBJECT.inspect']],
        cold: [configuration, ['SUBJECT.inspect']],
      })
  })

  it('an authorization waits for the person twice; cold, for one trip more', async () => {
    const authorization = async (base: string) => async () => {
      expect(await authorized(base)).toHaveProperty('code')
    }
    const person = [['SUBJECT.findSession'], ['SUBJECT.authorize']]
    expect(await trips(kind, authorization)).toEqual({
      warm: person,
      cold: [configuration, ...person],
    })
  })
})

it('a token that is none makes an isolate that knows the server ask for nothing', async () => {
  const { access_token } = await tokensOf(bases.custom)
  const [header, payload = ''] = String(access_token).split('.')
  const claims = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as Json
  const another = btoa(JSON.stringify({ ...claims, cid: '0oaguessed' })).replaceAll('=', '')
  const headers = { authorization: `Bearer ${header}.${another}.AAAA` }
  await warm(ids.custom, app.clientId)
  const asked = await operations(async () => {
    expect((await ask(`${bases.custom}/v1/userinfo`, { headers })).status).toBe(401)
  })
  expect(asked).toEqual([])
})
