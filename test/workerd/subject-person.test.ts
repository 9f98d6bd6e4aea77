/** What a person's object knows of the person: groups and what each app is told, also where there is much of it. */
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import { SubjectPerson } from '../../src/state/subject-person.ts'
import { APPS } from './app-support.ts'
import { databaseTrips } from './counting.ts'
import { aGroup, GROUPS } from './group-support.ts'
import { aPersonWithPassword, aSignInApp } from './sign-in-support.ts'
import { aGroupWith, anApp, anAppOf, aPerson } from './subject-people.ts'
import { aSession, EVERYBODYS, keptBy, subject, subjects } from './subject-support.ts'
import { api, made, type Json } from './support.ts'

beforeAll(() => api('GET', '/api/v1/authorizationServers'))

const own = (appId: string) => ({ appId, isImplicit: false })

/** Puts a person into many groups whose descriptions are as long as they may be. */
async function describedGroups(userId: string, count: number): Promise<void> {
  await env.DB.batch([
    env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
       INSERT INTO groups (id, type, name, description, created, last_updated)
       SELECT '00g' || ?1 || '.' || i, 'OKTA_GROUP', ?1 || i, ?3, 1, 1 FROM n`,
    ).bind(userId, count, '説'.repeat(limits.descriptionCharactersMax)),
    env.DB.prepare(
      `INSERT INTO group_members (group_id, user_id) SELECT id, ?1 FROM groups WHERE id > '00g' || ?1 || '.' AND id < '00g' || ?1 || '/'`,
    ).bind(userId),
  ])
}

describe('the groups of a person', () => {
  it('are known with their names, descriptions and types, in the order of their ids', async () => {
    const { id } = await aPersonWithPassword()
    const [one, other] = [await aGroup('Research 研究', 'Those who look'), await aGroup()]
    for (const group of [one, other]) await made(204, 'PUT', `${GROUPS}/${group['id']}/users/${id}`)
    const signedIn = await subjects.findSession(await aSession(id), null, Date.now())
    const groups = signedIn?.person.groups ?? []
    expect(groups).toHaveLength(3)
    expect(groups).toContainEqual({
      id: one['id'],
      name: 'Research 研究',
      description: 'Those who look',
      type: 'OKTA_GROUP',
    })
    expect(groups).toContainEqual(expect.objectContaining({ id: other['id'], description: null }))
    expect(groups).toContainEqual(expect.objectContaining({ type: 'BUILT_IN' }))
    expect(groups.map((group) => group.id)).toEqual(groups.map((group) => group.id).toSorted())
    expect(signedIn?.person.groupIds).toEqual(groups.map((group) => group.id))
  })
})

describe('what an app is told of a person', () => {
  it('is what the assignment shows: the own one, else that of the group which comes first', async () => {
    const [app, person] = [await aSignInApp(), await aPersonWithPassword()]
    await made(200, 'PUT', `${APPS}/${app.id}`, app.app)
    const session = await aSession(person.id)
    const path = `${APPS}/${app.id}`
    const agrees = async (expected: Json) => {
      const shown = await made(200, 'GET', `${path}/users/${person.id}`)
      expect(shown['profile']).toEqual(expected)
      const signedIn = await subjects.findSession(session, own(app.id), Date.now())
      const { userName } = shown['credentials'] as { userName: string }
      expect(signedIn?.assignment).toEqual({ userName, profile: expected })
    }
    const [second, first] = [await aGroup(), await aGroup()]
    for (const [priority, group] of [second, first].entries()) {
      await made(204, 'PUT', `${GROUPS}/${group['id']}/users/${person.id}`)
      const body = { priority: 5 - priority, profile: { priority: 5 - priority, list: ['x'] } }
      await made(200, 'PUT', `${path}/groups/${group['id']}`, body)
    }
    await agrees({ priority: 4, list: ['x'] })
    await made(200, 'PUT', `${path}/groups/${second['id']}`, { priority: 0, profile: { now: 0 } })
    await agrees({ now: 0 })
    const credentials = { userName: 'the-countess' }
    await made(200, 'POST', `${path}/users`, { id: person.id, scope: 'USER', credentials })
    await agrees({ now: 0 })
    await made(200, 'POST', `${path}/users/${person.id}`, { profile: { its: 'own' } })
    await agrees({ its: 'own' })
    await made(204, 'DELETE', `${path}/users/${person.id}`)
    await agrees({ now: 0 })
  })

  it('is nothing where everybody has the app, and there is no assignment without it', async () => {
    const userId = await aPerson()
    const session = await aSession(userId)
    const found = async (app: typeof EVERYBODYS) =>
      (await subjects.findSession(session, app, Date.now()))?.assignment
    expect(await found(EVERYBODYS)).toEqual({ userName: `${userId}@example.com`, profile: {} })
    expect(await found({ ...EVERYBODYS, isImplicit: false })).toBeNull()
  })
})

describe('what there is much of', () => {
  it('is known in memory, without the database, while it is too much to keep', async () => {
    const userId = await aPerson()
    const appId = await anAppOf(userId, 'ada')
    await describedGroups(userId, limits.groupsOfUserMax)
    const session = await aSession(userId)
    const found = () => subjects.findSession(session, own(appId), Date.now())
    expect((await found())?.person.groups).toHaveLength(limits.groupsOfUserMax)
    expect(await databaseTrips(found)).toBe(0)
    expect(await keptBy(userId)).not.toContain('projection')
    await subject(userId).markStale()
    await env.DB.prepare('DELETE FROM group_members WHERE user_id = ?1').bind(userId).run()
    expect((await found())?.person.groups).toEqual([])
    expect(await keptBy(userId)).toContain('projection')
  })

  it('and was little when it was kept is kept no more', async () => {
    const userId = await aPerson()
    const session = await aSession(userId)
    expect(await keptBy(userId)).toContain('projection')
    await describedGroups(userId, limits.groupsOfUserMax)
    await subjects.findSession(session, EVERYBODYS, Date.now())
    expect(await keptBy(userId)).not.toContain('projection')
  })

  it('and is known in memory only leaves no alarm behind', async () => {
    const userId = await aPerson()
    await describedGroups(userId, limits.groupsOfUserMax)
    const alarmAfterAttempt = async () => {
      const attempt = { userId, login: '', password: 'Wrong-1', app: null, now: Date.now() }
      expect((await subjects.verifyPassword(attempt)).outcome).toBe('wrong')
      return runInDurableObject(subject(userId), (_, { storage }) => storage.getAlarm())
    }
    expect([await alarmAfterAttempt(), await keptBy(userId)]).toEqual([null, []])
    await env.DB.prepare('DELETE FROM group_members WHERE user_id = ?1').bind(userId).run()
    await subject(userId).markStale()
    expect([await alarmAfterAttempt(), await keptBy(userId)]).toEqual([expect.any(Number), ['projection']]) // prettier-ignore
  })

  it('fits into storage up to the bound, whatever is written in it, and is there after the object slept', async () => {
    const userId = await aPerson()
    const appId = await anAppOf(userId, 'ada')
    const fitting = Math.floor(limits.projectionCharactersMax / (limits.descriptionCharactersMax + 200)) // prettier-ignore
    await describedGroups(userId, fitting)
    const trips = await runInDurableObject(subject(userId), async (_, { storage }) => {
      const groups = async () => {
        const person = new SubjectPerson(storage, env.DB)
        return person.decide(userId, own(appId), (user) => user?.person.groups?.length)
      }
      expect(await groups()).toBe(fitting)
      return databaseTrips(async () => expect(await groups()).toBe(fitting))
    })
    expect(trips).toBe(0)
    expect(await keptBy(userId)).toEqual(['projection'])
  })

  it('of apps is read one by one, and each once', async () => {
    const userId = await aPerson()
    const apps = [await anAppOf(userId, 'ada'), await anApp(), await anApp()]
    await aGroupWith(userId, apps[1]!)
    const trips = await runInDurableObject(subject(userId), async (_, { storage }) => {
      const names = async () => {
        const person = new SubjectPerson(storage, env.DB)
        const has: unknown[] = []
        for (const appId of apps)
          has.push(await person.decide(userId, own(appId), (user) => user?.assignment?.userName))
        return has
      }
      const expected = ['ada', `${userId}@example.com`, undefined]
      const first = await databaseTrips(async () => expect(await names()).toEqual(expected))
      return [first, await databaseTrips(async () => expect(await names()).toEqual(expected))]
    })
    expect(trips).toEqual([3, 0])
  })
})
