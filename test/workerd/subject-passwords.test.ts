/** Passwords in the user's object: one attempt at a time, lockout, better hashes, stale marks, and storage that is away. */
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { PasswordInput } from '../../src/passwords/input.ts'
import { hashPassword, verifyPassword } from '../../src/passwords/verify.ts'
import { limits } from '../../src/platform/limits.ts'
import { StorageUnavailable } from '../../src/platform/storage-errors.ts'
import { deliver, passwordsOf } from '../../src/state/ports.ts'
import { SubjectEndings } from '../../src/state/subject-endings.ts'
import { SubjectPassword } from '../../src/state/subject-password.ts'
import { SubjectPerson } from '../../src/state/subject-person.ts'
import { testBindings } from '../bindings.ts'
import { api, unique, type Json } from './support.ts'

const NOW = 1_800_000_000
const RIGHT = 'Correct-Horse-7'
const passwords = passwordsOf(env)

interface UserRow {
  status: string
  status_changed: number | null
  version: number
}

/** A user as the management API leaves one, with a stored hash or without any. */
async function aUser(passwordHash: string | null, status = 'ACTIVE'): Promise<string> {
  const id = unique('00u')
  await env.DB.batch([
    env.DB.prepare(
      'INSERT INTO users (id, login, status, profile, created, last_updated) VALUES (?1, ?2, ?3, ?4, 1, 1)',
    ).bind(id, `${id}@example.com`, status, '{}'),
    env.DB.prepare('INSERT INTO user_credentials (user_id, password_hash) VALUES (?1, ?2)').bind(
      id,
      passwordHash,
    ),
  ])
  return id
}

const userOf = async (id: string): Promise<UserRow> =>
  (await env.DB.prepare('SELECT status, status_changed, version FROM users WHERE id = ?1')
    .bind(id)
    .first<UserRow>())!

const hashOf = (id: string): Promise<string | null> =>
  env.DB.prepare('SELECT password_hash FROM user_credentials WHERE user_id = ?1')
    .bind(id)
    .first<string>('password_hash')

const setHash = (id: string, hash: string): Promise<unknown> =>
  env.DB.prepare('UPDATE user_credentials SET password_hash = ?2 WHERE user_id = ?1')
    .bind(id, hash)
    .run()

const subject = (id: string) => env.SUBJECT.getByName(id)

const attempt = (id: string, password: string): Promise<string> =>
  passwords.verify(id, password, NOW)

async function wrongly(id: string, times: number): Promise<readonly string[]> {
  const outcomes: string[] = []
  for (let time = 0; time < times; time++) outcomes.push(await attempt(id, `Wrong-${time}`))
  return outcomes
}

const lockEvents = async (id: string): Promise<readonly Json[]> => {
  const { results } = await env.LOG_DB.prepare(
    "SELECT document FROM events WHERE event_type = 'user.account.lock'",
  ).all<{ document: string }>()
  return results
    .map(({ document }) => JSON.parse(document) as Json)
    .filter(({ target }) => (target as readonly Json[])[0]?.['id'] === id)
}

/** Runs while a table of the configuration database does not answer. */
async function withoutTable<Result>(table: string, work: () => Promise<Result>): Promise<Result> {
  await env.DB.prepare(`ALTER TABLE ${table} RENAME TO away`).run()
  try {
    return await work()
  } finally {
    await env.DB.prepare(`ALTER TABLE away RENAME TO ${table}`).run()
  }
}

/** A user's object whose lockouts are told to nobody. */
const aPassword = (storage: DurableObjectStorage, person: SubjectPerson): SubjectPassword =>
  new SubjectPassword(storage, env.DB, person, new SubjectEndings(storage), async () => true)

/** A database that answers what is asked of users, and of their groups and apps that there are none. */
const answering = (users: () => Promise<readonly unknown[]>): D1Database =>
  ({
    prepare: () => ({ bind: () => ({}) }),
    withSession: () => ({
      batch: async () => [{ results: await users() }, ...[1, 2, 3].map(() => ({ results: [] }))],
    }),
  }) as unknown as D1Database

const ROW = { login: 'x', status: 'ACTIVE', profile: '{}', last_updated: 1 }

