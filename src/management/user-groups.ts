/** Groups of a user. */
import * as z from 'zod'
import { GroupOutput } from '../domain/group.ts'
import { groupsOfUser } from '../store/groups.ts'
import { presentGroup } from './group-presentation.ts'
import { whole } from './page.ts'
import { ListAnswer, route, type Route } from './route.ts'
import { USER_PATH, userOf, USERS_READ } from './user-resource.ts'

export const userGroupRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: `${USER_PATH}/groups`,
    summary: 'List groups of a user',
    scope: USERS_READ,
    output: z.array(GroupOutput),
    async handle({ params }, context) {
      const user = await userOf(params, context)
      const groups = await groupsOfUser(context.db, user.id)
      return new ListAnswer(whole(groups.map((group) => presentGroup(group, context.origin))))
    },
  }),
]
