/** What ends tokens of people behind the back of their app: at the next refresh, userinfo call and introspection. */
import { beforeAll, describe, expect, it } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import { APPS, grant, grantsPath } from './app-support.ts'
import { answerOf, Browser } from './browser.ts'
import { aGroup, GROUPS } from './group-support.ts'
import {
  aPersonWithPassword,
  aSignInApp,
  authorizeUrl,
  ORG_BASE,
  PASSWORD,
  signedIn,
  type SignInApp,
  type TestPerson,
} from './sign-in-support.ts'
import { answered, api, made, send, type Json, type TestServer } from './support.ts'
import {
  aPeopleServer,
  introspect,
  refresh,
  REFRESH_REFUSED,
  refusalOf,
  revoke,
  tokensFor,
  userinfo,
} from './token-support.ts'

interface Held {
  readonly base: string
  readonly server: TestServer
  readonly app: SignInApp
  readonly person: TestPerson
  readonly scope: string
  readonly accessToken: string
  readonly refreshToken: string
}

let server: TestServer
let witness: SignInApp

beforeAll(async () => {
  server = await aPeopleServer()
  witness = await aSignInApp()
})

/** A person with tokens of an app. */
async function held(changes: Partial<Held> = {}): Promise<Held> {
  const all = {
    base: server.issuer,
    server,
    app: changes.app ?? (await aSignInApp()),
    person: changes.person ?? (await aPersonWithPassword()),
    scope: 'openid offline_access',
    ...changes,
  }
  const tokens = await tokensFor(all.base, all.app, all.person, { scope: all.scope })
  return { ...all, accessToken: tokens['access_token'], refreshToken: tokens['refresh_token'] }
}

/** Whether the access token is alive by userinfo and by introspection, and what a refresh says. */
async function standing({ base, app, accessToken, refreshToken }: Held) {
  const [info, asked, again] = [
    await userinfo(base, accessToken),
    await introspect(base, witness, accessToken),
    await refresh(base, app, refreshToken),
  ]
  return { info: info.status, active: asked['active'], refresh: again.status }
}

const ALIVE = { info: 200, active: true, refresh: 200 }
const DEAD = { info: 401, active: false, refresh: 400 }

const lifecycle = (of: string, what: string): Promise<Response> =>
  api('POST', `${of}/lifecycle/${what}`)

describe.each(['org', 'custom'] as const)('tokens of the %s server', (kind) => {
  const here = (): Partial<Held> => (kind === 'org' ? { base: ORG_BASE } : {})

  it.each(['deactivate', 'suspend'])('end when their person is %sd', async (what) => {
    const one = await held(here())
    expect(await standing(one)).toEqual(ALIVE)
    await lifecycle(`/api/v1/users/${one.person.id}`, what)
    expect(await standing(one)).toEqual(DEAD)
  })

  it('and the session outlast a lockout, which anybody can bring about who knows the login', async () => {
    const one = await held(here())
    const { browser } = await signedIn(ORG_BASE, witness, one.person)
    const credentials = { username: one.person.login, password: 'Wrong-1' }
    for (let count = 0; count < limits.passwordAttemptsMax; count++)
      await send('/api/v1/authn', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(credentials),
      })
    const user = await made(200, 'GET', `/api/v1/users/${one.person.id}`)
    expect(user['status']).toBe('LOCKED_OUT')
    expect(await standing(one)).toEqual(ALIVE)
    const silent = await browser.get(authorizeUrl(ORG_BASE, witness, { prompt: 'none' }))
    expect(answerOf(silent)).toHaveProperty('code')
    const other = new Browser()
    const page = await other.get(authorizeUrl(ORG_BASE, witness))
    expect((await other.signIn(page, one.person.login, PASSWORD)).location).toBeNull()
  })

  it('end when their person is deleted', async () => {
    const one = await held(here())
    for (let twice = 0; twice < 2; twice++)
      expect((await api('DELETE', `/api/v1/users/${one.person.id}`)).status).toBe(204)
    expect(await standing(one)).toEqual(DEAD)
  })

  it('end when their app is not for everybody any more', async () => {
    const one = await held(here())
    await made(200, 'PUT', `${APPS}/${one.app.id}`, one.app.app)
    expect(await standing(one)).toEqual(DEAD)
  })

  it.each(['direct', 'by group'])('end when their app is taken away (%s)', async (how) => {
    const app = await aSignInApp()
    await made(200, 'PUT', `${APPS}/${app.id}`, app.app)
    const person = await aPersonWithPassword()
    const group = await aGroup()
    const direct = `${APPS}/${app.id}/users/${person.id}`
    const membership = `${GROUPS}/${group['id']}/users/${person.id}`
    if (how === 'direct')
      await made(200, 'POST', `${APPS}/${app.id}/users`, { id: person.id, scope: 'USER' }) // prettier-ignore
    else {
      await made(200, 'PUT', `${APPS}/${app.id}/groups/${group['id']}`, {})
      await made(204, 'PUT', membership)
    }
    const one = await held({ ...here(), app, person })
    expect(await standing(one)).toEqual(ALIVE)
    await made(204, 'DELETE', how === 'direct' ? direct : membership)
    expect(await standing(one)).toEqual(DEAD)
  })

  it('end when their app is deactivated, and do not come back with it', async () => {
    const one = await held(here())
    await lifecycle(`${APPS}/${one.app.id}`, 'deactivate')
    expect(await standing(one)).toEqual({ info: 401, active: false, refresh: 401 })
    await lifecycle(`${APPS}/${one.app.id}`, 'activate')
    expect(await refusalOf(await refresh(one.base, one.app, one.refreshToken))).toEqual(REFRESH_REFUSED) // prettier-ignore
  })
})

