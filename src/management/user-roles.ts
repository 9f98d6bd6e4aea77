/** Administrator roles of users. The last one in use who is a SUPER_ADMIN stays one. */
import type { User } from '../domain/user.ts'
import { notFound } from '../protocol/api-errors.ts'
import {
  deleteUserRole,
  insertUserRole,
  rolesOf,
  type RoleAssignment,
} from '../store/role-assignments.ts'
import { bumpUser } from '../store/users.ts'
import { outboxEntry, type ManagementContext } from './context.ts'
import { roleNotFound, roleRoutes, roleTarget, type RoleHolder } from './role-assignment.ts'
import type { Params, Route } from './route.ts'
import { userHref } from '../domain/user-output.ts'
import { lastSuperAdmin, USER_PATH, userChange, userOf } from './user-resource.ts'

const change = (user: User, assignment: RoleAssignment, verb: string, done: string) => ({
  ...userChange(user, `user.account.privilege.${verb}`, `Role is ${done}`, [
    roleTarget(assignment),
  ]),
  staleUsers: [user.id],
})

async function revoked(
  user: User,
  assignment: RoleAssignment,
  context: ManagementContext,
): Promise<void> {
  const { db } = context
  const happened = await context.commit(
    [deleteUserRole(db, user.id, assignment.id)],
    change(user, assignment, 'revoke', 'taken from the user'),
    [bumpUser(db, user.id)],
  )
  if (happened) return
  const isThere = (await rolesOf(db, 'USER', user.id)).some(({ id }) => id === assignment.id)
  throw isThere ? lastSuperAdmin() : roleNotFound(assignment.id)
}

async function holderOf(params: Params, context: ManagementContext): Promise<RoleHolder> {
  const user = await userOf(params, context)
  const { db, origin } = context
  return {
    type: 'USER',
    id: user.id,
    href: userHref(origin, user),
    grant: (assignment) =>
      context.commitOr(
        notFound(user.id, 'User'),
        [insertUserRole(db, user.id, assignment)],
        {
          ...change(user, assignment, 'grant', 'assigned to the user'),
          // Whoever has one could become the administrator.
          outbox: [outboxEntry('subject.recovery', user.id)],
        },
        [bumpUser(db, user.id)],
      ),
    revoke: (assignment) => revoked(user, assignment, context),
  }
}

export const userRoleRoutes: readonly Route[] = roleRoutes(
  `${USER_PATH}/roles`,
  'user',
  201,
  holderOf,
)
