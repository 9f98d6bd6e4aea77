/**
 * The one place where the hook of a rule is asked, between drafts and signatures, at either endpoint. By then whatever
 * was presented has been spent; and a rule without a hook costs nothing here.
 */
import { parametersOf } from '../authorize/asked.ts'
import type { AuthorizationRequest } from '../authorize/request.ts'
import type { AuthorizationRecord, DecidedAccess } from '../domain/authorization-record.ts'
import type { Client } from '../domain/client.ts'
import type { InlineHook } from '../domain/inline-hook.ts'
import type { Person } from '../domain/person.ts'
import type { Session } from '../domain/session.ts'
import { askingRequest, type AskingEndpoint } from '../hooks/asking-request.ts'
import { hookSecret } from '../hooks/call.ts'
import type { AskingPerson } from '../hooks/request.ts'
import { transformed } from '../hooks/transform.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import type { TokenDrafts } from '../mint/draft.ts'
import { nowMillis } from '../platform/clock.ts'
import type { Eventual } from '../platform/eventual.ts'
import { randomAlphanumeric } from '../platform/random.ts'
import type { Settings } from '../platform/settings.ts'
import { callerOf } from '../protocol/caller.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { Form } from '../protocol/form.ts'
import type { ProtocolContext } from './context.ts'
import { HookAsked } from './hook-log.ts'

/** In which request tokens are issued. */
export interface Occasion {
  readonly endpoint: AskingEndpoint
  /** Parameters of the request; only some are told. */
  readonly parameters: () => Form
  /** The browser's, where one takes part in this request. */
  readonly session: Session | null
  readonly refresh: AskingPerson['refresh']
}

/** Tokens that go through a browser come of its request, however often a person was asked in between. */
export const browserOccasion = (request: AuthorizationRequest, session: Session): Occasion => ({
  endpoint: 'authorize',
  parameters: () => parametersOf(request),
  session,
  refresh: 'none',
})

export const tokenOccasion = (form: Form, refresh: AskingPerson['refresh']): Occasion => ({
  endpoint: 'token',
  parameters: () => form,
  session: null,
  refresh,
})

/** What decided, and for which scopes. */
type Decided = Pick<DecidedAccess, 'policyId' | 'ruleId'> & { readonly scopes: readonly string[] }

interface Parties {
  readonly server: CompiledServer
  readonly client: Client
}

/**
 * Opens the secrets of a server's hooks, which are remembered; null when it has none. Rejects with StorageUnavailable
 * when one cannot be had.
 */
export function readyToAsk(
  { hooks }: CompiledServer,
  settings: Pick<Settings, 'keyEncryption' | 'outboundAllowedOrigins'>,
): Promise<unknown> | null {
  if (hooks.size === 0) return null
  return Promise.all([...hooks.values()].map((hook) => hookSecret(hook, settings)))
}

/** The drafts as they are signed. `of` is null for a client that asks for itself. Throws what the hook refuses. */
export function hookedDrafts(
  drafts: TokenDrafts,
  parties: Parties,
  decided: Decided,
  of: { readonly person: Person; readonly record: AuthorizationRecord } | null,
  occasion: Occasion,
  context: ProtocolContext,
): Eventual<TokenDrafts> {
  const { ruleId } = decided
  const hook = ruleId === null ? undefined : parties.server.hooks.get(ruleId)
  if (hook === undefined || ruleId === null) return drafts
  if (drafts.access === null && drafts.identity === null) return drafts
  return asked(hook, drafts, parties, { ...decided, ruleId }, of, occasion, context)
}

async function asked(
  hook: InlineHook,
  drafts: TokenDrafts,
  { server, client }: Parties,
  decided: Decided & { readonly ruleId: string },
  of: { readonly person: Person; readonly record: AuthorizationRecord } | null,
  occasion: Occasion,
  context: ProtocolContext,
): Promise<TokenDrafts> {
  const asking = {
    eventId: randomAlphanumeric(22),
    now: nowMillis(),
    server,
    client,
    orgId: await context.orgId(),
    ...decided,
    request: askingRequest(server.urls, occasion.endpoint, occasion.parameters(), {
      id: context.requestId,
      ipAddress: callerOf(context.request).ipAddress,
    }),
    of: of && { ...of, session: occasion.session, refresh: occasion.refresh },
    drafts,
  }
  const result = await transformed(hook, asking, context.settings)
  const tell = (reason: string | null): void =>
    context.log.push(new HookAsked(hook, server, client, reason), context, context.waitUntil)
  if (result.outcome === 'refused') {
    tell('the endpoint answered with an error')
    throw new OAuthError('hook_refused', result.description ?? undefined)
  }
  if (result.outcome === 'busy') {
    tell(result.reason)
    throw new OAuthError('temporarily_unavailable')
  }
  tell(result.outcome === 'skipped' ? result.reason : null)
  return result.outcome === 'skipped' ? drafts : result.drafts
}
