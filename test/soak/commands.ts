/** The command that a draft comes to, in the situation in which it is sent. */
import type { Draft } from './drafts.ts'
import { latest, type Status, type UserStatus } from './model/world.ts'
import type { Kind, Situation, Thing, Things } from './things.ts'
import {
  APPS,
  SERVERS,
  USER_ACTIONS,
  USERS,
  type AppName,
  type Command,
  type CommandOf,
  type LifecycleAction,
  type ServerName,
  type UserAction,
  type Verb,
} from './vocabulary.ts'

interface Chooser {
  readonly draft: Draft
  readonly situation: Situation
  readonly some: (kind: Kind) => Thing | null
}

type Parameters<V extends Verb> = Omit<CommandOf<V>, 'verb' | 'isolate'>

const someApp = ({ app, variant }: Draft): AppName => app ?? APPS[variant % APPS.length]!
const someServer = ({ server, variant }: Draft): ServerName =>
  server ?? SERVERS[variant % SERVERS.length]!

/** Whoever can be activated, most of the time, so that not everything comes to a standstill. */
const whom = <Who>(
  all: readonly Who[],
  otherwise: Who,
  variant: number,
  statusOf: (who: Who) => Status | UserStatus,
): Who => {
  const waits = (one: Who): boolean => !['ACTIVE', 'GONE'].includes(statusOf(one))
  return (variant % 4 === 0 ? undefined : all.find(waits)) ?? otherwise
}

const lifecycleAction = (variant: number, status: Status): LifecycleAction => {
  if (variant % 9 === 0) return 'delete'
  return status === 'ACTIVE' || variant % 9 === 1 ? 'deactivate' : 'activate'
}

const TOWARDS_ACTIVE: Readonly<Record<UserStatus, UserAction>> = {
  ACTIVE: 'suspend',
  SUSPENDED: 'unsuspend',
  DEPROVISIONED: 'activate',
  GONE: 'activate',
}

const userAction = (variant: number, status: UserStatus): UserAction =>
  variant % 3 === 0 ? USER_ACTIONS[variant % USER_ACTIONS.length]! : TOWARDS_ACTIVE[status]

/** Something that was given out, and for whom it is used: for whom it was given to, unless the draft says another. */
const used = ({ app, server }: Draft, thing: Thing | null) =>
  thing && { app: app ?? thing.app, server: server ?? thing.server, token: thing.name }

const anyToken = ({ draft, some }: Chooser) =>
  used(draft, draft.variant % 2 === 0 ? some('access') : some('refresh'))

const COMMANDS: { readonly [V in Verb]: (chooser: Chooser) => Parameters<V> | null } = {
  authenticate: ({ draft: { user } }) => ({ user }),
  begin({ some }) {
    const proof = some('sessionToken')
    return proof && { sessionToken: proof.name }
  },
  'sign-out'({ some }) {
    const session = some('session')
    return session && { session: session.name }
  },
  authorize({ draft, some }) {
    const session = some('session')
    const app = draft.app ?? (draft.variant % 3 === 0 ? 'notes' : 'shop')
    return session && { session: session.name, app, server: someServer(draft) }
  },
  redeem({ draft, some }) {
    const found = used(draft, some('code'))
    const verifier = draft.variant % 8 === 0 ? 'wrong' : 'right'
    return found && { code: found.token, app: found.app, server: found.server, verifier }
  },
  refresh: ({ draft, some }) => used(draft, some('refresh')),
  password: ({ draft }) => ({
    user: draft.user,
    app: draft.app ?? 'notes',
    server: someServer(draft),
  }),
  'client-credentials': ({ draft }) => ({ app: draft.app ?? 'worker', server: someServer(draft) }),
  introspect: anyToken,
  userinfo({ draft, some }) {
    const found = used(draft, some('access'))
    return found && { token: found.token, server: found.server }
  },
  revoke: anyToken,
  keys: ({ draft }) => ({ server: someServer(draft) }),
  rotate: ({ draft }) => ({ server: someServer(draft), emergency: draft.variant % 3 === 0 }),
  'change-user'({ draft: { user: drawn, variant }, situation: { world } }) {
    const user = whom(USERS, drawn, variant, (one) => world.users[one])
    return { user, action: userAction(variant, world.users[user]) }
  },
  'change-app'({ draft, situation: { world } }) {
    const statusOf = (app: AppName): Status => latest(world.apps[app]).status
    const app = whom(APPS, someApp(draft), draft.variant, statusOf)
    return { app, action: lifecycleAction(draft.variant, statusOf(app)) }
  },
  'change-server'({ draft, situation: { world } }) {
    const statusOf = (server: ServerName): Status => latest(world.servers[server])
    const server = whom(SERVERS, someServer(draft), draft.variant, statusOf)
    return { server, action: lifecycleAction(draft.variant, statusOf(server)) }
  },
  'clear-sessions': ({ draft: { user, variant } }) => ({ user, tokens: variant % 2 === 0 }),
  'revoke-of-user': ({ draft }) => ({ user: draft.user, app: someApp(draft) }),
  'revoke-of-client': ({ draft }) => ({ app: someApp(draft), server: someServer(draft) }),
}

/** `about` is what it is about, where that is decided. Null while there is nothing that it could be about. */
export function commandOf(
  draft: Draft,
  things: Things,
  situation: Situation,
  about: Thing | null = null,
): Command | null {
  const { verb, isolate } = draft
  const some = (kind: Kind): Thing | null => about ?? things.back(draft, situation, kind)
  const parameters = COMMANDS[verb]({ draft, situation, some })
  return parameters && ({ verb, isolate, ...parameters } as Command)
}
