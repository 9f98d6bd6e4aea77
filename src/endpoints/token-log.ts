/**
 * What the system log is told of requests at the protocol door: tokens granted, refused and revoked. Occurrences hold
 * references only; the texts are made when, and if, an event is written. Never a token, a secret or an assertion, and
 * nothing that a caller wrote who has not proved who it is.
 */
import type { AuthorizationRecord } from '../domain/authorization-record.ts'
import type { Client } from '../domain/client.ts'
import type { Happening } from '../domain/log-event.ts'
import type { Person } from '../domain/person.ts'
import type { SystemLogEntity } from '../domain/system-log.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import type { Occurrence, Room, Told } from '../issuer/log-buffer.ts'
import { AccessRefused, type Access } from '../mint/access.ts'
import type { Minted } from '../mint/access-token.ts'
import { timestamp } from '../platform/clock.ts'
import type { OAuthError, ReasonName } from '../protocol/errors.ts'
import { formatScope } from '../protocol/scope.ts'
import {
  clientEntity,
  decidingEntities,
  personEntity,
  prefixOf,
  refreshTokenEntity,
  serverEntities,
  tokenEntity,
  trailOf,
} from './log-entities.ts'
import { withoutTokens } from './log-text.ts'

/** How far a request has come when it is answered. It grows on the way, so that a refusal anywhere can be told. */
export interface Progress {
  grantType: string | null
  /** As requested. */
  scope: string
  server: CompiledServer | null
  client: Client | null
  /** Who asks has proved to be who they say: the client, or the person at the authorization endpoint. */
  isAuthenticated: boolean
}

export const noProgress = (): Progress => ({
  grantType: null,
  scope: '',
  server: null,
  client: null,
  isAuthenticated: false,
})

export type TokenKind = 'access_token' | 'id_token' | 'refresh_token'

/** An access token as the log knows it. */
export interface GrantedToken {
  readonly jti: string
  /** Seconds. */
  readonly expires: number
}

export const grantedToken = ({ jti, response }: Minted, issuedAt: number): GrantedToken => ({
  jti,
  expires: issuedAt + response.expires_in,
})

/** What went out to a person's app. */
export interface GrantedToPerson {
  readonly record: AuthorizationRecord
  readonly person: Person
  readonly kinds: readonly TokenKind[]
}

/** How the log calls each kind of token. */
const KIND_NAMES: Readonly<Record<TokenKind, string>> = {
  access_token: 'access token',
  id_token: 'ID token',
  refresh_token: 'refresh token',
}

/** Tokens went out. */
export class Granted implements Occurrence {
  readonly room = 'granted'
  readonly server: CompiledServer
  readonly client: Client
  readonly progress: Readonly<Progress>
  readonly access: Access
  readonly token: GrantedToken
  /** Null: the client asked for itself. */
  readonly to: GrantedToPerson | null

  constructor(
    server: CompiledServer,
    client: Client,
    progress: Readonly<Progress>,
    access: Access,
    token: GrantedToken,
    to: GrantedToPerson | null = null,
  ) {
    this.server = server
    this.client = client
    this.progress = progress
    this.access = access
    this.token = token
    this.to = to
  }

  get kind(): string {
    return `granted ${prefixOf(this.server.server.id)}`
  }

  get origin(): string {
    return `${this.server.server.id} ${this.client.clientId}`
  }

