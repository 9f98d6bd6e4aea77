/**
 * What a hook's endpoint is asked: the document of Okta's token hook, from what is known where tokens are issued.
 * Nothing secret is in it: no code, no token, no credential, and not the address of a session.
 */
import type { AuthorizationRecord } from '../domain/authorization-record.ts'
import type { Client } from '../domain/client.ts'
import { TOKEN_HOOK } from '../domain/inline-hook.ts'
import type { Person } from '../domain/person.ts'
import type { Session } from '../domain/session.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import type { TokenDraft, TokenDrafts } from '../mint/draft.ts'
import { timestampOfMillis } from '../platform/clock.ts'
import { formatScope } from '../protocol/scope.ts'

/** The request for tokens that a hook is asked about. */
export interface AskingRequest {
  readonly id: string
  readonly method: string
  /** Our endpoint's URL. */
  readonly source: string
  /** The same with what of the request's parameters may be told. */
  readonly url: string
  readonly ipAddress: string | null
  /** Parameters by their names: `scope`, `redirect_uri`, `grant_type` and others. */
  readonly parameters: Readonly<Record<string, string>>
}

/** The person that tokens are issued to, and what they come of. */
export interface AskingPerson {
  readonly person: Person
  readonly record: AuthorizationRecord
  /** The browser's; null where no browser takes part. */
  readonly session: Session | null
  /** Whether a refresh token goes out, too, and whether one came in. */
  readonly refresh: 'none' | 'given' | 'used'
}

export interface Asking {
  readonly eventId: string
  /** Milliseconds. */
  readonly now: number
  readonly server: CompiledServer
  readonly client: Client
  readonly orgId: string
  readonly policyId: string | null
  readonly ruleId: string
  readonly request: AskingRequest
  /** Null: the client asks for itself. */
  readonly of: AskingPerson | null
  readonly scopes: readonly string[]
  readonly drafts: TokenDrafts
}

type Document = Readonly<Record<string, unknown>>

export function hookRequest(asking: Asking): Document {
  const { server, of, drafts, request } = asking
  const { access, identity } = drafts
  return {
    source: request.source,
    eventId: asking.eventId,
    eventTime: timestampOfMillis(asking.now),
    eventTypeVersion: '1.0',
    cloudEventVersion: '0.1',
    contentType: 'application/json',
    eventType: TOKEN_HOOK,
    data: {
      context: {
        request: {
          id: request.id,
          method: request.method,
          url: { value: request.url },
          ...(request.ipAddress !== null && { ipAddress: request.ipAddress }),
        },
        protocol: protocolOf(asking),
        ...(of !== null && of.session !== null && { session: sessionOf(of.session, of, asking) }),
        ...(of !== null && { user: userOf(of.person, server) }),
        policy: {
          ...(asking.policyId !== null && { id: asking.policyId }),
          rule: { id: asking.ruleId },
        },
      },
      ...(identity !== null && { identity: tokenOf(identity) }),
      ...(access !== null && { access: { ...tokenOf(access), scopes: scopesOf(asking) } }),
      ...(of !== null && of.refresh !== 'none' && { refresh_token: { jti: of.record.id } }),
    },
  }
}

/** Scopes stand apart from the claims of an access token. */
const tokenOf = ({
  claims: { scp: _, scope: __, ...claims },
  custom,
  lifetimeSeconds,
}: TokenDraft): Document => ({
  claims: { ...claims, ...custom },
  token: { lifetime: { expiration: lifetimeSeconds } },
})

const scopesOf = ({ server, scopes }: Asking): Document =>
  Object.fromEntries(
    scopes.map((name) => [name, { id: server.scopes.get(name)?.id, action: 'GRANT' }] as const),
  )

function protocolOf({ server, client, request, of }: Asking): Document {
  const { clientId, label, authMethod } = client
  return {
    type: 'OAUTH2.0',
    request: { ...request.parameters, client_id: clientId },
    ...(of?.refresh === 'used' && { originalGrant: originalGrantOf(of.record) }),
    issuer: { uri: server.urls.issuer },
    client: {
      id: clientId,
      name: label,
      type: authMethod === 'none' ? 'PUBLIC' : 'CONFIDENTIAL',
    },
  }
}

/** What the refresh token was given for at first. */
const originalGrantOf = (record: AuthorizationRecord): Document => ({
  authorization: {
    scope: formatScope(record.scopes),
    ...(record.code !== null && { redirect_uri: record.code.redirectUri }),
    client_id: record.clientId,
    grant_type: record.grantType,
  },
  refresh_token: { jti: record.id },
})

/** Methods of RFC 8176 as Okta's hooks name them. */
const METHODS: ReadonlyMap<string, string> = new Map([['pwd', 'PASSWORD']])

function sessionOf(session: Session, { person }: AskingPerson, { orgId }: Asking): Document {
  const authenticated = timestampOfMillis(session.authenticatedAt)
  return {
    id: session.sid,
    userId: session.userId,
    login: person.profile['login'],
    createdAt: authenticated,
    expiresAt: timestampOfMillis(session.expiresAt),
    status: 'ACTIVE',
    lastPasswordVerification: authenticated,
    amr: session.amr.map((method) => METHODS.get(method) ?? method.toUpperCase()),
    idp: { id: orgId, type: 'OKTA' },
    mfaActive: session.amr.includes('mfa'),
  }
}

const PROFILE = ['login', 'firstName', 'lastName', 'locale', 'timeZone'] as const

/** `timezone` is what the attribute is called in profiles. */
function userOf({ id, profile }: Person, { urls }: CompiledServer): Document {
  const values: Document = { ...profile, timeZone: profile['timezone'] }
  const told = PROFILE.flatMap((name) => {
    const value = values[name]
    return value === undefined || value === null ? [] : [[name, value] as const]
  })
  return {
    id,
    profile: Object.fromEntries(told),
    _links: { groups: { href: `${new URL(urls.issuer).origin}/api/v1/users/${id}/groups` } },
  }
}