describe('a refresh token', () => {
  it('[RFC7009-2] that is revoked while its person is suspended is dead when they come back', async () => {
    const one = await held()
    const user = `/api/v1/users/${one.person.id}`
    await lifecycle(user, 'suspend')
    expect((await revoke(one.base, one.app, one.refreshToken)).status).toBe(200)
    await lifecycle(user, 'unsuspend')
    expect(await standing(one)).toEqual(DEAD)
  })

  it('that is not revoked is alive again then', async () => {
    const one = await held()
    for (const what of ['suspend', 'unsuspend'])
      await lifecycle(`/api/v1/users/${one.person.id}`, what)
    expect(await standing(one)).toEqual(ALIVE)
  })
})

describe('a scope that is gone', () => {
  const scopesOf = async (response: Response): Promise<readonly [number, Json]> => {
    const [status, { scope, error }] = await answered(response)
    return [status, scope ?? error]
  }

  it('is in no new token of a custom server', async () => {
    const own = await aPeopleServer()
    const path = `/api/v1/authorizationServers/${own.id}/scopes`
    const all = (await made(200, 'GET', path)) as Json[]
    const read = all.find(({ name }) => name === 'read')!
    const one = await held({ server: own, base: own.issuer, scope: 'read openid offline_access' })
    await made(204, 'DELETE', `${path}/${read['id']}`)
    const again = (scope?: string): Promise<Response> =>
      refresh(own.issuer, one.app, one.refreshToken, scope === undefined ? {} : { scope })
    expect(await scopesOf(await again())).toEqual([200, 'openid offline_access'])
    expect(await scopesOf(await again('read'))).toEqual([400, 'invalid_scope'])
    expect(await scopesOf(await again('openid read'))).toEqual([200, 'openid'])
  })

  it('is in no new token of the org server once the app has lost it', async () => {
    const app = await aSignInApp()
    const { id } = await grant(app.id, 'okta.users.read')
    const person = await aPersonWithPassword()
    await made(201, 'POST', `/api/v1/users/${person.id}/roles`, { type: 'READ_ONLY_ADMIN' })
    const scope = 'openid offline_access okta.users.read'
    const one = await held({ base: ORG_BASE, app, person, scope })
    expect(await scopesOf(await refresh(ORG_BASE, app, one.refreshToken))).toEqual([200, scope])
    await made(204, 'DELETE', `${grantsPath(app.id)}/${id}`)
    const next = await refresh(ORG_BASE, app, one.refreshToken)
    expect(await scopesOf(next)).toEqual([200, 'openid offline_access'])
  })
})

describe('tokens of a custom server', () => {
  it('are not known while the server is deactivated', async () => {
    const own = await aPeopleServer()
    const one = await held({ server: own, base: own.issuer })
    await lifecycle(`/api/v1/authorizationServers/${own.id}`, 'deactivate')
    expect((await userinfo(own.issuer, one.accessToken)).status).toBe(404)
    expect((await refresh(own.issuer, one.app, one.refreshToken)).status).toBe(404)
  })

  it.each(['deactivated', 'deleted'])('are not refreshed once their rule is %s', async (how) => {
    const own = await aPeopleServer()
    const one = await held({ server: own, base: own.issuer })
    const rule = `/api/v1/authorizationServers/${own.id}/policies/${own.policyId}/rules/${own.ruleId}`
    await (how === 'deleted' ? api('DELETE', rule) : lifecycle(rule, 'deactivate'))
    expect(await refusalOf(await refresh(own.issuer, one.app, one.refreshToken))).toEqual(REFRESH_REFUSED) // prettier-ignore
    expect((await userinfo(own.issuer, one.accessToken)).status).toBe(200)
  })

  it('are refreshed by their rule while it is active, whatever it says by now', async () => {
    const own = await aPeopleServer()
    const one = await held({ server: own, base: own.issuer })
    const path = `/api/v1/authorizationServers/${own.id}/policies/${own.policyId}/rules/${own.ruleId}`
    const rule = await made(200, 'GET', path)
    const exclude = [one.person.id]
    await made(200, 'PUT', path, {
      ...rule,
      conditions: {
        ...rule['conditions'],
        people: { users: { include: [], exclude }, groups: { include: ['EVERYONE'], exclude: [] } },
      },
    })
    expect(await standing(one)).toEqual(ALIVE)
  })
})
