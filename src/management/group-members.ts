/** Who is in a group. Everybody's membership of the built-in group is not changed. */
import * as z from 'zod'
import type { Group } from '../domain/group.ts'
import type { User } from '../domain/user.ts'
import { limits } from '../platform/limits.ts'
import { invalid, notFound } from '../protocol/api-errors.ts'
import { ForeignKeyViolation } from '../store/database.ts'
import {
  deleteMember,
  insertMember,
  isKeptOut,
  listMembers,
  touchMembership,
} from '../store/group-members.ts'
import type { Change, ManagementContext } from './context.ts'
import {
  editableGroupOf,
  groupOf,
  GROUP_PATH,
  GROUP_TYPE,
  groupTarget,
  GROUPS_MANAGE,
  GROUPS_READ,
} from './group-resource.ts'
import { paged, pageParameters, readPage } from './page.ts'
import { ListAnswer, route, type Route } from './route.ts'
import { presentLinkedUser, UserOutput } from '../domain/user-output.ts'
import { userEntity, userOf } from './user-resource.ts'

const MEMBER_PATH = `${GROUP_PATH}/users/:userId`
const MEMBERS_MANAGE = 'okta.groups.members.manage'

const change = (group: Group, user: User, verb: 'add' | 'remove', done: string): Change => ({
  eventType: `group.user_membership.${verb}`,
  displayMessage: `User is ${done}`,
  target: [userEntity(user), groupTarget(group)],
  staleUsers: [user.id],
})

/** Somebody who is a member stays one. */
async function added(group: Group, user: User, context: ManagementContext): Promise<void> {
  const { db, nowSeconds } = context
  try {
    const happened = await context.commit(
      [insertMember(db, group.id, user.id, nowSeconds)],
      change(group, user, 'add', 'added to the group'),
      [touchMembership(db, group.id, nowSeconds)],
    )
    if (!happened && (await isKeptOut(db, group.id, user.id)))
      throw invalid('userId', `userId: A user is in at most ${limits.groupsOfUserMax} groups`)
  } catch (error) {
    throw error instanceof ForeignKeyViolation ? notFound(group.id, GROUP_TYPE) : error
  }
}

export const groupMemberRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: `${GROUP_PATH}/users`,
    summary: 'List users who are in a group',
    scope: GROUPS_READ,
    query: pageParameters(limits.groupMembersPageSizeMax, limits.groupMembersPageSizeMax),
    output: z.array(UserOutput),
    async handle({ params, query }, context) {
      const { db, origin } = context
      const group = await groupOf(params, context)
      const most = limits.groupMembersPageSizeMax
      const page = readPage(query, most, most)
      const members = await listMembers(db, group.id, { ...page, limit: page.limit + 1 })
      return new ListAnswer(paged(members, page, (user) => presentLinkedUser(user, origin)))
    },
  }),
  route({
    method: 'PUT',
    path: MEMBER_PATH,
    summary: 'Add a user to a group',
    scope: GROUPS_MANAGE,
    permission: MEMBERS_MANAGE,
    status: 204,
    async handle({ params }, context) {
      const group = await editableGroupOf(params, context)
      return added(group, await userOf(params, context), context)
    },
  }),
  route({
    method: 'DELETE',
    path: MEMBER_PATH,
    summary: 'Remove a user from a group',
    scope: GROUPS_MANAGE,
    permission: MEMBERS_MANAGE,
    status: 204,
    async handle({ params }, context) {
      const { db, nowSeconds } = context
      const group = await editableGroupOf(params, context)
      const user = await userOf(params, context)
      await context.commit(
        [deleteMember(db, group.id, user.id)],
        change(group, user, 'remove', 'removed from the group'),
        [touchMembership(db, group.id, nowSeconds)],
      )
    },
  }),
]
