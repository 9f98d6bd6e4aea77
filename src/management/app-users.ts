/** Users who have an app, one by one or through groups; whom a change concerns hears of it before the answer. */
import * as z from 'zod'
import type { App } from '../domain/app.ts'
import { AppUserInput, AppUserOutput, AppUserUpdate } from '../domain/app-user.ts'
import { displayNameOf, type User } from '../domain/user.ts'
import { limits } from '../platform/limits.ts'
import { ApiError, invalid, notFound } from '../protocol/api-errors.ts'
import {
  deleteAppUser,
  findAppUser,
  listAppUsers,
  saveAppUser,
  type AssignedUser,
} from '../store/app-users.ts'
import { ForeignKeyViolation } from '../store/database.ts'
import { APP_PATH, appChange, appOf, APPS_MANAGE, APPS_READ } from './app-resource.ts'
import { authorize } from './access.ts'
import { presentAppUser } from './app-user-presentation.ts'
import type { Change, ManagementContext } from './context.ts'
import { begins, pageParameters, readPage, textParameter, walk } from './page.ts'
import { readSwitch, switchParameter } from './parameters.ts'
import { idParam, ListAnswer, route, type Params, type Route } from './route.ts'
import { presentUser } from '../domain/user-output.ts'
import { userOf, USERS_READ } from './user-resource.ts'

const PATH = `${APP_PATH}/users`
const ONE_PATH = `${PATH}/:userId`
const TYPE = 'AppUser'
const PAGE = 50

const expand = { expand: z.literal('user').describe('Embeds the user.') }

/** Whether to embed the user, which is reading users: E0000006 for a caller who may not. */
function embedsUser(query: URLSearchParams, { principal }: ManagementContext): boolean {
  const wanted = query.get('expand') === 'user'
  if (wanted) authorize(principal, { scope: USERS_READ, permission: USERS_READ })
  return wanted
}

const present = (one: AssignedUser, query: URLSearchParams, context: ManagementContext) => ({
  ...presentAppUser(one, context.origin),
  ...(embedsUser(query, context) && {
    _embedded: { user: presentUser(one.user, context.origin) },
  }),
})

interface Found {
  readonly app: App
  readonly one: AssignedUser
}

/** The assignment that a path means. Throws E0000007, also for a user who does not have the app. */
async function assignmentOf(params: Params, context: ManagementContext): Promise<Found> {
  const app = await appOf(params, context)
  const id = idParam(params, 'userId', TYPE)
  const one = await findAppUser(context.db, app.id, id)
  if (one === null) throw notFound(id, TYPE)
  return { app, one }
}

function change(app: App, user: User, verb: 'add' | 'update' | 'remove', message: string): Change {
  const person = { id: user.id, alternateId: user.login, displayName: displayNameOf(user) }
  return {
    ...appChange(app, `application.user_membership.${verb}`, message, [
      { ...person, type: TYPE },
      { ...person, type: 'User' },
    ]),
    staleUsers: [user.id],
  }
}

const notInUse = (): ApiError => new ApiError('E0000038')

async function assigned(
  app: App,
  user: User,
  input: AppUserUpdate,
  context: ManagementContext,
): Promise<AssignedUser> {
  const { db, nowSeconds } = context
  const key = { appId: app.id, userId: user.id }
  const known = (await findAppUser(db, app.id, user.id))?.scope === 'USER'
  const told = known
    ? change(app, user, 'update', 'Assignment of an application to a user is changed')
    : change(app, user, 'add', 'Application is assigned to a user')
  try {
    const statement = saveAppUser(db, key, input, nowSeconds, 'whatever')
    if (!(await context.commit([statement], told))) throw notInUse()
  } catch (error) {
    throw error instanceof ForeignKeyViolation ? notFound(user.id, 'User') : error
  }
  const one = await findAppUser(db, app.id, user.id)
  if (one === null) throw notFound(user.id, TYPE)
  return one
}

/** What `q` of app users looks at. */
const isCalled = ({ user }: AssignedUser, q: string): boolean =>
  ['login', 'email', 'firstName', 'lastName'].some((name) =>
    begins(String(user.profile[name] ?? ''), q),
  )

export const appUserRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    summary: 'List users who have an app',
    scope: APPS_READ,
    query: {
      q: textParameter('How the login, email, first or last name of a user begins.'),
      ...expand,
      ...pageParameters(PAGE, limits.appUsersPageSizeMax),
    },
    output: z.array(AppUserOutput),
    async handle({ params, query }, context) {
      const { db } = context
      const app = await appOf(params, context)
      const page = readPage(query, PAGE, limits.appUsersPageSizeMax)
      const { rows, next } = await walk(page.limit, page.after, {
        piece: page.query === null ? page.limit + 1 : limits.appUsersPageSizeMax + 1,
        read: (after, limit) => listAppUsers(db, app.id, { after, limit }),
        placeOf: ({ userId }) => userId,
        keeps: (one) => page.query === null || isCalled(one, page.query),
      })
      return new ListAnswer({ items: rows.map((one) => present(one, query, context)), next })
    },
  }),
  route({
    method: 'POST',
    path: PATH,
    summary: 'Assign an app to a user',
    scope: APPS_MANAGE,
    body: AppUserInput,
    subject: 'appUser',
    output: AppUserOutput,
    async handle({ params, query, body }, context) {
      const app = await appOf(params, context)
      const user = await userOf({ userId: body.id }, context)
      // A path may name a login; what is assigned is named by its id alone.
      if (user.id !== body.id) throw notFound(body.id, 'User')
      return present(await assigned(app, user, body, context), query, context)
    },
  }),
  route({
    method: 'GET',
    path: ONE_PATH,
    summary: 'Retrieve the assignment of an app to a user',
    scope: APPS_READ,
    query: expand,
    output: AppUserOutput,
    handle: async ({ params, query }, context) =>
      present((await assignmentOf(params, context)).one, query, context),
  }),
  route({
    method: 'POST',
    path: ONE_PATH,
    summary: 'Change the assignment of an app to a user',
    scope: APPS_MANAGE,
    body: AppUserUpdate,
    subject: 'appUser',
    output: AppUserOutput,
    async handle({ params, query, body }, context) {
      const { db, nowSeconds } = context
      const { app, one } = await assignmentOf(params, context)
      if (one.user.status === 'DEPROVISIONED') throw notInUse()
      await context.commitOr(
        notFound(one.userId, TYPE),
        [saveAppUser(db, one, body, nowSeconds, 'assigned')],
        change(app, one.user, 'update', 'Assignment of an application to a user is changed'),
      )
      return present((await assignmentOf(params, context)).one, query, context)
    },
  }),
  route({
    method: 'DELETE',
    path: ONE_PATH,
    summary: 'Take an app from a user',
    scope: APPS_MANAGE,
    query: { sendEmail: switchParameter('Accepted; nothing is sent.', false) },
    status: 204,
    async handle({ params, query }, context) {
      readSwitch(query, 'sendEmail', false)
      const { app, one } = await assignmentOf(params, context)
      if (one.scope === 'GROUP')
        throw invalid('user', 'user: The user has the application through a group')
      await context.commitOr(
        notFound(one.userId, TYPE),
        [deleteAppUser(context.db, one)],
        change(app, one.user, 'remove', 'Application is taken from a user'),
      )
    },
  }),
]
