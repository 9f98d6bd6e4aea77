/** Users: create, read, change, list. */
import * as z from 'zod'
import { limits } from '../platform/limits.ts'
import { invalid } from '../protocol/api-errors.ts'
import type { GuardedUser } from '../domain/user.ts'
import { checkIfMatch, tagged } from './entity-tag.ts'
import type { ManagementContext } from './context.ts'
import { pageParameters, textParameter } from './page.ts'
import { readSwitch, switchParameter } from './parameters.ts'
import { ListAnswer, route, type Route } from './route.ts'
import { deleteUserStep } from './user-deletion.ts'
import { UserInput, UserUpdate } from './user-input.ts'
import { presentUser, UserOutput, USERS_PATH } from '../domain/user-output.ts'
import { changedUser, USER_PATH, userOf, USERS_MANAGE, USERS_READ } from './user-resource.ts'
import { createUser, updateUser, type CreationOptions } from './user-write.ts'
import { listUsers } from './user-list.ts'

function readOptions(query: URLSearchParams): CreationOptions {
  const next = query.get('nextLogin')
  if (next !== null && next !== '' && next !== 'changePassword')
    throw invalid('nextLogin', 'nextLogin: must be changePassword')
  return {
    activate: readSwitch(query, 'activate', true),
    mustChangePassword: next === 'changePassword',
  }
}

const answer = (user: GuardedUser, { origin }: ManagementContext) =>
  tagged(presentUser(user, origin), user)

/** The user after a change, found by id: the name in the path may have been their login. */
async function afterwards(id: string, context: ManagementContext) {
  return answer(await userOf({ userId: id }, context), context)
}

const update = (method: 'POST' | 'PUT', way: 'partial' | 'full', summary: string): Route =>
  route({
    method,
    path: USER_PATH,
    summary,
    scope: USERS_MANAGE,
    query: { strict: switchParameter('Accepted; passwords have no least age.', false) },
    body: UserUpdate,
    subject: 'user',
    output: UserOutput,
    async handle({ params, headers, body }, context) {
      const id = await changedUser(params, context, async (user) => {
        checkIfMatch(headers, user)
        await updateUser(user, body, way, context)
        return user.id
      })
      return afterwards(id, context)
    },
  })

export const userRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: USERS_PATH,
    summary: 'List users',
    scope: USERS_READ,
    query: {
      q: textParameter('How a first name, last name or email address begins; no pages.'),
      filter: textParameter('A filter by a few attributes.'),
      search: textParameter('A filter by whatever attribute of users and their profiles.'),
      sortBy: textParameter('With `search`: the attribute that orders.'),
      sortOrder: z.enum(['asc', 'desc']).default('asc'),
      ...pageParameters(limits.usersPageSizeMax),
    },
    output: z.array(UserOutput),
    async handle({ query }, context) {
      return new ListAnswer(await listUsers(query, context))
    },
  }),
  route({
    method: 'POST',
    path: USERS_PATH,
    summary: 'Create a user',
    scope: USERS_MANAGE,
    query: {
      activate: switchParameter('Whether the user can begin at once.', true),
      provider: switchParameter('Accepted; every user is of this org.', false),
      nextLogin: z.literal('changePassword').optional(),
    },
    body: UserInput,
    subject: 'newUser',
    output: UserOutput,
    async handle({ body, query }, context) {
      return answer(await createUser(body, readOptions(query), context), context)
    },
  }),
  route({
    method: 'GET',
    path: USER_PATH,
    summary: 'Retrieve a user',
    scope: USERS_READ,
    output: UserOutput,
    handle: async ({ params }, context) => answer(await userOf(params, context), context),
  }),
  update('POST', 'partial', 'Update a user'),
  update('PUT', 'full', 'Replace a user'),
  route({
    method: 'DELETE',
    path: USER_PATH,
    summary: 'Deactivate a user, or delete one who is deactivated',
    scope: USERS_MANAGE,
    query: { sendEmail: switchParameter('Accepted; nothing is sent.', false) },
    status: 204,
    handle: ({ params }, context) =>
      changedUser(params, context, (user) => deleteUserStep(user, context)),
  }),
]
