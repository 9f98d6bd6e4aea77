/**
 * The lifecycle of users. No message is sent: whoever activates a user that has no password is given a link to hand on,
 * with which the user chooses one.
 */
import * as z from 'zod'
import { Nothing } from '../domain/output.ts'
import { RECOVERABLE } from '../domain/recovery.ts'
import type { User } from '../domain/user.ts'
import type { ManagementContext } from './context.ts'
import { readSwitch, switchParameter } from './parameters.ts'
import { begun, linkOf } from './recovery.ts'
import { route, type QueryParameters, type Route } from './route.ts'
import { changedUser, CREDENTIALS_MANAGE, USER_PATH, USERS_MANAGE } from './user-resource.ts'
import { moved, type Move } from './user-transition.ts'

interface Lifecycle extends Move {
  readonly path: string
  readonly summary: string
  readonly query?: QueryParameters
  readonly permission?: string
  /** There is a link for a user who waits for a password, unless it would be mailed; by default it would, or not. */
  readonly link?: { readonly isMailed: boolean }
}

const SEND_EMAIL = { sendEmail: switchParameter('Accepted; nothing is sent.', false) }

const LINK =
  'False: the answer has a link to hand on, where the user has no password. Nothing is sent.'

const LIFECYCLES: readonly Lifecycle[] = [
  {
    path: 'activate',
    action: 'activate',
    summary: 'Activate a user',
    query: { sendEmail: switchParameter(LINK, true) },
    link: { isMailed: true },
    eventType: 'user.lifecycle.activate',
    message: 'User is activated',
  },
  {
    path: 'reactivate',
    action: 'reactivate',
    summary: 'Reactivate a user',
    query: { sendEmail: switchParameter(LINK, false) },
    link: { isMailed: false },
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

const Activation = z
  .object({ activationUrl: z.url().optional(), activationToken: z.string().optional() })
  .meta({ id: 'UserActivationToken' })

/** Nothing for whom there is nothing to choose. */
async function activationOf(user: User, context: ManagementContext): Promise<object> {
  if (!RECOVERABLE.ACCOUNT_ACTIVATION.includes(user.status)) return {}
  const keyed = await begun(user, { type: 'ACCOUNT_ACTIVATION', asks: false }, context)
  const { token: activationToken, url: activationUrl } = await linkOf(keyed, context)
  return { activationUrl, activationToken }
}

const lifecycle = ({ path, summary, query = {}, permission, link, ...move }: Lifecycle): Route =>
  route({
    method: 'POST',
    path: `${USER_PATH}/lifecycle/${path}`,
    summary,
    scope: USERS_MANAGE,
    permission: permission ?? USERS_MANAGE,
    query,
    output: link === undefined ? Nothing : Activation,
    async handle({ params, query: sent }, context) {
      const isMailed =
        'sendEmail' in query && readSwitch(sent, 'sendEmail', link?.isMailed ?? false)
      const user = await changedUser(params, context, (found) => moved(found, move, context))
      return link === undefined || isMailed ? {} : activationOf(user, context)
    },
  })

export const userLifecycleRoutes: readonly Route[] = LIFECYCLES.map(lifecycle)
