/** What the inline hook of the deciding rule makes of previewed tokens, as far as it is to be asked. */
import type { InlineHook } from '../domain/inline-hook.ts'
import type { PreviewInput } from '../domain/preview.ts'
import type { Session } from '../domain/session.ts'
import { askingRequest } from '../hooks/asking-request.ts'
import type { AskingPerson, AskingRequest } from '../hooks/request.ts'
import { transformed, type Transformed } from '../hooks/transform.ts'
import { decidedOf } from '../mint/recorded-access.ts'
import { limits } from '../platform/limits.ts'
import { randomAlphanumeric } from '../platform/random.ts'
import type { Settings } from '../platform/settings.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { Form } from '../protocol/form.ts'
import type { Flow, Previewed, PreviewedAnswer } from './flows.ts'
import type { Preview } from './preview.ts'

/** What was asked of a hook about the tokens of one answer. */
export interface HookStanding {
  readonly hook: InlineHook
  readonly endpoint: PreviewedAnswer['endpoint']
  readonly result: 'TRANSFORMED' | 'SKIPPED' | 'REFUSED' | 'NOT_CALLED'
  /** Why the tokens stay as they are. */
  readonly reason: string | null
}

/** With what a hook is asked; null: it is only named. */
export type Asker =
  | (Pick<AskingRequest, 'id' | 'ipAddress'> & {
      readonly outbound: Pick<Settings, 'keyEncryption' | 'outboundAllowedOrigins'>
    })
  | null

export interface HookedPreview extends Preview {
  readonly hooks: readonly HookStanding[]
}

/** Throws StorageUnavailable when the hook's secret cannot be had. */
export async function withHook(
  preview: Preview,
  previewed: Previewed,
  asker: Asker,
): Promise<HookedPreview> {
  const { flow, decision } = preview
  const { hooks } = previewed.server
  const hook = decision?.effect === 'allow' ? hooks.get(decision.rule.id) : undefined
  if (hook === undefined || preview.refusal !== null) return { ...preview, hooks: [] }
  let hooked: HookedPreview = { ...preview, hooks: [] }
  for (const answer of flow.answers) {
    const found = asker && (await ask(hook, answer, preview, previewed, asker))
    hooked = after(hooked, answer, hook, found)
    if (hooked.refusal !== null) break
  }
  return hooked
}

function ask(
  hook: InlineHook,
  { endpoint, access, drafts }: PreviewedAnswer,
  { flow, decision }: Preview,
  { server, client, orgId, parameters, grantType, nowMillis }: Previewed,
  { outbound, ...caller }: NonNullable<Asker>,
): Promise<Transformed> {
  const { policyId, ruleId } = decidedOf({ ...access, decision }, server)
  const sent = endpoint === 'token' ? formOf(grantType, parameters) : parameters
  const asking = {
    eventId: randomAlphanumeric(22),
    now: nowMillis,
    server,
    client,
    orgId,
    policyId,
    ruleId: ruleId ?? '',
    request: askingRequest(server.urls, endpoint, sent, caller),
    of: askingPerson(flow, endpoint, grantType, nowMillis),
    scopes: access.scopes,
    drafts,
  }
  return transformed(hook, asking, outbound)
}

/** Parameters of the authorization request that are sent to the token endpoint, too. */
const SENT: Readonly<Record<PreviewInput['grantType'], readonly string[]>> = {
  authorization_code: ['redirect_uri'],
  implicit: [],
  password: ['scope'],
  client_credentials: ['scope'],
  refresh_token: [],
  interaction_code: ['redirect_uri'],
}

const formOf = (grantType: PreviewInput['grantType'], parameters: Form): Form =>
  new Map([
    ['grant_type', grantType],
    ...[...parameters].filter(([name]) => SENT[grantType].includes(name)),
  ])

function askingPerson(
  { record, holder, hasRefreshToken }: Flow,
  endpoint: PreviewedAnswer['endpoint'],
  grantType: string,
  nowMillis: number,
): AskingPerson | null {
  if (record === null || holder === null) return null
  const session: Session | null =
    endpoint === 'token'
      ? null
      : {
          id: '',
          sid: record.sid ?? '',
          userId: record.userId,
          authenticatedAt: nowMillis,
          amr: record.amr,
          expiresAt: nowMillis + limits.sessionIdleSeconds * 1000,
        }
  const isUsed = grantType === 'refresh_token'
  const isGiven = endpoint === 'token' && hasRefreshToken
  const { person } = holder
  return { person, record, session, refresh: isUsed ? 'used' : isGiven ? 'given' : 'none' }
}

/** `found` null: nobody was asked. */
function after(
  preview: HookedPreview,
  answer: PreviewedAnswer,
  hook: InlineHook,
  found: Transformed | null,
): HookedPreview {
  const { endpoint } = answer
  const standing = (result: HookStanding['result'], reason: string | null): HookedPreview => ({
    ...preview,
    hooks: [...preview.hooks, { hook, endpoint, result, reason }],
  })
  if (found === null) return standing('NOT_CALLED', null)
  if (found.outcome === 'busy') {
    const refusal = new OAuthError('temporarily_unavailable')
    return { ...standing('NOT_CALLED', found.reason), refusal }
  }
  if (found.outcome === 'skipped') return standing('SKIPPED', found.reason)
  if (found.outcome === 'refused') {
    const refusal = new OAuthError('hook_refused', found.description ?? undefined)
    return { ...standing('REFUSED', null), refusal }
  }
  const { drafts } = found
  const answers = preview.flow.answers.map((one) => (one === answer ? { ...one, drafts } : one))
  return { ...standing('TRANSFORMED', null), flow: { ...preview.flow, answers } }
}
