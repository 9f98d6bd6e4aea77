/** The assignment of an app to a user as the API shows it. */
import { timestamp } from '../platform/clock.ts'
import type { AssignedUser } from '../store/app-users.ts'
import { appHref } from './app-resource.ts'
import { groupHref } from './group-presentation.ts'
import { userHref } from '../domain/user-output.ts'

export const presentAppUser = (one: AssignedUser, origin: string): Record<string, unknown> => ({
  id: one.userId,
  created: timestamp(one.created),
  lastUpdated: timestamp(one.lastUpdated),
  scope: one.scope,
  status: one.user.status === 'DEPROVISIONED' ? 'INACTIVE' : 'ACTIVE',
  statusChanged: timestamp(one.created),
  syncState: 'DISABLED',
  credentials: { userName: one.userName ?? String(one.user.profile['login'] ?? one.user.login) },
  profile: one.profile,
  _links: {
    app: { href: appHref(origin, { id: one.appId }) },
    user: { href: userHref(origin, one.user) },
    ...(one.scope === 'GROUP' &&
      one.groupId !== null && { group: { href: groupHref(origin, one.groupId) } }),
  },
})