  /** Okta tells of the request and of each token that it got. */
  happenings(told: Told): readonly Happening[] {
    const { server, client, access } = this
    const eventType = `${prefixOf(server.server.id)}.token.grant`
    const isOne = told === 'one'
    const isAlike = told !== 'kind'
    const common = {
      actor: clientEntity(isAlike ? client : null),
      clientId: isAlike ? client.clientId : null,
      debugData: {
        ...(isAlike && { authorizationServer: server.server.id }),
        ...(isAlike && { clientAuthType: client.authMethod }),
        ...(isOne && {
          grantType: this.progress.grantType,
          requestedScopes: withoutTokens(this.progress.scope),
          grantedScopes: formatScope(access.scopes),
          ...trailOf(access.decision),
        }),
      },
    }
    const target = [
      ...(isOne && this.to !== null ? [personEntity(this.to.person)] : []),
      ...(isAlike ? serverEntities(server) : []),
      ...(isOne ? decidingEntities(access.decision, server) : []),
    ]
    return [
      { ...common, eventType, displayMessage: 'OAuth2 token request', target },
      ...(this.to?.kinds ?? (['access_token'] as const)).map((kind) => ({
        ...common,
        eventType: `${eventType}.${kind}`,
        displayMessage: `OAuth2 ${KIND_NAMES[kind]} is granted`,
        target: [...(isOne ? this.#token(kind) : []), ...target],
      })),
    ]
  }

  /** What is known of a token by its id; an ID token has nobody to show it to. */
  #token(kind: TokenKind): readonly SystemLogEntity[] {
    const { subject } = this.access
    if (kind === 'id_token') return []
    if (kind === 'refresh_token')
      return this.to === null ? [] : [refreshTokenEntity(this.to.record)]
    const expires = timestamp(this.token.expires)
    return [{ ...tokenEntity(this.token.jti), detailEntry: { expires, subject } }]
  }
}

/** Reasons that Okta has an event type of their own for, below the server's prefix. */
const REFUSAL_TYPES: ReadonlyMap<ReasonName, readonly [eventType: string, message: string]> =
  new Map([
    ['scope_denied', ['authorize.scope_denied', 'OAuth2 requested scopes are denied']],
    ['claim_failed', ['evaluate.claim', 'OAuth2 claim could not be evaluated']],
    ['too_many_groups', ['evaluate.claim', 'OAuth2 claim could not be evaluated']],
  ])

/** How the log calls what is refused. */
const REQUESTS = {
  'token.grant': 'OAuth2 token request',
  authorize: 'OAuth2 authorization request',
} as const

/** Why a request was refused, as an event of its own kind. */
export class Refused implements Occurrence {
  readonly serverId: string
  readonly error: OAuthError
  readonly progress: Readonly<Progress>
  readonly asked: keyof typeof REQUESTS

  constructor(
    serverId: string,
    error: OAuthError,
    progress: Readonly<Progress>,
    asked: keyof typeof REQUESTS = 'token.grant',
  ) {
    this.serverId = serverId
    this.error = error
    this.progress = progress
    this.asked = asked
  }

  get room(): Room {
    if (this.progress.isAuthenticated) return 'refused'
    return this.progress.client === null ? 'counted' : 'unproven'
  }

  get kind(): string {
    return `${this.error.reason} ${this.asked} ${prefixOf(this.serverId)}`
  }

  get origin(): string {
    const { server, client } = this.progress
    return `${server?.server.id ?? 'unknown'} ${client?.clientId ?? 'unknown'}`
  }

  happenings(told: Told): readonly Happening[] {
    const { error, progress } = this
    const [eventType, displayMessage] = this.#type()
    const isAlike = told !== 'kind'
    const client = isAlike ? progress.client : null
    return [
      {
        eventType,
        displayMessage,
        actor: clientEntity(client),
        clientId: client?.clientId ?? null,
        outcome: { result: 'FAILURE', reason: error.reason },
        target: isAlike ? serverEntities(progress.server) : [],
        debugData: {
          error: error.error,
          ...(isAlike && { authorizationServer: progress.server?.server.id ?? 'unknown' }),
          ...(client !== null && { clientAuthType: client.authMethod }),
          ...(told === 'one' && progress.isAuthenticated && this.#asked()),
        },
      },
    ]
  }

  #type(): readonly [eventType: string, message: string] {
    const { error, serverId } = this
    if (error.error === 'invalid_client')
      return ['app.oauth2.invalid_client_credentials', 'OAuth2 client authentication failed']
    const [name, message] = REFUSAL_TYPES.get(error.reason) ?? [this.asked, REQUESTS[this.asked]]
    return [`${prefixOf(serverId)}.${name}`, message]
  }

  /** What a client that is known to be itself asked for. */
  #asked(): Readonly<Record<string, unknown>> {
    const { error, progress } = this
    return {
      grantType: progress.grantType,
      requestedScopes: withoutTokens(progress.scope),
      errorDescription: withoutTokens(error.description),
      ...trailOf(error instanceof AccessRefused ? error.decision : null),
    }
  }
}

/** A client ended a token of its own. */
export class Revoked implements Occurrence {
  readonly room = 'granted'
  readonly serverId: string
  readonly client: Client
  readonly token: SystemLogEntity

  constructor(serverId: string, client: Client, token: SystemLogEntity) {
    this.serverId = serverId
    this.client = client
    this.token = token
  }

  get kind(): string {
    return `revoked ${prefixOf(this.serverId)}`
  }

  get origin(): string {
    return `${this.serverId} ${this.client.clientId}`
  }

  happenings(told: Told): readonly Happening[] {
    const client = told === 'kind' ? null : this.client
    return [
      {
        eventType: `${prefixOf(this.serverId)}.token.revoke`,
        displayMessage: 'OAuth2 token is revoked',
        actor: clientEntity(client),
        clientId: client?.clientId ?? null,
        target: told === 'one' ? [this.token] : [],
        debugData: told === 'kind' ? {} : { authorizationServer: this.serverId },
      },
    ]
  }
}
