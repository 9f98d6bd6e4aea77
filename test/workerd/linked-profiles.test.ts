/**
 * What a person's object knows of those whom the person is linked to: their profiles, as they are now, whatever was
 * changed and by whichever call.
 */
import { createScheduledController } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import worker from '../../src/index.ts'
import type { Person } from '../../src/domain/person.ts'
import { enqueueAudience } from '../../src/store/audience.ts'
import { commit } from '../../src/store/database.ts'
import { databaseTrips } from './counting.ts'
import { keepsProjection, rememberProjection, users, waiting } from './group-support.ts'
import {
  aRelation,
  LINKED_OBJECTS,
  link,
  linksPath,
  type Relation,
} from './linked-object-support.ts'
import { during } from './meanwhile.ts'
import { aSession, subjects } from './subject-support.ts'
import { api, made, unique, type Json } from './support.ts'
import { aUser, USERS } from './user-support.ts'

const SCHEMA = '/api/v1/meta/schemas/user/default'

interface Linked {
  readonly primaryId: string
  readonly relation: Relation
  /** What the object of the other user knows of the primary. */
  readonly known: () => Promise<Person['linked']>
}

/** A profile as it is stored: what is not set is not there. */
const stored = ({ profile }: Json): Json =>
  Object.fromEntries(Object.entries(profile as Json).filter(([, value]) => value !== null))

/** Two people, one the primary of the other, whose object has been asked about it. */
async function aLinkedPerson(profile = {}): Promise<Linked & { readonly id: string }> {
  const [primary, relation] = [await aUser(profile), await aRelation()]
  const [id] = (await users(1)) as [string]
  const session = await aSession(id)
  await link(id, relation, primary['id'])
  const known = async () => (await subjects.findSession(session, null, Date.now()))?.person.linked
  expect(await known()).toEqual({ [relation.primary]: stored(primary) })
  return { id, primaryId: primary['id'], relation, known }
}

const forget = ({ primary }: Relation) => made(204, 'DELETE', `${LINKED_OBJECTS}/${primary}`)

beforeAll(() => api('GET', '/api/v1/authorizationServers'))

describe('the profile of a primary', () => {
  it('is known by the name of each relation, and nothing where there is none', async () => {
    const { id, relation, known } = await aLinkedPerson()
    const [other, more] = [await aUser(), await aRelation()]
    await link(id, more, other['id'])
    const linked = await known()
    expect(Object.keys(linked ?? {}).toSorted()).toEqual([relation.primary, more.primary].toSorted()) // prettier-ignore
    expect(linked?.[more.primary]).toEqual(stored(other))
    const session = await aSession((await users(1))[0]!)
    expect((await subjects.findSession(session, null, Date.now()))?.person.linked).toEqual({})
    await link(id, relation, other['id'])
    expect((await known())?.[relation.primary]).toEqual(stored(other))
    for (const one of [relation, more]) await forget(one)
  })

  it('is as it is now after each change of it, whole or in part', async () => {
    const { primaryId, relation, known } = await aLinkedPerson()
    const path = `${USERS}/${primaryId}`
    const changed = await made(200, 'POST', path, { profile: { email: 'new@people.example' } })
    expect(changed['profile']['email']).toBe('new@people.example')
    expect(await known()).toEqual({ [relation.primary]: stored(changed) })
    const profile = { ...stored(changed), lastName: 'Other' }
    expect(stored(await made(200, 'PUT', path, { profile }))).toEqual(profile)
    expect(await known()).toEqual({ [relation.primary]: profile })
    await forget(relation)
  })

  it('loses a custom attribute with everybody', async () => {
    const name = unique('tier').replaceAll('-', '_')
    const set = (definition: unknown) =>
      made(200, 'POST', SCHEMA, { definitions: { custom: { properties: { [name]: definition } } } })
    await set({ title: 'Tier', type: 'string' })
    const { relation, known } = await aLinkedPerson({ [name]: 'gold' })
    await set(null)
    // Whoever had a value hears of it from the outbox, and so does whoever is linked to one of them.
    await worker.scheduled(createScheduledController() as never, env as never)
    expect((await known())?.[relation.primary]).not.toHaveProperty(name)
    await forget(relation)
  })

  it('is known whatever the status, and no more when the primary is deleted', async () => {
    const { primaryId, relation, known } = await aLinkedPerson()
    await made(204, 'DELETE', `${USERS}/${primaryId}`)
    expect((await made(200, 'GET', `${USERS}/${primaryId}`))['status']).toBe('DEPROVISIONED')
    expect(await known()).toHaveProperty([relation.primary, 'email'])
    await made(204, 'DELETE', `${USERS}/${primaryId}`)
    expect(await known()).toEqual({})
    await forget(relation)
  })

  it('is known no more when the link or the relation is removed', async () => {
    const { id, primaryId, relation, known } = await aLinkedPerson()
    await made(204, 'DELETE', linksPath(id, relation.primary))
    expect(await known()).toEqual({})
    await link(id, relation, primaryId)
    expect(await known()).toHaveProperty(relation.primary)
    await forget(relation)
    expect(await known()).toEqual({})
  })
})

describe('a change of a profile', () => {
  it('tells those whose primary it is once, whatever the number of relations, and nobody else', async () => {
    const [one, other] = [await aRelation(), await aRelation()]
    const { id: primary } = await aUser()
    const [ann, bob, stranger] = (await users(3)) as [string, string, string]
    for (const relation of [one, other]) await link(ann, relation, primary)
    await link(bob, one, primary)
    await link(stranger, one, ann)
    const audience = { relation: 'primary', values: [primary as string], tells: 'stale' } as const
    await commit(env.DB, [enqueueAudience(env.DB, 'obxonce', audience, 1)])
    expect((await waiting('subject.stale')).toSorted()).toEqual([ann, bob])
    await env.DB.prepare('DELETE FROM outbox').run()
    for (const id of [ann, bob, stranger]) await rememberProjection(id)
    await made(200, 'POST', `${USERS}/${primary}`, { profile: { nickName: 'New' } })
    expect(await Promise.all([ann, bob, stranger].map(keepsProjection))).toEqual([
      false,
      false,
      true,
    ])
    expect(await waiting('subject.stale')).toEqual([])
    for (const relation of [one, other]) await forget(relation)
  })

  it('that happens only at a second attempt leaves no mark of the first one', async () => {
    const { primaryId, relation, known } = await aLinkedPerson()
    const path = `${USERS}/${primaryId}`
    const first = () => made(200, 'POST', path, { profile: { nickName: 'First' } })
    expect(await during(first, 'POST', path, { profile: { title: 'Second' } })).toEqual([200, undefined]) // prettier-ignore
    expect((await known())?.[relation.primary]).toMatchObject({
      nickName: 'First',
      title: 'Second',
    })
    expect(await waiting('subject.stale')).toEqual([])
    await forget(relation)
  })

  it('of somebody who is nobody’s primary asks the database no more than before', async () => {
    const { id } = await aUser({}, {}, '?activate=true')
    const path = `${USERS}/${id}`
    const change = () => made(200, 'POST', path, { profile: { nickName: 'New' } })
    await change()
    const trips = await databaseTrips(change)
    const [bob] = (await users(1)) as [string]
    const relation = await aRelation()
    await link(bob, relation, id)
    // Reading whom it concerns, and that they were told.
    expect(await databaseTrips(change)).toBe(trips + 2)
    await forget(relation)
  })
})
