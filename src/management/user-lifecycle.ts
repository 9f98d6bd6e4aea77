/**
 * The lifecycle of users. No message is sent and no link is made: there is no page yet where one could be used, so that
 * an administrator sets the password of a user who waits for one.
 */
import { Nothing } from '../domain/output.ts'
import { readSwitch, switchParameter } from './parameters.ts'
import { route, type QueryParameters, type Route } from './route.ts'
import { changedUser, CREDENTIALS_MANAGE, USER_PATH, USERS_MANAGE } from './user-resource.ts'
import { moved, type Move } from './user-transition.ts'

interface Lifecycle extends Move {
  readonly path: string
  readonly summary: string
  readonly query?: QueryParameters
  readonly permission?: string
}

const SEND_EMAIL = { sendEmail: switchParameter('Accepted; nothing is sent.', false) }

const LIFECYCLES: readonly Lifecycle[] = [
  {
    path: 'activate',
    action: 'activate',
    summary: 'Activate a user',
    query: SEND_EMAIL,
    eventType: 'user.lifecycle.activate',
    message: 'User is activated',
  },
  {
    path: 'reactivate',
    action: 'reactivate',
    summary: 'Reactivate a user',
    query: SEND_EMAIL,
    eventType: 'user.lifecycle.reactivate',
    message: 'User is reactivated',
  },
  {
    path: 'deactivate',
    action: 'deactivate',
    summary: 'Deactivate a user',
    query: SEND_EMAIL,
    eventType: 'user.lifecycle.deactivate',
    message: 'User is deactivated',
    ends: ['sessions', 'tokens'],
  },
  {
    path: 'suspend',
    action: 'suspend',
    summary: 'Suspend a user',
    eventType: 'user.lifecycle.suspend',
    message: 'User is suspended',
    ends: ['sessions'],
  },
  {
    path: 'unsuspend',
    action: 'unsuspend',
    summary: 'Unsuspend a user',
    eventType: 'user.lifecycle.unsuspend',
    message: 'User is unsuspended',
  },
  {
    path: 'unlock',
    action: 'unlock',
    summary: 'Unlock a user',
    permission: CREDENTIALS_MANAGE,
    eventType: 'user.account.unlock',
    message: 'User is unlocked',
    forgetsAttempts: true,
  },
  {
    path: 'reset_factors',
    action: 'resetFactors',
    summary: 'Reset the factors of a user',
    permission: CREDENTIALS_MANAGE,
    eventType: 'user.mfa.factor.reset_all',
    message: 'All factors of the user are reset',
  },
]

/** How a user is deactivated, by its own call or as the first step of a deletion. */
export const DEACTIVATION: Move = LIFECYCLES.find(({ action }) => action === 'deactivate')!

const lifecycle = ({ path, summary, query = {}, permission, ...move }: Lifecycle): Route =>
  route({
    method: 'POST',
    path: `${USER_PATH}/lifecycle/${path}`,
    summary,
    scope: USERS_MANAGE,
    permission: permission ?? USERS_MANAGE,
    query,
    output: Nothing,
    async handle({ params, query: sent }, context) {
      if ('sendEmail' in query) readSwitch(sent, 'sendEmail', false)
      await changedUser(params, context, (user) => moved(user, move, context))
      return {}
    },
  })

export const userLifecycleRoutes: readonly Route[] = LIFECYCLES.map(lifecycle)