const SALT = 'MDEyMzQ1Njc4OWFiY2RlZg=='
const IMPORTED: Readonly<Record<string, Json>> = {
  BCRYPT: { workFactor: 4, salt: 'abcdefghijklmnopqrstuu', value: 'gDh3AOeLCEVSkC3NAmHL6Ulzmiu6pc6' }, // prettier-ignore
  MD5: { value: 'uqI/AB2yzLWvrScD4YJjpg==' },
  'SHA-1': { salt: SALT, saltOrder: 'PREFIX', value: 'slxTWvQuYg2IlaJB4jLrkJyMJqk=' },
  'SHA-256': { salt: SALT, saltOrder: 'POSTFIX', value: '9h0+T3Qk/Eo/bC7iFgfGDhE7sogfz7iLlLZvGYo4w0Q=' }, // prettier-ignore
  'SHA-512': { value: 'lKwNXJHsGlo8MvclaiDMdjZO9o/3q3vjaWamP1FfeS//e39nSCBl4w5KLBm+foQ3ktoBKBsG+HEaRZiLzwPxJQ==' }, // prettier-ignore
  PBKDF2: { digestAlgorithm: 'SHA256_HMAC', iterationCount: 4096, keySize: 32, salt: SALT, value: '2L5VAiSp7HnSiS49oMbbxENqWSe4BOu/fpwRiiBgSNY=' }, // prettier-ignore
}
const IMPORTED_PASSWORD = 'P@ssword123456 ü'

const importedHash = (algorithm: string): string => {
  const given = PasswordInput.parse({ hash: { algorithm, ...IMPORTED[algorithm] } })
  if (given.kind !== 'imported') throw new Error('the hash was not read')
  return given.stored
}

const stored: Record<'today' | 'wrong', string> = { today: '', wrong: '' }

beforeAll(async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  stored.today = hashPassword(RIGHT)
  stored.wrong = hashPassword('Another-Horse-8')
  // Seeds the org.
  await api('GET', '/api/v1/authorizationServers')
})

describe('an attempt', () => {
  it('tells the right password from others', async () => {
    const id = await aUser(stored.today)
    expect(await attempt(id, RIGHT)).toBe('correct')
    expect(await attempt(id, RIGHT.toLowerCase())).toBe('wrong')
    expect(await attempt(id, '')).toBe('wrong')
    expect(await attempt(id, RIGHT)).toBe('correct')
  })

  it('is wrong for a user without a password, one who does not exist, and nothing is stored of the latter', async () => {
    const none = await aUser(null)
    expect(await wrongly(none, 12)).toEqual(Array(12).fill('wrong'))
    expect((await userOf(none)).status).toBe('ACTIVE')
    const nobody = unique('00u')
    expect(await attempt(nobody, RIGHT)).toBe('wrong')
    const left = await runInDurableObject(subject(nobody), (_, { storage }) => [
      ...storage.kv.list(),
    ])
    expect(left).toEqual([])
  })

  it('reads the database once while nobody changes the user', async () => {
    const id = await aUser(stored.today)
    expect(await attempt(id, RIGHT)).toBe('correct')
    await setHash(id, stored.wrong)
    // Nobody said so: the change went round the management API.
    expect(await attempt(id, RIGHT)).toBe('correct')
    await subject(id).markStale()
    expect(await attempt(id, RIGHT)).toBe('wrong')
    expect(await attempt(id, 'Another-Horse-8')).toBe('correct')
  })

  it('[race] is never right by a password that was replaced before it ended', async () => {
    const id = await aUser(stored.today)
    const answered: string[] = []
    await Promise.all([
      ...Array.from({ length: 20 }, async () => {
        answered.push(await attempt(id, RIGHT))
      }),
      (async () => {
        await setHash(id, stored.wrong)
        await subject(id).markStale()
        answered.push('replaced')
      })(),
    ])
    expect(answered).toContain('replaced')
    const later = answered.slice(answered.indexOf('replaced') + 1)
    expect(later.filter((outcome) => outcome === 'correct')).toEqual([])
    expect(await attempt(id, 'Another-Horse-8')).not.toBe('wrong')
  })
})

