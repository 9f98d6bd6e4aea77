/**
 * Writers of users and of their schema who decided on what was no longer so. Over HTTP the calls of one isolate rarely
 * meet like that, so here the statements run on what a writer had read too early.
 */
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import type { AttributeDefinition } from '../../src/domain/profile-schema.ts'
import type { GuardedUser } from '../../src/domain/user.ts'
import type { UserStatus } from '../../src/domain/user-status.ts'
import { fieldsOf } from '../../src/management/user-resource.ts'
import { deleteAttribute, saveAttributes } from '../../src/store/profile-attributes.ts'
import { deleteUserRole, rolesOf } from '../../src/store/role-assignments.ts'
import { findUser, insertUser, updateUserAt } from '../../src/store/users.ts'
import { aPerson } from './principals.ts'
import { unique } from './support.ts'

const { DB } = env
const NOW = 2

async function changes(statement: D1PreparedStatement): Promise<number> {
  return (await statement.run()).meta.changes
}

async function userAsRead(id: string): Promise<GuardedUser> {
  const user = await findUser(DB, id)
  if (user === null) throw new Error(`no user ${id}`)
  return user
}

const toStatus = (user: GuardedUser, status: UserStatus): D1PreparedStatement =>
  updateUserAt(DB, user, fieldsOf(user, { status }), NOW)

const withoutRole = async ({ id }: GuardedUser): Promise<D1PreparedStatement> =>
  deleteUserRole(DB, id, (await rolesOf(DB, 'USER', id))[0]!.id)

describe('two super administrators, each read while the other was in use', () => {
  beforeEach(async () => {
    await aPerson('SUPER_ADMIN')
    await DB.prepare(`DELETE FROM role_assignments WHERE role = 'SUPER_ADMIN'`).run()
  })

  /** Everything by which somebody stops being one in use; deletion begins with deactivation. */
  const WAYS: Readonly<Record<string, (user: GuardedUser) => Promise<D1PreparedStatement>>> = {
    'the role taken': withoutRole,
    suspension: async (user) => toStatus(user, 'SUSPENDED'),
    deactivation: async (user) => toStatus(user, 'DEPROVISIONED'),
  }
  const PAIRS = Object.keys(WAYS).flatMap((one) => Object.keys(WAYS).map((other) => [one, other]))

  it.each(PAIRS)('lose one of them only: %s, then %s', async (first, second) => {
    const [one, other] = [await aPerson('SUPER_ADMIN'), await aPerson('SUPER_ADMIN')]
    const read = [await userAsRead(one.id), await userAsRead(other.id)] as const
    expect(read.map(({ isLastSuperAdmin }) => isLastSuperAdmin)).toEqual([false, false])
    const writes = [await WAYS[first!]!(read[0]), await WAYS[second!]!(read[1])] as const
    expect(await changes(writes[0])).toBe(1)
    expect(await changes(writes[1])).toBe(0)
    expect((await userAsRead(other.id)).isLastSuperAdmin).toBe(true)
  })
})

describe('custom attributes', () => {
  const definition = (type: string, items?: string) =>
    ({ title: 'Any', type, ...(items !== undefined && { items: { type: items } }) }) as AttributeDefinition // prettier-ignore

  const aName = (): string => unique('raced').replaceAll('-', '_')

  const save = (attributes: Readonly<Record<string, AttributeDefinition>>): Promise<number> =>
    changes(saveAttributes(DB, attributes, NOW))

  it('keep the type that somebody else gave them, and what came with the refused one is not made', async () => {
    const [name, list, other] = [aName(), aName(), aName()]
    expect(await save({ [name]: definition('string'), [list]: definition('array', 'string') })).toBe(2) // prettier-ignore
    expect(await save({ [other]: definition('string'), [name]: definition('integer') })).toBe(0)
    expect(await save({ [list]: definition('array', 'integer') })).toBe(0)
    expect(await save({ [name.toUpperCase()]: definition('string') })).toBe(0)
    expect(await save({ [name]: definition('string') })).toBe(1)
    for (const one of [name, list]) expect(await changes(deleteAttribute(DB, one))).toBe(1)
    expect(await changes(deleteAttribute(DB, other))).toBe(0)
  })

  it('that are lists of something else by now are written into nobody', async () => {
    const name = aName()
    await save({ [name]: definition('array', 'integer') })
    const user = await userAsRead((await aPerson()).id)
    const fields = fieldsOf(user, { profile: { ...user.profile, [name]: ['late'] } })
    const write = (kind: 'array:string' | 'array:integer') =>
      changes(updateUserAt(DB, user, fields, NOW, { [name]: kind }))
    expect(await write('array:string')).toBe(0)
    expect(await write('array:integer')).toBe(1)
  })

  it('that are gone, or of another type by now, are written into nobody', async () => {
    const name = aName()
    await save({ [name]: definition('string') })
    const user = await userAsRead((await aPerson()).id)
    const fields = fieldsOf(user, { profile: { ...user.profile, [name]: 'late' } })
    const login = `${name}@late.example`
    const fresh = { ...user, id: `00u${name}`, login, profile: { [name]: 'late' } }
    const kinds = { [name]: 'string:' } as const
    const writes = () =>
      Promise.all([
        changes(updateUserAt(DB, user, fields, NOW, kinds)),
        changes(insertUser(DB, fresh, [], kinds)),
      ])
    expect(await changes(deleteAttribute(DB, name))).toBe(1)
    expect(await writes()).toEqual([0, 0])
    await save({ [name]: definition('integer') })
    expect(await writes()).toEqual([0, 0])
    expect(await changes(deleteAttribute(DB, name))).toBe(1)
    await save({ [name]: definition('string') })
    expect(await writes()).toEqual([1, 1])
  })
})
