/** Replacing an expired password in the object of a person, through the port. */
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import type { PasswordProof } from '../../src/domain/password-replacement.ts'
import { limits } from '../../src/platform/limits.ts'
import { systemLogEvent } from '../../src/domain/log-event.ts'
import { commit } from '../../src/store/database.ts'
import { putInPlace } from '../../src/store/user-credentials.ts'
import { aPersonWithPassword, PASSWORD, type TestPerson } from './sign-in-support.ts'
import { subjects } from './subject-support.ts'
import { made } from './support.ts'
import { USERS } from './user-support.ts'

const NEW = 'Another-Horse-8-battery'

let person: TestPerson

beforeEach(async () => {
  person = await aPersonWithPassword()
  await made(200, 'POST', `${USERS}/${person.id}/lifecycle/expire_password`)
})

const signIn = (password: string) =>
  subjects.verifyPassword({ userId: person.id, login: person.login, password, app: null, now: Date.now() }) // prettier-ignore

async function proofOf(): Promise<PasswordProof> {
  const outcome = await signIn(PASSWORD)
  if (outcome.outcome !== 'expired' || outcome.replaceable === undefined)
    throw new Error(outcome.outcome)
  return outcome.replaceable.proof
}

const replace = (proof: PasswordProof, newPassword: string) => {
  const actor = { id: person.id, type: 'User', alternateId: null, displayName: null }
  const happening = { eventType: 'user.account.update_password', displayMessage: 'x', actor, target: [] } // prettier-ignore
  const event = systemLogEvent(happening, { type: 'WEB', id: 'x', caller: null }, Date.now())
  const change = { oldPassword: null, revokeSessions: false, now: Date.now() }
  return subjects.replacePassword({ proof, newPassword, event, ...change })
}

describe('a proof', () => {
  it('[race] replaces once: of many new passwords one is stored, and whoever gave it is told', async () => {
    const proof = await proofOf()
    const given = Array.from({ length: 5 }, (_, at) => `${NEW}${at}`)
    const outcomes = await Promise.all(given.map((password) => replace(proof, password)))
    const names = outcomes.map(({ outcome }) => outcome)
    expect(names.toSorted()).toEqual(['over', 'over', 'over', 'over', 'replaced'])
    for (const [at, password] of given.entries())
      expect((await signIn(password)).outcome).toBe(names[at] === 'replaced' ? 'correct' : 'wrong')
  })

  it('says who it is of, in the epoch in which it was made', async () => {
    const proof = await proofOf()
    expect((await subjects.holderOfProof(proof))?.id).toBe(person.id)
    const outcome = await replace(proof, NEW)
    expect(outcome).toMatchObject({
      outcome: 'replaced',
      epoch: proof.epoch,
      person: { id: person.id, status: 'ACTIVE' },
    })
  })

  it('does not put the old password in its own place, and counts nothing for that', async () => {
    const proof = await proofOf()
    for (let time = 0; time <= limits.passwordAttemptsMax; time++)
      expect(await replace(proof, PASSWORD)).toEqual({ outcome: 'unfit', missed: ['differs'] })
    expect((await replace(proof, NEW)).outcome).toBe('replaced')
  })

  it.each<readonly [string, Partial<PasswordProof>]>([
    ['another password', { mark: 'x' }],
    ['another epoch', { epoch: 'x' }],
  ])('of %s is worth nothing', async (_, other) => {
    const proof = { ...(await proofOf()), ...other }
    expect(await subjects.holderOfProof(proof)).toBeNull()
    expect((await replace(proof, NEW)).outcome).toBe('over')
  })

  it('of somebody who does not exist is worth nothing', async () => {
    const proof = { ...(await proofOf()), userId: '00unobody' }
    expect(await subjects.holderOfProof(proof)).toBeNull()
    expect((await replace(proof, NEW)).outcome).toBe('over')
  })

  it('is not taken by the database when another password that expires was set meanwhile', async () => {
    const proof = await proofOf()
    const read = 'SELECT password_hash FROM user_credentials WHERE user_id = ?'
    const hashOf = () => env.DB.prepare(read).bind(person.id).first<string>('password_hash')
    const from = ['PASSWORD_EXPIRED'] as const
    const put = (hash: string | null) =>
      putInPlace(env.DB, { userId: person.id, outdated: hash, from }, 1)
    const outdated = await hashOf()
    const path = `${USERS}/${person.id}/lifecycle/expire_password_with_temp_password`
    const { tempPassword } = await made(200, 'POST', path)
    const set = await hashOf()
    expect(await commit(env.DB, [put(outdated)])).toBe(false)
    expect((await replace(proof, NEW)).outcome).toBe('over')
    expect(await hashOf()).toBe(set)
    expect((await signIn(tempPassword)).outcome).toBe('expired')
    expect(await commit(env.DB, [put(set)])).toBe(true)
  })
})