describe('a stale mark that comes while an attempt is under way', () => {
  it('[race] between the question to the database and its answer: the answer is not kept', async () => {
    const id = await aUser(stored.today)
    const outcome = await runInDurableObject(subject(id), async (_, { storage }) => {
      const answers = [stored.today, stored.wrong]
      const db = answering(async () => {
        if (answers.length === 2) person.markStale()
        return [{ ...ROW, password_hash: answers.shift() }]
      })
      const person = new SubjectPerson(storage, db)
      return aPassword(storage, person).verify({ userId: id, app: null, password: RIGHT, now: NOW })
    })
    expect(outcome).toMatchObject({ outcome: 'wrong' })
  })

  it('[race] while the password is looked at: the verdict is not given, and the attempt counts once', async () => {
    const id = await aUser(importedHash('SHA-256'))
    expect(await attempt(id, 'Wrong-1')).toBe('wrong')
    const outcome = await runInDurableObject(subject(id), async (_, { storage }) => {
      const person = new SubjectPerson(storage, env.DB)
      const password = aPassword(storage, person)
      await setHash(id, stored.today)
      const verdict = password.verify({
        userId: id,
        app: null,
        password: IMPORTED_PASSWORD,
        now: NOW,
      })
      const failures = (): number | undefined =>
        storage.kv.get<{ failures: number }>('attempts')?.failures
      for (let tick = 0; tick < 100 && failures() !== 2; tick++) await Promise.resolve()
      expect(failures()).toBe(2)
      person.markStale()
      const outcome = await verdict
      expect(storage.kv.get('attempts')).toEqual({ failures: 2, recorded: false })
      return outcome
    })
    expect(outcome).toMatchObject({ outcome: 'wrong' })
  })

  it('is obeyed a bounded number of times', async () => {
    const id = await aUser(stored.today)
    const outcome = runInDurableObject(subject(id), async (_, { storage }) => {
      const db = answering(async () => {
        person.markStale()
        return []
      })
      const person = new SubjectPerson(storage, db)
      return aPassword(storage, person)
        .verify({ userId: id, app: null, password: RIGHT, now: NOW })
        .catch(String)
    })
    expect(await outcome).toContain('the user is being changed')
  })
})

describe('attempts that come at once', () => {
  it('[race] are looked at one by one, and no more wait than are worth it', async () => {
    const id = await aUser(stored.today)
    const [asked, afterwards, last, reasons] = await runInDurableObject(
      subject(id),
      async (_, { storage }) => {
        const asked: unknown[] = []
        const { promise: away, reject } = Promise.withResolvers<never>()
        const db = answering(() => {
          asked.push(1)
          return away
        })
        const password = aPassword(storage, new SubjectPerson(storage, db))
        const verify = (): Promise<unknown> =>
          password.verify({ userId: id, app: null, password: RIGHT, now: NOW }).catch(String)
        const waiting = Array.from({ length: limits.passwordAttemptsWaitingMax }, verify)
        const last = await verify()
        const before = asked.length
        reject(new Error('away'))
        const reasons = new Set(await Promise.all(waiting))
        return [before, asked.length, last, [...reasons]] as const
      },
    )
    expect(asked).toBe(1)
    expect(afterwards).toBe(limits.passwordAttemptsWaitingMax)
    expect(last).toContain('too many attempts are waiting')
    expect(reasons).toEqual([expect.stringContaining('D1')])
  })
})

