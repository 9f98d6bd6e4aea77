/** What a person's object keeps of the person: the same as it knows, as far as a value of storage has room for it. */
import { serialize } from 'node:v8'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/platform/limits.ts'
import {
  fromKept,
  kept,
  knowing,
  type KeptProjection,
  type Projection,
} from '../../../src/state/projection.ts'
import type { StoredAssignment } from '../../../src/store/app-users.ts'
import { assignmentOf, type StoredPerson } from '../../../src/store/person.ts'
import { anyText } from '../support/arbitraries.ts'
import { aPerson } from '../support/builders.ts'

const ROOM = limits.projectionCharactersMax

const aUser = (description = ''): StoredPerson => ({
  person: aPerson({
    groupIds: ['00g1'],
    groups: [{ id: '00g1', name: 'one', description, type: 'OKTA_GROUP' }],
  }),
  login: 'ada@example.com',
  passwordHash: null,
})

const aProfile = (text: string): StoredAssignment => ({ userName: null, profile: { text } })

const asked = (user: StoredPerson, apps: readonly (readonly [string, StoredAssignment | null])[]) =>
  apps.reduce<Projection | null>(
    (known, [appId, assignment]) => knowing(known, user, appId, assignment),
    null,
  )!

/** How many characters storage is given. */
const sizeOf = ({ user, assignments }: KeptProjection): number =>
  assignments.reduce((sum, [id, one]) => sum + id.length + one.length, user.length)

const stored = (projection: Projection): Projection | null =>
  fromKept(kept(projection) ?? undefined)

describe('what a person’s object knows', () => {
  it('is the person as last read, and of each app what was last read of it', () => {
    const first = knowing(null, aUser('old'), '0oa1', aProfile('old'))
    const second = knowing(first, aUser('new'), '0oa2', null)
    const third = knowing(second, aUser('new'), '0oa1', aProfile('new'))
    expect(third).toEqual({ user: aUser('new'), assignments: new Map([['0oa2', null], ['0oa1', aProfile('new')]]) }) // prettier-ignore
    expect(knowing(third, aUser(), null, null).assignments).toEqual(third.assignments)
  })

  it('is of no more apps than it may be: the one asked about longest ago gives way', () => {
    const apps = Array.from({ length: limits.assignmentsKnownMax + 1 }, (_, at) => `0oa${at}`)
    const known = [
      ...asked(
        aUser(),
        apps.map((id) => [id, null]),
      ).assignments.keys(),
    ]
    expect(known).toEqual(apps.slice(1))
  })
})

describe('what storage keeps of it', () => {
  it('is all of it, for any values', () => {
    const assignment = fc.option(
      fc.record({
        userName: fc.option(anyText),
        profile: fc.dictionary(anyText, fc.jsonValue(), { noNullPrototype: true }),
      }),
    )
    const apps = fc.uniqueArray(fc.tuple(anyText, assignment), { selector: ([id]) => id, minLength: 1 }) // prettier-ignore
    fc.assert(
      fc.property(anyText, apps, (description, all) => {
        const known = asked(aUser(description), all)
        expect(JSON.stringify([...stored(known)!.assignments])).toBe(JSON.stringify([...known.assignments])) // prettier-ignore
        expect(stored(known)!.user).toEqual(known.user)
      }),
    )
  })

  it('never has more characters than there is room for, and is the latest as far as it reaches', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: ROOM }), { maxLength: 5, minLength: 1 })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: ROOM }), sizes, (ofUser, ofApps) => {
        const apps = ofApps.map((size, at) => [`0oa${at}`, aProfile('x'.repeat(size))] as const)
        const value = kept(asked(aUser('x'.repeat(ofUser)), apps))
        if (value === null) {
          expect(ofUser).toBeGreaterThan(ROOM - 1000)
          return
        }
        expect(sizeOf(value)).toBeLessThanOrEqual(ROOM)
        const left = value.assignments.length
        expect(value.assignments.map(([id]) => id)).toEqual(apps.slice(apps.length - left).map(([id]) => id)) // prettier-ignore
        const next = left === apps.length ? Infinity : ofApps[apps.length - left - 1]!
        expect(sizeOf(value) + next).toBeGreaterThan(ROOM - 1000)
      }),
      { numRuns: 30 },
    )
  })

  it('is small enough for one value of storage, whatever is written in it', () => {
    const apps = Array.from({ length: limits.assignmentsKnownMax }, (_, at) => [`0oa${at}`, aProfile('名'.repeat(500))] as const) // prettier-ignore
    for (const description of ['名', '\u0000', '"'])
      for (const ofUser of [10, ROOM / 7, ROOM / 2, ROOM - 1000]) {
        const value = kept(asked(aUser(description.repeat(ofUser)), apps))
        // As storage writes it.
        expect(serialize(value).byteLength).toBeLessThan(2_000_000)
      }
  })

  it('is nothing when the person alone is one character too many', () => {
    const most = ROOM - JSON.stringify(aUser()).length
    expect(kept(knowing(null, aUser('x'.repeat(most)), null, null))?.user).toHaveLength(ROOM)
    expect(kept(knowing(null, aUser('x'.repeat(most + 1)), null, null))).toBeNull()
  })

  it('is not taken for what other code kept', () => {
    const value = kept(knowing(null, aUser(), null, null))!
    expect(fromKept({ ...value, format: 2 } as unknown as KeptProjection)).toBeNull()
    expect(fromKept(undefined)).toBeNull()
  })
})

describe('the assignment of an app', () => {
  const { user } = knowing(null, aUser(), null, null)
  const [own, everybodys] = [false, true].map((isImplicit) => ({ appId: '0oa1', isImplicit }))

  it('is what the person has, else what everybody has, else none', () => {
    const profile = { plan: 'gold' }
    for (const app of [own!, everybodys!])
      expect(assignmentOf(user, { userName: 'ada', profile }, app)).toEqual({ userName: 'ada', profile }) // prettier-ignore
    expect(assignmentOf(user, null, everybodys!)).toEqual({ userName: 'ada@example.com', profile: {} }) // prettier-ignore
    expect(assignmentOf(user, null, own!)).toBeNull()
  })

  it('calls the person by the login of the profile, and by the stored one without it', () => {
    const called = (profile: object) =>
      assignmentOf({ ...user, person: aPerson({ profile: { ...profile } }) }, aProfile(''), own!)
    expect(called({ login: 'ada@profile.example' })?.userName).toBe('ada@profile.example')
    expect(called({})?.userName).toBe('ada@example.com')
  })
})
