/** A group as the API shows it, members in Okta's order. Links lead only to what exists. */
import type { Group } from '../domain/group.ts'
import { timestamp } from '../platform/clock.ts'
import type { GroupStatistics } from '../store/groups.ts'

export const GROUPS_PATH = '/api/v1/groups'

export const groupHref = (origin: string, id: string): string => `${origin}${GROUPS_PATH}/${id}`

/** `statistics` only where they were asked for. */
export function presentGroup(
  group: Group,
  origin: string,
  statistics?: GroupStatistics,
): Record<string, unknown> {
  const self = groupHref(origin, group.id)
  return {
    id: group.id,
    created: timestamp(group.created),
    lastUpdated: timestamp(group.lastUpdated),
    lastMembershipUpdated: timestamp(group.lastMembershipUpdated ?? group.created),
    objectClass: ['okta:user_group'],
    type: group.type,
    profile: { name: group.name, description: group.description },
    ...(statistics && {
      _embedded: {
        stats: {
          usersCount: statistics.users,
          appsCount: statistics.apps,
          groupPushMappingsCount: 0,
          hasAdminPrivlege: false,
        },
      },
    }),
    _links: {
      self: { href: self },
      users: { href: `${self}/users` },
      apps: { href: `${self}/apps` },
    },
  }
}
