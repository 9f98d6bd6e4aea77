/** Users: create, read, change, list. */
import * as z from 'zod'
import { invalid } from '../protocol/api-errors.ts'
import type { GuardedUser } from '../domain/user.ts'
import { checkIfMatch, tagged } from './entity-tag.ts'
import type { ManagementContext } from './context.ts'
import { ListAnswer, route, type Route } from './route.ts'
import { UserInput, UserUpdate } from './user-input.ts'
import { presentUser, UserOutput, USERS_PATH } from './user-presentation.ts'
import { changedUser, USER_PATH, userOf, USERS_MANAGE, USERS_READ } from './user-resource.ts'
import { createUser, updateUser, type CreationOptions } from './user-write.ts'
import { listUsers } from './user-list.ts'

/** A switch in the query. Throws E0000001 for anything but true and false. */
export function readSwitch(query: URLSearchParams, name: string, otherwise: boolean): boolean {
  const text = query.get(name) ?? String(otherwise)
  if (text !== 'true' && text !== 'false') throw invalid(name, `${name}: must be true or false`)
  return text === 'true'
}

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
]
