/** A whole preview: what would come of a request, and the trail of what decided it. Pure. */
import type { ClaimSituation } from '../claims/evaluate.ts'
import type { ServerConfiguration } from '../domain/snapshot.ts'
import { AccessRefused } from '../mint/access.ts'
import { situationOf } from '../mint/claims.ts'
import { tokensOfBrowser, tokensOfGrant, type AskedTokens } from '../mint/person-drafts.ts'
import type { Decision } from '../policy/evaluate.ts'
import { OAuthError } from '../protocol/errors.ts'
import { parseScope } from '../protocol/scope.ts'
import { claimTrail, type ClaimStanding, type Place } from './claim-trail.ts'
import { beginning, run, type Flow, type Previewed } from './flows.ts'
import { policyTrail, type PolicyStanding } from './policy-trail.ts'
import { scopeTrail, type ScopeStanding } from './scope-trail.ts'

export interface Preview {
  readonly flow: Flow
  /** Null: the request would be granted. */
  readonly refusal: OAuthError | null
  readonly decision: Decision | null
  readonly scopes: readonly ScopeStanding[]
  readonly policies: readonly PolicyStanding[]
  readonly claims: readonly ClaimStanding[]
}

export function preview(previewed: Previewed, configuration: ServerConfiguration): Preview {
  const flow = beginning()
  const refusal = refusalOf(() => run(previewed, flow))
  const refused = refusal instanceof AccessRefused ? refusal : null
  const decision = flow.access?.decision ?? refused?.decision ?? null
  // A claim that fails in a token leaves what policies allowed; nothing is granted then, but it can be looked at.
  const allowed = flow.access?.scopes ?? refused?.scopes ?? null
  const given = flow.record?.scopes ?? flow.access?.scopes ?? null
  return {
    flow,
    refusal,
    decision,
    scopes: scopeTrail({
      server: previewed.server,
      requested: parseScope(previewed.parameters.get('scope') ?? '') ?? [],
      allowed,
      granted: refusal === null ? given : null,
      decision,
    }),
    policies: policyTrail(configuration.policies, decision),
    claims: claims(previewed, configuration, flow, given ?? allowed),
  }
}

function refusalOf(work: () => void): OAuthError | null {
  try {
    work()
    return null
  } catch (error) {
    if (error instanceof OAuthError) return error
    throw error
  }
}

/** Empty where the request did not come as far as claims. */
function claims(
  previewed: Previewed,
  configuration: ServerConfiguration,
  flow: Flow,
  scopes: readonly string[] | null,
): readonly ClaimStanding[] {
  const situation = scopes && situationIn(previewed, flow, scopes)
  if (situation === null) return []
  const { server, client, person } = previewed
  const isClient = situation.user === null
  return claimTrail(configuration.claims, placesOf(previewed, situation), {
    server,
    client,
    person: isClient ? null : (person?.person ?? null),
    situation,
    names: flow.record?.claims ?? { idToken: [], userinfo: [] },
  })
}

function situationIn(
  { client, person, grantType, nowMillis }: Previewed,
  { record }: Flow,
  scopes: readonly string[],
): ClaimSituation | null {
  if (grantType === 'client_credentials')
    return { client, grantedScopes: scopes, grantType, user: null, amr: null, nowMillis }
  if (person === null || person.assignment === null) return null
  const how = record ?? { grantType, amr: ['pwd'] }
  return situationOf(client, person.person, person.assignment, how, scopes, nowMillis)
}

/** Where claims go in the answers to such a request, whether or not it comes so far. */
function placesOf(
  { server, grantType, parameters }: Previewed,
  { grantedScopes, user }: ClaimSituation,
): readonly Place[] {
  if (user === null) return [{ in: 'accessToken', endpoint: 'token', isThin: false }]
  const isOpenid = grantedScopes.includes('openid')
  const types = (parameters.get('response_type') ?? '').split(' ')
  const isBrowser = grantType === 'authorization_code' || grantType === 'implicit'
  const isToken = !isBrowser || types.includes('code')
  const asked: readonly (readonly [Place['endpoint'], AskedTokens])[] = [
    ...(isBrowser ? [['authorize', tokensOfBrowser(types, null)] as const] : []),
    ...(isToken ? [['token', tokensOfGrant(server, { grantType }, null)] as const] : []),
  ]
  const tokens = asked.flatMap(([endpoint, { hasAccessToken, idToken }]): readonly Place[] => [
    ...(hasAccessToken ? [{ in: 'accessToken', endpoint, isThin: false } as const] : []),
    ...(idToken !== null && isOpenid
      ? [{ in: 'idToken', endpoint, isThin: idToken.isThin } as const]
      : []),
  ])
  const hasUserinfo = isOpenid && asked.some(([, { hasAccessToken }]) => hasAccessToken)
  return hasUserinfo ? [...tokens, { in: 'userinfo', endpoint: 'userinfo', isThin: false }] : tokens
}
