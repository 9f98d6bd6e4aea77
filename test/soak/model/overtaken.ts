/**
 * What is proved and what is stored on the strength of it are two steps. An ending that comes between them refuses the
 * second one (README, Decision 29), as if nothing had been proved: no order of the two as wholes explains that.
 */
import type { AppName, Command, CommandOf, ServerName, UserName, Verb } from '../vocabulary.ts'

/** What would be stored. */
interface Begun {
  readonly user: UserName
  /** Null: a session. */
  readonly tokens: { readonly app: AppName; readonly server: ServerName } | null
}

type Overtakes<V extends Verb> = (ending: CommandOf<V>, begun: Begun) => boolean

const ENDINGS: { readonly [V in Verb]?: Overtakes<V> } = {
  'clear-sessions': (ending, { user, tokens }) =>
    ending.user === user && (tokens === null || ending.tokens),
  'revoke-of-user': (ending, { user, tokens }) =>
    ending.user === user && ending.app === tokens?.app,
  'revoke-of-client': ({ app, server }, { tokens }) =>
    app === tokens?.app && server === tokens.server,
  'change-app': ({ app, action }, { tokens }) => action !== 'activate' && app === tokens?.app,
  'change-server': ({ server, action }, { tokens }) =>
    action === 'delete' && server === tokens?.server,
}

/** Whether an ending may come between the steps of what is asked at once with it. */
export const mayBeOvertaken = (begun: Begun, atOnce: readonly Command[]): boolean =>
  atOnce.some((command) => (ENDINGS[command.verb] as Overtakes<Verb> | undefined)?.(command, begun))
