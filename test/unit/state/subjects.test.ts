/** The port of the objects of users: one call an operation at the right object, and every failure is one of storage. */
import { describe, expect, it, vi } from 'vitest'
import { UnansweredGrant, type Subjects } from '../../../src/domain/subjects.ts'
import { limits } from '../../../src/platform/limits.ts'
import { readSettings } from '../../../src/platform/settings.ts'
import { StorageUnavailable } from '../../../src/platform/storage-errors.ts'
import { subjectsOf } from '../../../src/state/ports.ts'
import { testBindings } from '../../bindings.ts'
import { anAuthorization } from '../support/builders.ts'

const settings = readSettings(testBindings)
const app = { appId: '0oa1', isImplicit: false }
const key = { userId: '00u1', id: 's', secret: 'x' }
const token = { userId: '00u1', authorizationId: 'oar1', jti: 'j' }
const rules = {
  app,
  ruleIds: null,
  now: 1,
  serverId: 'org',
  clientId: 'c',
  notBefore: 0,
  secret: 'x',
}
const proof = { userId: '00u1', epoch: 'e', mark: 'm', provenAt: 1 }
const attempt = { userId: '00u1', login: 'Ada', password: 'p', app, now: 1 }

type Calls = { readonly [Name in keyof Subjects]: (port: Subjects) => Promise<unknown> }

const CALLS: Calls = {
  verifyPassword: (port) => port.verifyPassword(attempt),
  holderOfProof: (port) => port.holderOfProof(proof),
  replacePassword: (port) =>
    port.replacePassword({ proof, oldPassword: null, newPassword: 'n', revokeSessions: false, event: {} as never, now: 1 }), // prettier-ignore
  startSession: (port) =>
    port.startSession({ userId: '00u1', secret: 'x', amr: [], replaces: key, now: 1 }),
  findSession: (port) => port.findSession(key, app, 1),
  readSession: (port) => port.readSession(key, 1),
  refreshSession: (port) => port.refreshSession(key, 1),
  endSession: (port) => port.endSession(key),
  authorize: (port) => port.authorize(anAuthorization(), app, 'epoch'),
  authorizeDirectly: (port) => port.authorizeDirectly(anAuthorization(), app, true, 'epoch'),
  redeem: (port) =>
    port.redeem({ ...token, ...rules, redirectUri: null, verifierChallenge: null, mayRefresh: true }), // prettier-ignore
  refresh: (port) =>
    port.refresh({ ...token, ...rules, generation: 0, scopes: null, rotation: 'ROTATE', leewaySeconds: 0 }), // prettier-ignore
  undelivered: (port) => port.undelivered({ ...token, generation: 0, now: 1 }),
  inspect: (port) => port.inspect({ ...token, app }, 1),
  revokeRefreshToken: (port) => port.revokeRefreshToken({ ...token, ...rules, generation: 0 }),
  revokeAccessToken: (port) => port.revokeAccessToken({ ...token, expires: 1 }),
}

/** The port on objects that all answer alike, and the names of those that were asked. */
function port(answer: () => unknown): { readonly subjects: Subjects; readonly asked: string[] } {
  const asked: string[] = []
  const object = new Proxy({}, { get: () => async () => answer() })
  const getByName = (name: string): unknown => {
    asked.push(name)
    return object
  }
  const env = { SUBJECT: { getByName } } as unknown as Cloudflare.Env
  return { subjects: subjectsOf(env, settings), asked }
}

/** Of a call, in milliseconds. */
const patience = (name: string): number =>
  name === 'undelivered' ? limits.lostAnswerMillis.telling : limits.storageMillis.object

describe.each(Object.entries(CALLS))('%s', (name, call) => {
  it("makes one call, to the user's object, and gives its answer", async () => {
    for (const answer of [null, false, { outcome: 'granted' }]) {
      const { subjects, asked } = port(() => answer)
      expect(await call(subjects)).toEqual(answer)
      expect(asked).toEqual(['00u1'])
    }
  })

  it('fails as storage does, whether the object is away or what it reads is', async () => {
    const away = port(() => {
      throw new TypeError('Network connection lost')
    })
    await expect(call(away.subjects)).rejects.toThrow(StorageUnavailable)
    await expect(call(port(() => 'unavailable').subjects)).rejects.toThrow(StorageUnavailable)
  })

  it('waits for an object that does not answer no longer than the limit says', async () => {
    vi.useFakeTimers()
    const { subjects } = port(() => new Promise(() => undefined))
    const answer = call(subjects).catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(patience(name) - 1)
    expect(await Promise.race([answer, Promise.resolve('waiting')])).toBe('waiting')
    await vi.advanceTimersByTimeAsync(1)
    expect(await answer).toBeInstanceOf(StorageUnavailable)
    vi.useRealTimers()
  })
})

describe('a grant whose answer is lost', () => {
  const lost = Object.assign(new Error('reset'), { retryable: true })
  const overloaded = Object.assign(new Error('too much'), { retryable: true, overloaded: true })
  const named = (subjects: Subjects): Promise<unknown> =>
    subjects
      .refresh({
        ...token,
        ...rules,
        generation: 0,
        scopes: null,
        rotation: 'ROTATE',
        leewaySeconds: 0,
        attempt: 'a',
      }) // prettier-ignore
      .catch((error: unknown) => error)

  it('is asked for once more, and then nobody knows what it came to, whatever the second fault was', async () => {
    for (const second of [lost, overloaded, new Error('away')]) {
      const faults = [lost, second]
      const { subjects, asked } = port(() => {
        throw faults.shift()!
      })
      expect(await named(subjects)).toMatchObject({
        undelivered: { authorizationId: 'oar1', generation: 1, attempt: 'a' },
      })
      expect(asked).toHaveLength(2)
    }
  })

  it('of an object that had too much to do at once was never given', async () => {
    const { subjects, asked } = port(() => {
      throw overloaded
    })
    const error = await named(subjects)
    expect(error).toBeInstanceOf(StorageUnavailable)
    expect(error).not.toBeInstanceOf(UnansweredGrant)
    expect(asked).toHaveLength(1)
  })

  it('is not asked for again when nobody waits any more', async () => {
    vi.useFakeTimers()
    let lose = (): void => undefined
    const answer = new Promise((_, reject) => {
      lose = () => {
        reject(lost)
      }
    })
    const { subjects, asked } = port(() => answer)
    const error = named(subjects)
    await vi.advanceTimersByTimeAsync(limits.storageMillis.object)
    expect(await error).toBeInstanceOf(UnansweredGrant)
    lose()
    await vi.advanceTimersByTimeAsync(limits.lostAnswerMillis.repeated + 1)
    vi.useRealTimers()
    expect(asked).toHaveLength(1)
  })
})

describe('nobody', () => {
  it('is worked on in an object by a MAC of the login, which does not tell it', async () => {
    const { subjects, asked } = port(() => ({ outcome: 'wrong' }))
    for (const login of ['ÁDA@example.com', 'áda@example.com', 'eve@example.com'])
      await subjects.verifyPassword({ ...attempt, userId: null, login })
    expect(asked[0]).toMatch(/^nobody 1\.[\w-]{43}$/)
    expect([asked[1] === asked[0], asked[2] === asked[0]]).toEqual([true, false])
  })
})
