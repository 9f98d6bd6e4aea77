/** Linked objects: definitions, and links between users. */
import { expect } from 'vitest'
import { limits } from '../../../src/platform/limits.ts'
import type { Json } from '../../json.ts'
import { all, expectGone, expectNothing, paged, type Life, type World } from './life.ts'
import { aUser, removeUser } from './users.ts'

const hrefsOf = (links: readonly Json[]): readonly string[] =>
  links.map((one) => one['_links']['self']['href'] as string)

async function aDefinition({ client, unique }: World): Promise<Json> {
  const side = (name: string): Json => ({
    name: unique(name).replaceAll('-', '_'),
    title: name,
    description: `the ${name}`,
    type: 'USER',
  })
  const linkedObject = { primary: side('manager'), associated: side('subordinate') }
  const made = await client['linkedObjectApi'].createLinkedObjectDefinition({ linkedObject })
  expect(made).toMatchObject(linkedObject)
  return made
}

async function definitions(world: World): Promise<void> {
  const api = world.client['linkedObjectApi']
  const made = await aDefinition(world)
  const { primary, associated } = made
  for (const { name } of [primary, associated])
    expect(await api.getLinkedObjectDefinition({ linkedObjectName: name })).toEqual(made)
  expect(await all(api.listLinkedObjectDefinitions())).toContainEqual(made)
  await expect(api.createLinkedObjectDefinition({ linkedObject: made })).rejects.toMatchObject({ status: 409 }) // prettier-ignore
  await expectNothing(api.deleteLinkedObjectDefinition({ linkedObjectName: associated.name }))
  // Of the other name the SDK remembers an answer.
  await expectGone(api.getLinkedObjectDefinition({ linkedObjectName: associated.name }))
}

/** The SDK sends no limit for the list of links: more than a page holds are there. */
async function links(world: World): Promise<void> {
  const { client, execute, origin, unique } = world
  const { primary, associated } = await aDefinition(world)
  const api = client['userApi']
  const [manager, report] = [await aUser(world), await aUser(world)]
  const href = ({ id }: Json): string => `${origin}/api/v1/users/${id}`
  const of = (user: Json, { name }: Json): Promise<Json> =>
    api.listLinkedObjectsForUser({ userId: user['id'], relationshipName: name })
  await expectNothing(
    api.setLinkedObjectForUser({
      associatedUserId: report['profile']['login'],
      primaryRelationshipName: primary.name,
      primaryUserId: manager['id'],
    }),
  )
  expect(hrefsOf(await all(of(report, primary)))).toEqual([href(manager)])
  expect(hrefsOf(await all(of(manager, associated)))).toEqual([href(report)])
  const prefix = unique('00umany')
  const many = limits.linkedUsersPageSizeMax
  const ids = `WITH RECURSIVE made (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM made WHERE n < ${many})`
  await execute(
    `${ids} INSERT INTO users (id, login, status, profile, created, last_updated)
     SELECT '${prefix}-' || n, '${prefix}-' || n, 'STAGED', '{}', 1, 1 FROM made;
     ${ids} INSERT INTO linked_objects (associated_user_id, primary_name, primary_user_id, created)
     SELECT '${prefix}-' || n, '${primary.name}', '${manager['id']}', 1 FROM made`,
  )
  const found = hrefsOf(await paged(world, 2, () => of(manager, associated)))
  expect(new Set(found).size).toBe(many + 1)
  const at = { userId: report['id'], relationshipName: primary.name }
  await expectNothing(api.deleteLinkedObjectForUser(at))
  expect(await all(of(report, primary))).toEqual([])
  await client['linkedObjectApi'].deleteLinkedObjectDefinition({ linkedObjectName: primary.name })
  await expectGone(api.deleteLinkedObjectForUser(at))
  await execute(`DELETE FROM users WHERE id > '${prefix}-' AND id < '${prefix}.'`)
  for (const user of [manager, report]) await removeUser(world, user)
}

export const linkedObjectLives: readonly Life[] = [
  { name: 'a linked object definition', live: definitions },
  { name: 'links between users', live: links },
]
