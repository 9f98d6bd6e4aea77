/**
 * An interaction under way: an authorization request whose person a page of the app asks, sealed, so that it waits with
 * that page and not with us. One that was begun by a browser with cookies is good in that browser only. It is used up
 * by its end, and by being cancelled; whoever holds an older handle of it has nothing then.
 */
import type { AuthorizationRequest } from '../../authorize/request.ts'
import type { PasswordProof } from '../../domain/password-replacement.ts'
import type { SessionKey } from '../../domain/session.ts'
import { limits } from '../../platform/limits.ts'
import { randomToken } from '../../platform/random.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { browserMarks } from '../browser.ts'
import type { ProtocolContext } from '../context.ts'
import { readSealed, writeSealed } from '../sealed.ts'
import { transactionLedger } from '../transaction.ts'
import type { UnderWay } from '../under-way.ts'

/** What it waits for. */
export type Step =
  | { readonly at: 'identify' }
  /** The password of whoever is called so, if anybody is. */
  | { readonly at: 'challenge'; readonly identifier: string }
  /** Another password in the place of one that has expired. */
  | { readonly at: 'reenroll'; readonly proof: PasswordProof }
  /** What the person of the session gives the app. */
  | { readonly at: 'consent'; readonly session: SessionKey }

export interface Interaction {
  readonly id: string
  readonly serverId: string
  readonly request: AuthorizationRequest
  /** In milliseconds: what has to be done anew has to be done since. */
  readonly began: number
  /** Milliseconds. */
  readonly expires: number
  /** The browser's; null as long as none of its requests had one. */
  readonly mark: string | null
  readonly step: Step
}

/** An interaction handle begins, a state handle goes on; neither is taken for the other. */
export type HandleKind = 'interaction-handle' | 'state-handle'

/** Handles by the member of a body that they come in. */
export type Handles = readonly (readonly [member: string, kind: HandleKind])[]

const PURPOSE = 'interaction'

export const newInteraction = ({ server, request, began }: UnderWay): Interaction => ({
  id: randomToken(),
  serverId: server.server.id,
  request,
  began,
  expires: began + limits.transactionSeconds * 1000,
  mark: null,
  step: { at: 'identify' },
})

type Ports = Pick<ProtocolContext, 'request' | 'settings'>

/** Bound to the browser from the first of its requests on that has a mark. */
export async function sealInteraction(
  kind: HandleKind,
  interaction: Interaction,
  { request, settings }: Ports,
): Promise<string> {
  const mark = interaction.mark ?? browserMarks(request, settings)[0] ?? null
  const text = await writeSealed(PURPOSE, kind, { ...interaction, mark }, settings.keyEncryption)
  if (text.length > limits.transactionCharactersMax)
    throw new OAuthError('authorization_request_too_large')
  return text
}

/** Null for anything that was not sealed here as that kind. Whether it is still good {@link isGood} says. */
export const openInteraction = (
  kind: HandleKind,
  text: string,
  { settings }: Pick<Ports, 'settings'>,
): Promise<Interaction | null> =>
  readSealed<Interaction>(PURPOSE, kind, text, settings.keyEncryption)

/** Whether it is in time, of this browser and not used up. */
export async function isGood(
  interaction: Interaction,
  { request, settings, ledgers }: Ports & Pick<ProtocolContext, 'ledgers'>,
  now: number,
): Promise<boolean> {
  const { mark, expires } = interaction
  if (now >= expires) return false
  if (mark !== null && !browserMarks(request, settings).includes(mark)) return false
  return !(await ledgers.has(transactionLedger(interaction), interaction.id))
}

/**
 * Somebody signed in here and is asked what the app gets. Nobody is asked who only has a session: the page of the app
 * asks, and it would answer by itself.
 */
export const keepSession = (
  interaction: Interaction,
  sessionId: string,
  { ledgers }: Pick<ProtocolContext, 'ledgers'>,
): Promise<boolean> =>
  ledgers.enter(
    transactionLedger(interaction),
    sessionEntry(interaction, sessionId),
    Math.ceil(interaction.expires / 1000),
  )

export const hasSession = (
  interaction: Interaction,
  sessionId: string,
  { ledgers }: Pick<ProtocolContext, 'ledgers'>,
): Promise<boolean> =>
  ledgers.has(transactionLedger(interaction), sessionEntry(interaction, sessionId))

const sessionEntry = ({ id }: Interaction, sessionId: string): string => `${id} ${sessionId}`

/** Uses it up. Of many that come with it, one is told true. */
export const useUp = (
  interaction: Interaction,
  { ledgers }: Pick<ProtocolContext, 'ledgers'>,
): Promise<boolean> =>
  ledgers.enter(
    transactionLedger(interaction),
    interaction.id,
    Math.ceil(interaction.expires / 1000),
  )
