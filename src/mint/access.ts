/**
 * From an authorization to what a token may say: policy, scopes, lifetime and claims, decided once for every grant
 * and for both kinds of server. Pure; throws only OAuthError. Nothing is spent and nothing is signed here.
 */
import { evaluateClaims, type ClaimsOutcome, type CustomClaims } from '../claims/evaluate.ts'
import { evaluatedForClient } from '../claims/for-clients.ts'
import type { Authorization, AuthorizingUser } from '../domain/authorization.ts'
import type { Client } from '../domain/client.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import {
  ORG_ACCESS_TOKEN_SECONDS,
  ORG_REFRESH_TOKEN_SECONDS,
  ORG_REFRESH_WINDOW_SECONDS,
} from '../issuer/org-server.ts'
import { orgScopeNames } from '../issuer/org-scopes.ts'
import { evaluatePolicies, type Decision } from '../policy/evaluate.ts'
import {
  grantOrgScopes,
  grantOrgUserScopes,
  grantScopes,
  refuseForClient,
  refuseForUser,
  type ScopeOutcome,
  type ScopeRefusal,
} from '../policy/scopes.ts'
import { OAuthError, printable, reasons, type ReasonName } from '../protocol/errors.ts'
import { settled } from './claims.ts'

export interface Access {
  readonly scopes: readonly string[]
  readonly lifetimeSeconds: number
  /** Of a family of refresh tokens as a whole; 0: without end. */
  readonly refreshTokenSeconds: number
  /** A refresh token that is not used for so long is dead. */
  readonly refreshWindowSeconds: number
  readonly subject: string
  readonly claims: CustomClaims
  /** How the policies decided; null on the org server, which has none. */
  readonly decision: Decision | null
}

/** A refusal with the policy decision that it comes from or comes after. */
export class AccessRefused extends OAuthError {
  readonly decision: Decision
  /** What was granted before a claim failed; null: nothing was. */
  readonly scopes: readonly string[] | null

  constructor(
    { reason, description }: OAuthError,
    decision: Decision,
    scopes: readonly string[] | null = null,
  ) {
    super(reason, description)
    this.decision = decision
    this.scopes = scopes
  }
}

/** Reasons whose sentence goes on with the scopes that caused it. */
const LISTS_SCOPES: ReadonlyMap<ReasonName, string> = new Map([
  ['scope_denied', 'Denied scopes'],
  ['consent_required', 'Scopes'],
])

function refusal({ reason, scopes }: ScopeRefusal): OAuthError {
  const label = LISTS_SCOPES.get(reason)
  return label === undefined
    ? new OAuthError(reason)
    : new OAuthError(
        reason,
        printable(`${reasons[reason].description} ${label}: [${scopes.join(', ')}].`),
      )
}

function granted(outcome: ScopeOutcome, decision: Decision | null): readonly string[] {
  if (outcome.outcome === 'granted') return outcome.scopes
  const error = refusal(outcome)
  throw decision === null ? error : new AccessRefused(error, decision)
}

/** What the server allows the client. Throws the refusal otherwise. */
export function decideAccess(
  server: CompiledServer,
  client: Client,
  authorization: Authorization,
  nowMillis: number,
): Access {
  return server.server.kind === 'org'
    ? decideOrgAccess(client, authorization)
    : decideCustomAccess(server, client, authorization, nowMillis)
}

const ORG_LIFETIMES = {
  lifetimeSeconds: ORG_ACCESS_TOKEN_SECONDS,
  refreshTokenSeconds: ORG_REFRESH_TOKEN_SECONDS,
  refreshWindowSeconds: ORG_REFRESH_WINDOW_SECONDS,
}

function decideOrgAccess(client: Client, { user, requestedScopes }: Authorization): Access {
  const scopes =
    user === null
      ? orgScopesOfClient(client, requestedScopes)
      : granted(
          grantOrgUserScopes(requestedScopes, client.orgScopes, orgScopeNames, user.roles),
          null,
        )
  const subject = user === null ? client.clientId : user.login
  return { scopes, ...ORG_LIFETIMES, subject, claims: null, decision: null }
}

function orgScopesOfClient(client: Client, requested: readonly string[]): readonly string[] {
  if (client.authMethod !== 'private_key_jwt') throw new OAuthError('org_needs_private_key_jwt')
  if (client.applicationType !== 'service') throw new OAuthError('org_needs_service_app')
  return granted(grantOrgScopes(requested, client.orgScopes, orgScopeNames), null)
}

/** What the scopes of a server refuse and give for want of a request depends on who asks. */
function scopesFor(
  server: CompiledServer,
  user: AuthorizingUser | null,
): readonly [refuse: typeof refuseForUser, defaults: readonly string[]] {
  return user === null
    ? [refuseForClient, server.clientDefaultScopes]
    : [refuseForUser, server.userDefaultScopes]
}

/** Throws AccessRefused. */
function claimsAfter<Given>(
  decision: Decision,
  scopes: readonly string[],
  outcome: ClaimsOutcome<Given>,
): Given {
  try {
    return settled(outcome)
  } catch (error) {
    throw error instanceof OAuthError ? new AccessRefused(error, decision, scopes) : error
  }
}

function decideCustomAccess(
  server: CompiledServer,
  client: Client,
  { grantType, isHybrid, user, requestedScopes }: Authorization,
  nowMillis: number,
): Access {
  const [refuse, defaults] = scopesFor(server, user)
  const refused = refuse(requestedScopes, server.scopes)
  if (refused !== null) throw refusal(refused)
  if (requestedScopes.length === 0 && defaults.length === 0)
    throw new OAuthError('no_default_scopes')
  const decision = evaluatePolicies(server.policies, {
    clientId: client.clientId,
    grantType,
    isHybrid,
    user,
    scopes: requestedScopes,
  })
  const outcome = grantScopes(decision, requestedScopes, defaults)
  const scopes = granted(outcome, decision)
  // grantScopes refuses every denial; this tells the compiler so.
  if (decision.effect === 'deny') throw new OAuthError('no_matching_policy')
  const amr = user && user.amr
  const situation = { client, grantedScopes: scopes, grantType, user, amr, nowMillis }
  const { subject, claims } = claimsAfter(
    decision,
    scopes,
    (user === null ? evaluatedForClient : evaluateClaims)(server.claims, situation),
  )
  const { token } = decision.rule.actions
  return {
    scopes,
    lifetimeSeconds: token.accessTokenLifetimeMinutes * 60,
    refreshTokenSeconds: token.refreshTokenLifetimeMinutes * 60,
    refreshWindowSeconds: token.refreshTokenWindowMinutes * 60,
    subject,
    claims,
    decision,
  }
}
