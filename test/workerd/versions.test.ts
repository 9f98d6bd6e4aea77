/**
 * Old code beside new for some minutes after a deployment. An older Worker is what it calls: calls as they were recorded
 * before anything was added to them, which the objects of now must answer as then (no history of the repository is at
 * hand where tests run, and a bundle of another commit would be one). An older object is one of now that does not know
 * what was added since.
 */
import { DurableObject, env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemLogEvent } from '../../src/domain/log-event.ts'
import * as exported from '../../src/index.ts'
import { answerOf, Browser } from './browser.ts'
import recordedCalls from './recorded-calls.json' with { type: 'json' }
import recordedSignIns from './recorded-sign-ins.json' with { type: 'json' }
import { cookieOf } from './session-support.ts'
import {
  aPersonWithPassword,
  aSignInApp,
  authorizeUrl,
  PASSWORD,
  redeem,
  type SignInApp,
  type TestPerson,
} from './sign-in-support.ts'
import { standIn, type Method } from './stand-in.ts'
import { aPerson, setStatus } from './subject-people.ts'
import { subject } from './subject-support.ts'
import { answered, api, send, type Json } from './support.ts'
import { aPeopleServer, arrived, introspect, refresh, refreshed, revoke, userinfo } from './token-support.ts' // prettier-ignore

beforeAll(() => api('GET', '/api/v1/authorizationServers'))

beforeEach(() => {
  vi.spyOn(console, 'error').mockReturnValue()
})

type Objects = Record<string, Method>

interface Recorded {
  readonly as?: string
  readonly binding: string
  readonly object: string
  readonly method: string
  readonly args: readonly unknown[]
  readonly answer?: unknown
}

const CALLS: readonly Recorded[] = [...recordedCalls, ...recordedSignIns]

/** Puts what a run knows in the place of `$names`; `*` is anything that is there. */
function filledIn(value: unknown, known: Json): unknown {
  if (value === '*') return expect.anything()
  if (typeof value === 'string' && value.startsWith('$'))
    return value.slice(1).split('.').reduce((at: Json, name) => at[name] as Json, known) // prettier-ignore
  if (Array.isArray(value)) return value.map((one) => filledIn(one, known))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, filledIn(one, known)]),
  )
}

const objectOf = (binding: string, name: string): Objects =>
  (env as unknown as Record<string, DurableObjectNamespace>)[binding]!.getByName(name) as never

/** Whom the calls are about, and what is told of one of them. */
async function recordedPeople(millis: number): Promise<Json> {
  const user = await aPerson()
  const passwordHash = await subject(user).hashPassword(PASSWORD)
  const [holder, expired] = [await aPerson(passwordHash), await aPerson(passwordHash)]
  await setStatus(expired, 'PASSWORD_EXPIRED')
  const person = { id: expired, type: 'User', alternateId: expired, displayName: null }
  const happening = { eventType: 'user.account.update_password', displayMessage: 'Recorded', actor: person, target: [person] } // prettier-ignore
  const event = systemLogEvent(happening, { type: 'WEB', id: 'recorded', caller: null }, millis)
  return { user, holder, expired, event }
}

const CLASSES = { KEY_RING: exported.KeyRing, LEDGER: exported.Ledger, REVOCATION_FEED: exported.RevocationFeed, SUBJECT: exported.Subject, THROTTLE: exported.Throttle } as const // prettier-ignore

describe('an older Worker beside the objects of now', () => {
  it('is answered as it was when its calls were recorded', async () => {
    const millis = Math.floor(Date.now() / 1000) * 1000
    const seconds = millis / 1000
    const known: Json = {
      ...(await recordedPeople(millis)),
      millis,
      seconds,
      later: seconds + 3600,
    }
    for (const { as, binding, object, method, args, answer } of CALLS) {
      const stub = objectOf(binding, filledIn(object, known) as string)
      const given = await stub[method]!(...(filledIn(args, known) as unknown[]))
      if (answer !== undefined)
        expect({ method, answer: given }).toMatchObject({ method, answer: filledIn(answer, known) })
      if (as !== undefined) known[as] = given as Json
    }
  })

  it('finds every method that it calls, and none that asks for more than it gives', () => {
    for (const { binding, method, args } of CALLS) {
      const found: unknown = Reflect.get(CLASSES[binding as keyof typeof CLASSES].prototype, method)
      expect([binding, method, typeof found]).toEqual([binding, method, 'function'])
      // Of a recovery it takes whatever the call of it takes.
      if (method === 'recover') continue
      // A parameter that was added is optional by its type, which `length` does not tell from one that is required.
      expect(args.length).toBeLessThanOrEqual((found as Method).length + 1)
    }
  })
})

/** What somebody can ask an object of a class: what is not the platform's, and not private. */
const methodsOf = ({ prototype }: { readonly prototype: object }): readonly string[] =>
  Object.getOwnPropertyNames(prototype).filter((name) => !['constructor', 'alarm'].includes(name))

