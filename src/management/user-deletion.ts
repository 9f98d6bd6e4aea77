/**
 * Deletion of a person in two steps, as Okta does it: who is not deactivated is deactivated; who is, is erased with
 * everything that hangs on them, their object included. What stays are events of the log, as long as all others, and
 * their login, which nobody may take while a token could name it.
 */
import type { GuardedUser } from '../domain/user.ts'
import { forgetUserRoles } from '../store/role-assignments.ts'
import { forgetInRules, serversNamingInRules } from '../store/rule-people.ts'
import { deleteUserAt, forgetReservations, reserveLogin } from '../store/users.ts'
import { outboxEntry, type ManagementContext } from './context.ts'
import { DEACTIVATION } from './user-lifecycle.ts'
import { commitUserAt, profileReaders, userChange } from './user-resource.ts'
import { moved } from './user-transition.ts'

/** One attempt at the step that the user's status calls for. */
export async function deleteUserStep(user: GuardedUser, context: ManagementContext): Promise<void> {
  if (user.status === 'DEPROVISIONED') await erased(user, context)
  else await moved(user, DEACTIVATION, context)
}

async function erased(user: GuardedUser, context: ManagementContext): Promise<void> {
  const { db, nowSeconds } = context
  const serverIds = await serversNamingInRules(db, 'users', user.id)
  await commitUserAt(
    user,
    [deleteUserAt(db, user)],
    {
      ...userChange(user, 'user.lifecycle.delete.completed', 'User is deleted'),
      serverIds,
      audiences: profileReaders(user),
      outbox: [outboxEntry('subject.erase', user.id)],
    },
    context,
    [
      reserveLogin(db, user.login, user.id, nowSeconds),
      forgetUserRoles(db, user.id),
      ...forgetInRules(db, 'users', user.id, nowSeconds),
      forgetReservations(db, nowSeconds),
    ],
  )
}
