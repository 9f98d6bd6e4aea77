/**
 * Who is linked to whom. Somebody's primary belongs to their profile, and tokens can tell of it, so that it is changed
 * by whoever may change the profile.
 */
import * as z from 'zod'
import { LinkedUserOutput, type LinkedObjectDefinition } from '../domain/linked-object.ts'
import type { GuardedUser } from '../domain/user.ts'
import { limits } from '../platform/limits.ts'
import { associatedWith, deleteLinkAt, primaryOf, saveLinkAt } from '../store/linked-objects.ts'
import type { Change, ManagementContext } from './context.ts'
import { definitionByPrimary, definitionOf, definitionTarget } from './linked-object-resource.ts'
import { paged, pageParameters, readPage, whole, type Listed, type Page } from './page.ts'
import { ListAnswer, route, type Route } from './route.ts'
import { userHref } from '../domain/user-output.ts'
import {
  changedUser,
  commitUserAt,
  userChange,
  userEntity,
  userOf,
  USER_PATH,
  USERS_MANAGE,
  USERS_READ,
} from './user-resource.ts'

const NAME = 'relationshipName'
const PATH = `${USER_PATH}/linkedObjects/:${NAME}`
const PAGE = limits.linkedUsersPageSizeMax

const change = (
  user: GuardedUser,
  message: string,
  definition: LinkedObjectDefinition,
  others: Change['target'] = [],
): Change =>
  userChange(user, 'user.account.update_profile', message, [
    ...others,
    definitionTarget(definition),
  ])

/** One attempt to give a user a primary. */
async function linked(
  user: GuardedUser,
  primary: GuardedUser,
  definition: LinkedObjectDefinition,
  context: ManagementContext,
): Promise<void> {
  const { db, nowSeconds } = context
  await commitUserAt(
    user,
    [saveLinkAt(db, user, definition.primary.name, primary.id, nowSeconds)],
    change(user, 'User is linked to another user', definition, [userEntity(primary)]),
    context,
  )
}

/** One attempt to take the primary of a relation from a user; who has none stays as they are. */
async function unlinked(
  user: GuardedUser,
  definition: LinkedObjectDefinition,
  context: ManagementContext,
): Promise<void> {
  const { db } = context
  const { name } = definition.primary
  if ((await primaryOf(db, user.id, name)) === null) return
  await commitUserAt(
    user,
    [deleteLinkAt(db, user, name)],
    change(user, 'Link of a user to another user is removed', definition),
    context,
  )
}

/** Who stands at the other side of a relation: the primary of a user, or those whose primary the user is. */
async function otherSide(
  user: GuardedUser,
  relationshipName: string,
  { primary }: LinkedObjectDefinition,
  page: Page,
  { db, origin }: ManagementContext,
): Promise<Listed> {
  const present = (id: string) => ({ _links: { self: { href: userHref(origin, { id }) } } })
  if (relationshipName === primary.name) {
    const id = await primaryOf(db, user.id, primary.name)
    return whole(id === null ? [] : [present(id)])
  }
  const wanted = { after: page.after, limit: page.limit + 1 }
  const users = await associatedWith(db, user.id, primary.name, wanted)
  return paged(users, page, ({ id }) => present(id))
}

export const userLinkedObjectRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    summary: 'List who stands at the other side of a relation of a user',
    scope: USERS_READ,
    query: pageParameters(PAGE, PAGE),
    output: z.array(LinkedUserOutput),
    async handle({ params, query }, context) {
      const page = readPage(query, PAGE, PAGE)
      const user = await userOf(params, context)
      const definition = await definitionOf(params, NAME, context)
      return new ListAnswer(await otherSide(user, params[NAME]!, definition, page, context))
    },
  }),
  route({
    method: 'PUT',
    path: `${USER_PATH}/linkedObjects/:primaryRelationshipName/:primaryUserId`,
    summary: 'Give a user a primary, in place of any other of that relation',
    scope: USERS_MANAGE,
    status: 204,
    handle: ({ params }, context) =>
      changedUser(params, context, async (user) => {
        const definition = await definitionByPrimary(params, 'primaryRelationshipName', context)
        const primary = await userOf({ userId: params['primaryUserId']! }, context)
        await linked(user, primary, definition, context)
      }),
  }),
  route({
    method: 'DELETE',
    path: PATH,
    summary: 'Take the primary of a relation from a user',
    scope: USERS_MANAGE,
    status: 204,
    handle: ({ params }, context) =>
      changedUser(params, context, async (user) =>
        unlinked(user, await definitionByPrimary(params, NAME, context), context),
      ),
  }),
]
