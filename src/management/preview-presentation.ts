/** A preview as the management API shows it. */
import type { Client } from '../domain/client.ts'
import type { PreviewOutput } from '../domain/preview.ts'
import type { RingView } from '../domain/key-rotation.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import { accessTokenHeader, accessTokenPayload } from '../mint/access-token.ts'
import { idTokenPayload } from '../mint/id-token.ts'
import type { Became, ClaimStanding } from '../preview/claim-trail.ts'
import type { PreviewedAnswer } from '../preview/flows.ts'
import type { PolicyStanding, Standing } from '../preview/policy-trail.ts'
import type { HookedPreview, HookStanding } from '../preview/hooks.ts'
import { formatScope } from '../protocol/scope.ts'

interface Asked {
  readonly server: CompiledServer
  readonly client: Client
  readonly nowMillis: number
  /** Whether the caller may read hooks. */
  readonly showsHooks: boolean
}

export function presentPreview(
  { flow, refusal, scopes, policies, claims, hooks }: HookedPreview,
  asked: Asked,
  ring: RingView,
): PreviewOutput {
  const { server } = asked
  const answerOf = (endpoint: PreviewedAnswer['endpoint']) => {
    const answer = flow.answers.find((one) => one.endpoint === endpoint)
    if (refusal !== null || answer === undefined) return {}
    const has = endpoint === 'token' && flow.hasRefreshToken
    const name = endpoint === 'token' ? 'tokenResponse' : 'authorizationResponse'
    return { [name]: presentAnswer(answer, has, asked, ring) }
  }
  return {
    outcome: refusal === null ? 'GRANTED' : 'REFUSED',
    ...(refusal !== null && { error: refusal.error, error_description: refusal.description }),
    issuer: server.urls.issuer,
    serverStatus: server.server.status,
    ...answerOf('authorize'),
    ...answerOf('token'),
    ...(refusal === null && presentUserinfo(flow)),
    scopes: scopes.map((one) => ({ ...one })),
    consent: {
      required: flow.consent.required.map(({ name }) => name),
      optional: flow.consent.optional.map(({ name }) => name),
    },
    hooks: hooks.map((one) => presentHook(one, asked)),
    policies: policies.map(presentPolicy),
    claims: claims.map(presentClaim),
  }
}

function presentAnswer(
  { drafts, access }: PreviewedAnswer,
  hasRefreshToken: boolean,
  { server, nowMillis }: Asked,
  { active }: RingView,
) {
  const now = Math.floor(nowMillis / 1000)
  const header = { kid: active.kid, alg: active.algorithm }
  const encrypted = server.encryption !== null
  return {
    scope: formatScope(access.scopes),
    ...(drafts.access !== null && {
      expires_in: drafts.access.lifetimeSeconds,
      access_token: {
        header: accessTokenHeader(server.server, header),
        payload: accessTokenPayload(drafts.access, now),
        encrypted,
      },
    }),
    ...(drafts.identity !== null && {
      id_token: { header, payload: idTokenPayload(drafts.identity, now), encrypted: false },
    }),
    refresh_token: hasRefreshToken,
  }
}

const presentUserinfo = ({ userinfo, userinfoRefusal: refused }: HookedPreview['flow']) => ({
  ...(userinfo !== null && { userinfo: { ...userinfo } }),
  ...(refused !== null && {
    userinfoError: { error: refused.error, error_description: refused.description },
  }),
})

const presentHook = (
  { hook, endpoint, result, reason }: HookStanding,
  { showsHooks }: Pick<Asked, 'showsHooks'>,
) => ({
  id: hook.id,
  ...(showsHooks && { name: hook.name }),
  endpoint,
  result,
  ...(reason !== null && { reason }),
})

const presentStanding = (standing: Standing) => ({
  result: standing.result,
  ...('condition' in standing && { condition: standing.condition }),
})

const presentPolicy = ({ policy, standing, rules }: PolicyStanding) => ({
  id: policy.id,
  name: policy.name,
  priority: policy.priority,
  ...presentStanding(standing),
  rules: rules.map((one) => ({
    id: one.rule.id,
    name: one.rule.name,
    priority: one.rule.priority,
    ...presentStanding(one.standing),
  })),
})

/** Where a claim goes, in the names of the protocol. */
const PLACES = { accessToken: 'access_token', idToken: 'id_token', userinfo: 'userinfo' } as const

/** Why a claim is not in, in a sentence. */
const REASONS: Readonly<Record<Exclude<Became, { is: 'in' }>['because'], string>> = {
  scope: 'None of the scopes that it asks for is granted.',
  null: 'Its value is null or not set.',
  'userinfo-only': 'Userinfo tells it: it is not always included in the token.',
  inactive: 'It is inactive.',
  reserved: 'Its name is reserved.',
  'no-value': 'It cannot be evaluated, and fails the request.',
  'too-large': 'It is too large, alone or beside the claims before it, and fails the request.',
  'too-many-groups': 'It names too many groups, and fails the request.',
  unreadable: 'It is stored but cannot be read, and fails the request.',
}

const presentClaim = ({ claim, places }: ClaimStanding) => ({
  id: claim.id,
  name: claim.name,
  claimType: claim.claimType,
  valueType: claim.valueType,
  places: places.map(({ became, in: kind, endpoint }) => ({
    in: PLACES[kind],
    endpoint,
    included: became.is === 'in',
    ...(became.is === 'in' ? { value: became.value } : { reason: REASONS[became.because] }),
  })),
})
