/** The object of a person that code before this one left behind: what still counts stays, the rest is read anew. */
import { runInDurableObject } from 'cloudflare:test'
import { beforeAll, expect, it } from 'vitest'
import { hashPassword } from '../../src/passwords/verify.ts'
import { limits } from '../../src/platform/limits.ts'
import { aPerson } from './subject-people.ts'
import { aFamily, aSession, isSignedIn, keptBy, subject, subjects } from './subject-support.ts'
import { api } from './support.ts'

const RIGHT = 'Correct-Horse-7'
const tried = limits.passwordAttemptsMax - 1

beforeAll(() => api('GET', '/api/v1/authorizationServers'))

/** As version 1 of the tables had it: endings, a projection of another format, wrong passwords. */
const leaveBehind = (userId: string, failures: number): Promise<void> =>
  runInDurableObject(subject(userId), (_, { storage: { kv, sql } }) => {
    sql.exec('CREATE TABLE migrations (version INTEGER PRIMARY KEY) WITHOUT ROWID')
    sql.exec('INSERT INTO migrations (version) VALUES (1)')
    sql.exec(
      `CREATE TABLE endings (kind TEXT, server_id TEXT, client_id TEXT, authorization_id TEXT,
       at INTEGER NOT NULL, PRIMARY KEY (kind, server_id, client_id, authorization_id)) WITHOUT ROWID`,
    )
    sql.exec("INSERT INTO endings VALUES ('tokens', '', '', '', 4102444800)")
    kv.put('projection', { format: 1, status: 'SUSPENDED' })
    kv.put('attempts', { failures, recorded: false })
  })

/** Somebody whose object is new. */
async function usedPerson(): Promise<string> {
  const userId = await aPerson()
  await isSignedIn(await aSession(userId))
  return userId
}

it('takes the tables of now, and the person as the database has them', async () => {
  const userId = await aPerson()
  await leaveBehind(userId, 1)
  expect(await isSignedIn(await aSession(userId))).toBe(true)
  expect((await aFamily({ userId, sessionId: null, sid: null })).userId).toBe(userId)
  const kept = (await keptBy(userId)).filter((name) => name !== 'attempts')
  expect(kept).toEqual(await keptBy(await usedPerson()))
})

it('goes on counting wrong passwords where it was', async () => {
  const userId = await aPerson(hashPassword(RIGHT))
  await leaveBehind(userId, tried)
  const attempt = async (password: string): Promise<string> => {
    const asked = { userId, login: '', password, app: null, now: Date.now() }
    return (await subjects.verifyPassword(asked)).outcome
  }
  expect(await attempt('another one')).toBe('wrong')
  expect(await attempt(RIGHT)).toBe('locked')
})