describe('a lockout', () => {
  it('comes with the tenth wrong password in a row: not one before', async () => {
    const id = await aUser(stored.today)
    expect(await wrongly(id, 9)).toEqual(Array(9).fill('wrong'))
    expect((await userOf(id)).status).toBe('ACTIVE')
    expect(await attempt(id, RIGHT)).toBe('correct')
    expect(await wrongly(id, 10)).toEqual(Array(10).fill('wrong'))
    expect(await userOf(id)).toEqual({ status: 'LOCKED_OUT', status_changed: NOW, version: 2 })
    expect(await attempt(id, RIGHT)).toBe('locked')
    expect(await wrongly(id, 3)).toEqual(['locked', 'locked', 'locked'])
    expect((await userOf(id)).version).toBe(2)
  })

  it('[race] 50 wrong passwords at once: ten are tried, and the right one afterwards is not', async () => {
    const id = await aUser(stored.today)
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, index) => attempt(id, `Wrong-${index}`)),
    )
    expect(outcomes.filter((outcome) => outcome === 'wrong')).toHaveLength(
      limits.passwordAttemptsMax,
    )
    expect(outcomes.filter((outcome) => outcome === 'locked')).toHaveLength(40)
    expect(await attempt(id, RIGHT)).toBe('locked')
    expect(await lockEvents(id)).toHaveLength(1)
  })

  it('is told to the system log, durably and once', async () => {
    const id = await aUser(stored.today)
    await wrongly(id, 12)
    expect(await lockEvents(id)).toEqual([
      expect.objectContaining({
        eventType: 'user.account.lock',
        target: [expect.objectContaining({ id, type: 'User', alternateId: `${id}@example.com` })],
      }),
    ])
  })

  it('ends when an administrator unlocks, and the count begins anew', async () => {
    const id = await aUser(stored.today)
    await wrongly(id, 10)
    await env.DB.prepare("UPDATE users SET status = 'ACTIVE' WHERE id = ?1").bind(id).run()
    await deliver(env, { id: 'obx1', kind: 'subject.unlock', subject: id, payload: {} })
    expect(await wrongly(id, 9)).toEqual(Array(9).fill('wrong'))
    expect(await attempt(id, RIGHT)).toBe('correct')
  })

  it('ends with the status in the database, once the object is told to look', async () => {
    const id = await aUser(stored.today)
    await wrongly(id, 10)
    expect(await attempt(id, RIGHT)).toBe('locked')
    await env.DB.prepare("UPDATE users SET status = 'ACTIVE' WHERE id = ?1").bind(id).run()
    expect(await attempt(id, RIGHT)).toBe('locked')
    await subject(id).markStale()
    expect(await attempt(id, RIGHT)).toBe('correct')
    expect(await wrongly(id, 10)).toEqual(Array(10).fill('wrong'))
    expect((await userOf(id)).status).toBe('LOCKED_OUT')
  })

  it('of a user who is suspended is recorded when the user no longer is', async () => {
    const id = await aUser(stored.today, 'SUSPENDED')
    expect(await wrongly(id, 11)).toEqual([...Array<string>(10).fill('wrong'), 'locked'])
    expect((await userOf(id)).status).toBe('SUSPENDED')
    await env.DB.prepare("UPDATE users SET status = 'ACTIVE' WHERE id = ?1").bind(id).run()
    await subject(id).markStale()
    expect(await attempt(id, RIGHT)).toBe('locked')
    expect((await userOf(id)).status).toBe('LOCKED_OUT')
  })

  it('counts in storage, so that it outlives the object in memory', async () => {
    const id = await aUser(stored.today)
    await wrongly(id, 7)
    const kept = await runInDurableObject(subject(id), (_, { storage }) =>
      storage.kv.get('attempts'),
    )
    expect(kept).toEqual({ failures: 7, recorded: false })
  })

  it('is by the status where the object counted nothing', async () => {
    const id = await aUser(stored.today, 'LOCKED_OUT')
    expect(await attempt(id, RIGHT)).toBe('locked')
    expect(await lockEvents(id)).toEqual([])
  })

  it('leaves nothing when the person is erased', async () => {
    const id = await aUser(stored.today)
    await wrongly(id, 5)
    await subject(id).erase()
    const left = await runInDurableObject(subject(id), (_, { storage }) => [...storage.kv.list()])
    expect(left).toEqual([])
  })
})

