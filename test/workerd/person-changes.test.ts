/** Whatever is changed about a person, their groups and their apps: the next request is answered with what is true. */
import '../property-seed.ts'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { SessionKey } from '../../src/domain/session.ts'
import type { AskedApp, GrantOutcome } from '../../src/domain/subjects.ts'
import { APPS, aWebApp, create } from './app-support.ts'
import { aGroup, GROUPS } from './group-support.ts'
import { aPersonWithPassword, type TestPerson } from './sign-in-support.ts'
import {
  aRefresh,
  aSession,
  authorized,
  EVERYBODYS,
  redeemed,
  subjects,
} from './subject-support.ts'
import { api, made, unique, type Json } from './support.ts'
import { USERS } from './user-support.ts'

interface SignedInPerson extends TestPerson {
  readonly session: SessionKey
}

let app: AskedApp
let people: readonly SignedInPerson[]
const groups: string[] = []

/** A group with everybody in it. */
async function aFullGroup(): Promise<string> {
  const group = await aGroup()
  for (const { id } of people) await made(204, 'PUT', `${GROUPS}/${group['id']}/users/${id}`)
  return group['id']
}

beforeAll(async () => {
  app = { appId: (await create(aWebApp()))['id'], isImplicit: false }
  people = await Promise.all(
    [1, 2].map(async () => {
      const person = await aPersonWithPassword()
      return { ...person, session: await aSession(person.id) }
    }),
  )
  for (let made = 0; made < 3; made++) groups.push(await aFullGroup())
})

/** Sends a change; there may be nothing to change. */
async function sent(method: string, path: string, body?: unknown): Promise<void> {
  const { status } = await api(method, path, body)
  expect([200, 204, 404, ...(method === 'DELETE' ? [400] : [])]).toContain(status)
}

/** What the API shows of a person and the app. */
async function shown({ id }: TestPerson): Promise<object> {
  const response = await api('GET', `${APPS}/${app.appId}/users/${id}`)
  const { credentials, profile } = (await response.json()) as Json
  const of = (await made(200, 'GET', `${USERS}/${id}/groups`)) as unknown as readonly Json[]
  return {
    assignment: response.status === 404 ? null : { userName: credentials['userName'], profile },
    groups: of
      .map((group) => ({ id: group['id'], ...group['profile'], type: group['type'] }))
      .toSorted((one, other) => (one.id < other.id ? -1 : 1)),
  }
}

/** What the person's object goes by. */
async function known({ session }: SignedInPerson): Promise<object> {
  const found = await subjects.findSession(session, app, Date.now())
  return { assignment: found?.assignment, groups: found?.person.groups }
}

interface Chosen {
  readonly group: number
  readonly person: number
  readonly priority: number
  readonly plan: string
  readonly text: string | null
}

const chosen: fc.Arbitrary<Chosen> = fc.record({
  group: fc.nat(2),
  person: fc.nat(1),
  priority: fc.nat(3),
  plan: fc.constantFrom('gold', 'silver', 'iron'),
  text: fc.constantFrom('one', 'other', null),
})

const ofGroup = ({ group }: Chosen): string => `${GROUPS}/${groups[group]}`
const ofMember = (by: Chosen): string => `${ofGroup(by)}/users/${people[by.person]!.id}`
const ofApp = (): string => `${APPS}/${app.appId}`
const ofAppGroup = ({ group }: Chosen): string => `${ofApp()}/groups/${groups[group]}`
const ofAppUser = ({ person }: Chosen): string => `${ofApp()}/users/${people[person]!.id}`

const CHANGES: readonly ((by: Chosen) => Promise<void>)[] = [
  (by) => sent('PUT', ofGroup(by), { profile: { name: unique('renamed'), description: by.text } }),
  async (by) => {
    await sent('DELETE', ofGroup(by))
    groups[by.group] = await aFullGroup()
  },
  (by) => sent('PUT', ofMember(by)),
  (by) => sent('DELETE', ofMember(by)),
  (by) => sent('PUT', ofAppGroup(by), { priority: by.priority, profile: { plan: by.plan } }),
  (by) => sent('PATCH', ofAppGroup(by), [{ op: 'replace', path: '/priority', value: by.priority }]),
  (by) => sent('PATCH', ofAppGroup(by), [{ op: 'replace', path: '/profile/plan', value: by.plan }]),
  (by) => sent('DELETE', ofAppGroup(by)),
  ({ person, text }) =>
    sent('POST', `${ofApp()}/users`, {
      id: people[person]!.id,
      scope: 'USER',
      credentials: { userName: text },
    }),
  (by) => sent('POST', ofAppUser(by), { profile: { plan: by.plan } }),
  (by) => sent('POST', ofAppUser(by), { credentials: { userName: by.text } }),
  (by) => sent('DELETE', ofAppUser(by)),
  ({ person }) =>
    sent('POST', `${USERS}/${people[person]!.id}`, {
      profile: { login: `${unique('login')}@people.example` },
    }),
]

describe('what a person’s object goes by', () => {
  it('is what the API shows, after every change in whatever order', async () => {
    const most = CHANGES.length
    const order = fc.shuffledSubarray([...CHANGES, ...CHANGES], { minLength: most })
    const choices = fc.array(chosen, { minLength: 2 * most, maxLength: 2 * most })
    await fc.assert(
      fc.asyncProperty(order, choices, async (changes, by) => {
        for (const [at, change] of changes.entries()) {
          await change(by[at]!)
          for (const person of people) expect(await known(person)).toEqual(await shown(person))
        }
      }),
      { numRuns: 3, endOnFailure: true },
    )
  })

  it('is at the next refresh and the next inspection a group’s new name and description', async () => {
    const { id: userId } = people[0]!
    const group = await aGroup()
    await made(204, 'PUT', `${GROUPS}/${group['id']}/users/${userId}`)
    const record = await authorized(userId)
    const { handle } = await redeemed(record)
    const ofGroup = (person: { readonly groups?: readonly { readonly id: string }[] } | null) =>
      person?.groups?.find(({ id }) => id === group['id'])
    const seen = async () => {
      const token = { userId, authorizationId: record.id, jti: 'j', app: EVERYBODYS }
      const inspected = await subjects.inspect(token, record.created)
      const refreshed: GrantOutcome = await subjects.refresh(aRefresh(record, handle, { rotation: 'STATIC' })) // prettier-ignore
      return [
        ofGroup(inspected.alive ? inspected.person : null),
        ofGroup(refreshed.outcome === 'granted' ? refreshed.person : null),
      ]
    }
    const before = { id: group['id'], type: 'OKTA_GROUP', ...group['profile'] }
    expect(await seen()).toEqual([before, before])
    for (const profile of [
      { name: unique('new'), description: null },
      { name: unique('new'), description: 'new' },
    ]) {
      // prettier-ignore
      await made(200, 'PUT', `${GROUPS}/${group['id']}`, { profile })
      const after = { ...before, ...profile }
      expect(await seen()).toEqual([after, after])
    }
    await made(204, 'DELETE', `${GROUPS}/${group['id']}`)
    expect(await seen()).toEqual([undefined, undefined])
  })
})
