/** Groups and their members. */
import { expect } from 'vitest'
import type { Json } from '../../json.ts'
import { all, expectGone, expectNothing, idsOf, paged, type Life, type World } from './life.ts'
import { aUser, removeUser } from './users.ts'

async function groups(world: World): Promise<void> {
  const { client, unique } = world
  const api = client['groupApi']
  const name = unique('group')
  const made: Json[] = []
  for (const at of [1, 2, 3])
    made.push(
      await api.createGroup({ group: { profile: { name: `${name}-${at}`, description: 'd' } } }),
    )
  const one = made[0]!
  const at = { groupId: one['id'] }
  expect(one).toMatchObject({
    type: 'OKTA_GROUP',
    profile: { name: `${name}-1`, description: 'd' },
  })
  expect(await api.getGroup(at)).toMatchObject({ id: one['id'], profile: one['profile'] })
  const replaced = await api.replaceGroup({ ...at, group: { profile: { name: `${name}-0` } } })
  expect(replaced.profile.name).toBe(`${name}-0`)
  const search = `profile.name sw "${name}"`
  const found = await paged(world, 3, () => api.listGroups({ search, limit: 1 }))
  expect(idsOf(found).toSorted()).toEqual(idsOf(made).toSorted())
  expect(idsOf(await all(api.listGroups({ q: name }))).toSorted()).toEqual(idsOf(made).toSorted())
  const listed = await paged(world, 2, () => api.listGroups({ limit: 2 }))
  expect(idsOf(listed)).toContain(one['id'])
  expect((await all(api.listGroups({ q: 'Everyone' })))[0]).toMatchObject({ type: 'BUILT_IN' })
  for (const { id } of made) await expectNothing(api.deleteGroup({ groupId: id }))
  await expectGone(api.getGroup(at))
}

async function members(world: World): Promise<void> {
  const { client, unique } = world
  const api = client['groupApi']
  const group = await api.createGroup({ group: { profile: { name: unique('members') } } })
  const at = { groupId: group.id as string }
  const people = [await aUser(world), await aUser(world), await aUser(world)]
  for (const { id } of people) await expectNothing(api.assignUserToGroup({ ...at, userId: id }))
  const listed = await paged(world, 3, () => api.listGroupUsers({ ...at, limit: 1 }))
  expect(idsOf(listed).toSorted()).toEqual(idsOf(people).toSorted())
  const userId = people[0]!['id'] as string
  const groupsOf = async (): Promise<readonly string[]> =>
    idsOf(await all(client['userApi'].listUserGroups({ userId })))
  expect(await groupsOf()).toContain(at.groupId)
  await expectNothing(api.unassignUserFromGroup({ ...at, userId }))
  expect(await groupsOf()).not.toContain(at.groupId)
  await api.deleteGroup(at)
  for (const person of people) await removeUser(world, person)
}

export const groupLives: readonly Life[] = [
  { name: 'a group', live: groups },
  { name: 'members of a group', live: members },
]
