/** Who is in a group. Everybody's membership of the built-in group is not changed. */
import type { Group } from '../domain/group.ts'
import { limits } from '../platform/limits.ts'
import { invalid, notFound } from '../protocol/api-errors.ts'
import { ForeignKeyViolation } from '../store/database.ts'
import { deleteMember, insertMember, isKeptOut, touchMembership } from '../store/group-members.ts'
import { findUserName, type UserName } from '../store/user-names.ts'
import type { Change, ManagementContext } from './context.ts'
import {
  editableGroupOf,
  GROUP_PATH,
  GROUP_TYPE,
  groupTarget,
  GROUPS_MANAGE,
} from './group-resource.ts'
import { idParam, route, type Params, type Route } from './route.ts'

const MEMBER_PATH = `${GROUP_PATH}/users/:userId`
const MEMBERS_MANAGE = 'okta.groups.members.manage'

async function userOf(params: Params, { db }: ManagementContext): Promise<UserName> {
  const id = idParam(params, 'userId', 'User')
  const user = await findUserName(db, id)
  if (user === null) throw notFound(id, 'User')
  return user
}

const change = (group: Group, user: UserName, verb: 'add' | 'remove', done: string): Change => ({
  eventType: `group.user_membership.${verb}`,
  displayMessage: `User is ${done}`,
  target: [
    { id: user.id, type: 'User', alternateId: user.login, displayName: user.login },
    groupTarget(group),
  ],
  staleUsers: [user.id],
})

/** Somebody who is a member stays one. */
async function added(group: Group, user: UserName, context: ManagementContext): Promise<void> {
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