describe('an imported hash', () => {
  it.each(Object.keys(IMPORTED))(
    '%s is replaced by Argon2id at the first right password, and by no wrong one',
    async (algorithm) => {
      const imported = importedHash(algorithm)
      const id = await aUser(imported)
      expect(await attempt(id, 'Wrong-1')).toBe('wrong')
      expect(await hashOf(id)).toBe(imported)
      expect(await attempt(id, IMPORTED_PASSWORD)).toBe('correct')
      const replaced = await hashOf(id)
      expect(replaced).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
      expect(await verifyPassword(replaced ?? '', IMPORTED_PASSWORD)).toEqual({
        matches: true,
        outdated: false,
      })
      expect(await attempt(id, IMPORTED_PASSWORD)).toBe('correct')
      expect(await hashOf(id)).toBe(replaced)
      expect((await userOf(id)).version).toBe(1)
    },
  )

  it('[race] does not overwrite a password that was changed meanwhile', async () => {
    const id = await aUser(importedHash('MD5'))
    // The object keeps the imported hash; the change has committed and its mark is still under way.
    expect(await attempt(id, 'Wrong-1')).toBe('wrong')
    await setHash(id, stored.today)
    expect(await attempt(id, IMPORTED_PASSWORD)).toBe('correct')
    expect(await hashOf(id)).toBe(stored.today)
    expect(await attempt(id, IMPORTED_PASSWORD)).toBe('wrong')
  })

  it('signs in also when the better hash cannot be stored, and is replaced the next time', async () => {
    const id = await aUser(importedHash('MD5'))
    expect(await attempt(id, 'Wrong-1')).toBe('wrong')
    const outcome = await withoutTable('user_credentials', () => attempt(id, IMPORTED_PASSWORD))
    expect(outcome).toBe('correct')
    expect(await hashOf(id)).toMatch(/^\$md5\$/)
    expect(await attempt(id, IMPORTED_PASSWORD)).toBe('correct')
    expect(await hashOf(id)).toMatch(/^\$argon2id\$/)
  })
})

describe('storage that is away', () => {
  it('is neither a wrong password nor a right one, and counts for nothing', async () => {
    const id = await aUser(stored.today)
    await withoutTable('users', async () => {
      for (let time = 0; time < 12; time++)
        await expect(attempt(id, RIGHT)).rejects.toThrow(StorageUnavailable)
    })
    expect(await wrongly(id, 9)).toEqual(Array(9).fill('wrong'))
    expect(await attempt(id, RIGHT)).toBe('correct')
  })

  it('does not let the lockout go unrecorded: the tenth attempt is 503, and so is the next until it is', async () => {
    const id = await aUser(stored.today)
    expect(await wrongly(id, 9)).toEqual(Array(9).fill('wrong'))
    await withoutTable('outbox', async () => {
      await expect(attempt(id, 'Wrong-10')).rejects.toThrow(StorageUnavailable)
      await expect(attempt(id, RIGHT)).rejects.toThrow(StorageUnavailable)
    })
    expect((await userOf(id)).status).toBe('ACTIVE')
    expect(await attempt(id, RIGHT)).toBe('locked')
    expect((await userOf(id)).status).toBe('LOCKED_OUT')
    expect(await lockEvents(id)).toHaveLength(1)
  })

  it('is told apart from a stored hash that cannot be read only in the log', async () => {
    const id = await aUser('$rot13$$aGFzaA')
    for (let time = 0; time < 12; time++)
      await expect(attempt(id, RIGHT)).rejects.toThrow(StorageUnavailable)
    await setHash(id, stored.today)
    await subject(id).markStale()
    expect(await attempt(id, RIGHT)).toBe('correct')
  })
})

describe('a new password', () => {
  it('is hashed in the object of its user, which stores nothing for it', async () => {
    const id = unique('00u')
    const hash = await passwords.hash(id, RIGHT)
    expect(await verifyPassword(hash, RIGHT)).toEqual({ matches: true, outdated: false })
    const left = await runInDurableObject(subject(id), (_, { storage }) => [...storage.kv.list()])
    expect(left).toEqual([])
  })
})

describe("the administrator's password", () => {
  it('is the one of the environment', async () => {
    const id = await env.DB.prepare('SELECT id FROM users WHERE login = ?1')
      .bind(testBindings.BOOTSTRAP_ADMIN_LOGIN)
      .first<string>('id')
    expect(await attempt(id!, testBindings.BOOTSTRAP_ADMIN_PASSWORD)).toBe('correct')
    expect(await attempt(id!, 'another')).toBe('wrong')
    expect(await hashOf(id!)).toMatch(/^\$argon2id\$/)
  })
})