/** What was added since, by method: members of what is asked and of what is answered; null: the method itself. */
const ADDED: Readonly<
  Record<string, { readonly asked: readonly string[]; readonly answered: readonly string[] } | null>
> = {
  startSession: { asked: ['epoch', 'onlyInPlace'], answered: [] },
  findSession: { asked: [], answered: ['epoch'] },
  signIn: { asked: [], answered: ['epoch', 'replaceable'] },
  redeem: { asked: ['attempt', 'hookedRuleIds'], answered: ['isNew'] },
  refresh: { asked: ['attempt', 'hookedRuleIds'], answered: ['isNew'] },
  inspect: { asked: ['app'], answered: ['assignment'] },
  endSession: { asked: [], answered: [] },
  undelivered: null,
  recover: null,
  standingSession: null,
}

it('the classes of objects are all here', () => {
  const all = Object.values(exported as object).filter(
    (one: unknown) => typeof one === 'function' && one.prototype instanceof DurableObject,
  )
  expect(new Set(all)).toEqual(new Set(Object.values(CLASSES)))
})

describe.each(Object.entries(CLASSES))('%s', (binding, of) => {
  it.each(methodsOf(of))('%s is among the calls of older Workers, or was added since', (method) => {
    const isRecorded = CALLS.some((one) => one.binding === binding && one.method === method)
    const isAdded = binding === 'SUBJECT' && ADDED[method] === null
    expect(isRecorded || isAdded).toBe(true)
  })
})

const without = (value: unknown, names: readonly string[]): unknown =>
  typeof value !== 'object' || value === null || Array.isArray(value)
    ? value
    : Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)))

/** The objects of people know nothing of what was added. */
async function besideOlder<Result>(work: () => Promise<Result>): Promise<Result> {
  const namespace: Pick<DurableObjectNamespace, 'getByName'> = env.SUBJECT
  const getByName = namespace.getByName.bind(namespace)
  const older = (...args: Parameters<typeof getByName>) =>
    standIn(getByName(...args) as object, (name, method) => {
      const added = ADDED[name]
      if (added === undefined) return undefined
      if (added === null)
        return async () => {
          throw new TypeError(`The RPC receiver does not implement the method "${name}".`)
        }
      return async (...asked) =>
        without(await method(...asked.map((one) => without(one, added.asked))), added.answered)
    })
  Object.assign(namespace, { getByName: older })
  try {
    return await work()
  } finally {
    Reflect.deleteProperty(namespace, 'getByName')
  }
}

describe('the Worker of now beside an older object', () => {
  let app: SignInApp
  let person: TestPerson
  let base: string

  beforeAll(async () => {
    app = await aSignInApp({ refresh_token: { rotation_type: 'ROTATE', leeway: 0 } })
    person = await aPersonWithPassword()
    base = (await aPeopleServer()).issuer
  })

  it('signs people in, and their tokens live as ever, to their end', async () => {
    await besideOlder(async () => {
      const browser = new Browser()
      const scope = { scope: 'openid offline_access' }
      const { code = '' } = answerOf(await arrived(base, app, person, scope, browser))
      const [status, tokens] = await answered(await redeem(base, app, code))
      expect(status).toBe(200)
      const next = await refreshed(base, app, tokens['refresh_token'])
      expect((await userinfo(base, next['access_token'])).status).toBe(200)
      expect(await introspect(base, app, next['refresh_token'])).toHaveProperty('active', true)
      expect((await revoke(base, app, next['refresh_token'])).status).toBe(200)
      expect(await introspect(base, app, next['access_token'])).toEqual({ active: false })
      const again = await browser.get(authorizeUrl(base, app, { prompt: 'none' }))
      expect(answerOf(again)).toHaveProperty('code')
    })
  })

  it('still takes a code and a refresh token that are used twice for stolen', async () => {
    await besideOlder(async () => {
      const scope = { scope: 'openid offline_access' }
      const { code = '' } = answerOf(await arrived(base, app, person, scope))
      const [, tokens] = await answered(await redeem(base, app, code))
      const next = await refreshed(base, app, tokens['refresh_token'])
      expect((await refresh(base, app, tokens['refresh_token'])).status).toBe(400)
      expect(await introspect(base, app, next['access_token'])).toEqual({ active: false })
      expect((await redeem(base, app, code)).status).toBe(400)
    })
  })

  it('says of what an older object cannot do that it is unavailable', async () => {
    const browser = new Browser()
    await browser.signIn(await browser.get('/signin'), person.login, PASSWORD)
    const headers = { cookie: cookieOf(browser) }
    const asked = await besideOlder(() => send('/api/v1/sessions/me', { headers }))
    expect([asked.status, asked.headers.get('retry-after')]).toEqual([503, '5'])
    expect((await send('/api/v1/sessions/me', { headers })).status).toBe(200)
  })
})
